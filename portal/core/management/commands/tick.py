"""Run scheduled jobs, again and again."""

import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from portal.core import scheduled_jobs


class Command(BaseCommand):
    help = "Run the jobs that come round: looks every --every seconds until stopped, or --once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=15.0, help="seconds between looks (default: 15)")
        parser.add_argument("--once", action="store_true", help="look once, say what ran, and end")

    def handle(self, *, every: float, once: bool, **options: Any) -> None:
        if once:
            for name, result in scheduled_jobs.run_due():
                self.stdout.write(f"{name}: {result!r}" if result is not None else name)
            return
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        scheduled_jobs.run_until(stop, every=every)
