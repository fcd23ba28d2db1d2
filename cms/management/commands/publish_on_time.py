import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections


class Command(BaseCommand):
    help = "Publish and take down pages at their scheduled times: looks every --every seconds until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=30.0, help="seconds between looks (default: 30)")

    def handle(self, *, every: float, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while True:
            close_old_connections()
            try:
                call_command("publish_scheduled")
            except OperationalError as error:  # a busy or restarting database: the next look catches up
                self.stderr.write(f"publish_on_time: {error}")
            if stop.wait(every):
                return
