"""Serve the portal: web server, task worker and clock under one supervisor."""

import ipaddress
import signal
from argparse import ArgumentParser
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.core.supervisor import (
    STOP_SIGNALS,
    Child,
    RestartLimitError,
    is_answering,
    port_problem,
    preload_application,
    serve_web,
    supervise,
)

LOGINS_FILE = "demo_logins.txt"  # in the data folder; `manage.py demo` writes it
PUBLIC_DEMO_REFUSAL = (
    "these are demo settings: one-time codes stand on the page and every password is known, so they are"
    " served on this machine only. {host} can be reached from others. Set PORTAL_PUBLIC_DEMO=yes if that is"
    " what you want, or DJANGO_SETTINGS_MODULE=portal.settings.production"
)
POLL_SECONDS = 0.4  # between looks for work: an approved position is ranked within a second


class Command(BaseCommand):
    """Starts granian and the background process, restarts what dies, stops all on SIGTERM or Ctrl-C."""

    help = "Serve the portal: web server and task worker under one supervisor"
    requires_system_checks: list[str] = []  # `make lint` and the tests run them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web server processes (default: 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads of each (default: 4)")
        parser.add_argument("--check", action="store_true", help="say whether it could be served, and end")

    def handle(
        self, *, host: str, port: int, workers: int, threads: int, check: bool, **options: Any
    ) -> None:
        if settings.DEMO and not settings.PUBLIC_DEMO and not is_loopback(host):
            raise CommandError(PUBLIC_DEMO_REFUSAL.format(host=host))
        if problem := port_problem(host, port):
            raise CommandError(f"port {port} of {host} cannot be used: {problem}. Try PORT=8001")
        if check:
            return
        with suppress(PermissionError):  # a mounted volume may belong to somebody else
            settings.DATA_DIR.chmod(0o700)
        stop = Event()
        for number in STOP_SIGNALS:
            signal.signal(number, lambda *_: stop.set())
        preload_application()
        children = [
            Child("web server", partial(serve_web, host, port, workers, threads)),
            Child("worker", run_background),
        ]
        announcement = _Announcement(self, host, port)
        try:
            supervise(children, stop, each_round=announcement.make_once)
        except RestartLimitError as error:
            raise CommandError(str(error)) from error


def is_loopback(host: str) -> bool:
    """Return True for an address only this machine reaches; a name but localhost may be anywhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def run_background() -> None:
    """Run the task worker, with the clock in a thread of it."""
    call_command("work", queue_name="*", reload=False, interval=POLL_SECONDS, with_clock=True)


class _Announcement:
    """The lines that say where the portal answers and who can sign in, printed once it does."""

    def __init__(self, command: BaseCommand, host: str, port: int) -> None:
        self.command, self.host, self.port = command, host, port
        self.is_made = False

    def make_once(self) -> None:
        if self.is_made or not is_answering(self.host, self.port):
            return
        self.is_made = True
        stdout = self.command.stdout
        stdout.write(f"\nThe portal answers at http://localhost:{self.port}/  (Ctrl-C ends it)\n")
        logins = settings.DATA_DIR / LOGINS_FILE
        if settings.DEMO and logins.exists():
            stdout.write(logins.read_text(encoding="utf-8"))
        stdout.flush()
