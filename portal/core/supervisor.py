"""Supervisor of the portal's processes: the web server, and the background process with worker and clock.

The supervisor loads the application once and forks each process from there, so that code and read-only data
are in memory once and a process that died is replaced at once. It opens no database connection and starts no
thread before it forks.
"""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from threading import Event

from django.conf import settings
from django.db import connections
from django.urls import get_resolver

STOP_TIMEOUT = 15.0  # seconds that a process has to finish what it is doing
RESTART_WINDOW = 60.0  # a process that dies MAX_RESTARTS times within so many seconds is not started again
MAX_RESTARTS = 5
# The web server answers 431 to longer headers before the application sees them.
MAX_HEADER_BYTES = 64 * 1024
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_fork = multiprocessing.get_context("fork")


class RestartLimitError(Exception):
    """A process died too often in a row."""


@dataclass
class Child:
    """A process that should be running."""

    name: str
    run: Callable[[], None]
    process: multiprocessing.process.BaseProcess | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_RESTARTS))

    def start(self) -> None:
        """Fork the process and return once it leads a session of its own.

        Ctrl-C in the terminal then reaches the supervisor alone, which stops all in order, and whatever a
        process leaves behind can be killed with it.
        """
        receiver, sender = _fork.Pipe(duplex=False)
        self.process = _fork.Process(target=self._main, args=(sender,), name=self.name)
        self.process.start()
        sender.close()
        with suppress(EOFError):  # it died before it could say so: `has_died` tells
            receiver.recv()
        receiver.close()

    def _main(self, sender: "multiprocessing.connection.Connection") -> None:
        os.setsid()
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        sender.send(True)
        sender.close()
        set_process_name(self.name)
        self.run()

    def has_died(self) -> bool:
        """Return True once for each death."""
        if self.process is None or self.process.is_alive():
            return False
        self.deaths.append(time.monotonic())
        return True

    def is_hopeless(self) -> bool:
        return len(self.deaths) == MAX_RESTARTS and self.deaths[-1] - self.deaths[0] < RESTART_WINDOW

    def stop(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.terminate()

    def kill_after(self, deadline: float) -> None:
        """Wait until the deadline (monotonic seconds), then kill the process and everything it started."""
        if self.process is None:
            return
        self.process.join(max(0.0, deadline - time.monotonic()))
        if self.process.is_alive() and self.process.pid is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.join()


def supervise(children: list[Child], stop: Event, *, each_round: Callable[[], None] = lambda: None) -> None:
    """Start these processes, start again what dies, until `stop` is set; then stop them all.

    Args:
        each_round: called about four times a second.

    Raises:
        RestartLimitError: a process died MAX_RESTARTS times within RESTART_WINDOW.
    """
    try:
        for child in children:
            child.start()
        watch(children, stop, each_round=each_round)
    finally:
        deadline = time.monotonic() + STOP_TIMEOUT
        for child in children:
            child.stop()
        for child in children:
            child.kill_after(deadline)


def watch(children: list[Child], stop: Event, *, each_round: Callable[[], None] = lambda: None) -> None:
    """Start again whatever dies, until `stop` is set. Arguments and errors are those of `supervise`."""
    while not stop.wait(0.25):
        each_round()
        for child in children:
            if not child.has_died():
                continue
            code = child.process.exitcode if child.process else None
            if child.is_hopeless():
                raise RestartLimitError(
                    f"the {child.name} ended {MAX_RESTARTS} times in a row (last with code {code})"
                )
            sys.stderr.write(f"the {child.name} ended with code {code}: starting it again\n")
            if stop.wait(min(2.0 ** len(child.deaths) / 4, 5.0)):
                return
            child.start()


def preload_application() -> None:
    """Import all that answers a request, so that forked processes share it."""
    import_module(settings.WSGI_APPLICATION.rpartition(".")[0])
    get_resolver().url_patterns  # noqa: B018  (a property: imports every view)
    connections.close_all()
    gc.collect()
    gc.freeze()  # the collector would write to every page that the processes share


def set_process_name(name: str) -> None:
    """Name this process in `ps` and `top` (Linux; at most 15 characters are kept)."""
    comm = Path("/proc/self/comm")
    if comm.exists():
        comm.write_text(f"portal-{name}".replace(" ", "-")[:15], encoding="ascii")


def serve_web(host: str, port: int, workers: int, threads: int) -> None:
    """Run granian with its worker processes until it is told to stop."""
    from granian import Granian  # noqa: PLC0415  (the background process needs no web server)
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    multiprocessing.set_start_method("fork", force=True)
    Granian(
        target=settings.WSGI_APPLICATION.replace(".application", ":application"),
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        http=HTTPModes.http1,  # a proxy speaks HTTP/1 to it; the limit below is one of HTTP/1
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEADER_BYTES, header_read_timeout=10_000),
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    ).serve()


def port_problem(host: str, port: int) -> str:
    """Return why a server cannot listen at this address, or '' when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def is_answering(host: str, port: int) -> bool:
    """Return True when the web server answers, with whatever status."""
    connection = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
        return True
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
