"""The portal's clock: runs what is due, again and again."""

import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections

from portal.core import periodic


class Command(BaseCommand):
    help = "Run the jobs that come round: looks every --every seconds until stopped, or --once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=15.0, help="seconds between looks (default: 15)")
        parser.add_argument("--once", action="store_true", help="look once, say what ran, and end")

    def handle(self, *, every: float, once: bool, **options: Any) -> None:
        stop = Event()
        if not once:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            if not once:
                close_old_connections()
            try:
                for name, said in periodic.run_due():
                    if once:
                        self.stdout.write(f"{name}: {said!r}" if said is not None else name)
            except OperationalError as error:  # a busy or restarting database: the next look catches up
                self.stderr.write(f"tick: {error}")
            if once or stop.wait(every):
                return
