"""One process that keeps the web server, the task worker and the clock running."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import deque
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

GRACE = 15.0  # seconds that a child has to end what it is doing
PATIENCE = 60.0  # a child that dies FAILURES times within so many seconds is not started again
FAILURES = 5
LOGINS = "demo_logins.txt"  # in the data folder; `manage.py demo` writes it
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Polls twice a second for work: an approved position is ranked within a second.
_WORKER = [sys.executable, "manage.py", "work", "--queue-name", "*", "--no-reload", "--interval", "0.4"]


@dataclass
class Child:
    """A process that should be running."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=FAILURES))

    def start(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which ends both in order,
        # and whatever the child leaves behind can be ended with it.
        self.process = subprocess.Popen(  # noqa: S603  (our own words only)
            self.command, cwd=settings.BASE_DIR, start_new_session=True
        )

    def died(self) -> bool:
        """True once for each death."""
        if self.process is None or self.process.poll() is None:
            return False
        self.deaths.append(time.monotonic())
        return True

    def hopeless(self) -> bool:
        return len(self.deaths) == FAILURES and self.deaths[-1] - self.deaths[0] < PATIENCE

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until the deadline, then end the process and everything it started."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Command(BaseCommand):
    """Starts granian, the task worker and the clock, restarts what dies, ends all on SIGTERM or Ctrl-C."""

    help = "Serve the portal: web server and task worker under one supervisor"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web server processes (default: 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads of each (default: 4)")

    def handle(self, *, host: str, port: int, workers: int, threads: int, **options: Any) -> None:
        _require_free(host, port)
        stop = Event()
        for number in SIGNALS:
            signal.signal(number, lambda *_: stop.set())
        children = [
            Child("web server", _granian(host, port, workers, threads)),
            Child("task worker", _WORKER),
            Child("clock", [sys.executable, "manage.py", "tick"]),
        ]
        for child in children:
            child.start()
        try:
            self._watch(children, stop, host, port)
        finally:
            self.stdout.write("stopping …")
            deadline = time.monotonic() + GRACE
            for child in children:
                child.stop()
            for child in children:
                child.end(deadline)

    def _watch(self, children: list[Child], stop: Event, host: str, port: int) -> None:
        announced = False
        while not stop.wait(0.25):
            if not announced and _answers(host, port):
                announced = True
                self._announce(port)
            for child in children:
                if not child.died():
                    continue
                code = child.process.returncode if child.process else None
                if child.hopeless():
                    raise CommandError(
                        f"the {child.name} ended {FAILURES} times in a row (last with code {code})"
                    )
                self.stderr.write(f"the {child.name} ended with code {code}: starting it again")
                if stop.wait(min(2.0 ** len(child.deaths) / 4, 5.0)):
                    return
                child.start()

    def _announce(self, port: int) -> None:
        self.stdout.write(f"\nThe portal answers at http://localhost:{port}/  (Ctrl-C ends it)\n")
        logins = settings.DATA_DIR / LOGINS
        if settings.DEMO and logins.exists():
            self.stdout.write(logins.read_text(encoding="utf-8"))
        self.stdout.flush()


def _granian(host: str, port: int, workers: int, threads: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--respawn-failed-workers",
        "--log-level", "warning", "portal.wsgi:application",
    ]  # fmt: skip


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"port {port} of {host} cannot be used: {error.strerror}. Try PORT=8001"
            ) from error


def _answers(host: str, port: int) -> bool:
    """True when the web server answers, whatever it says."""
    connection = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
        return True
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
