"""Headers that the web server refuses before the application sees them."""

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from portal.core.supervisor import MAX_HEADER_BYTES, serve_web


def _serve(port: int) -> None:
    os.setsid()
    serve_web("127.0.0.1", port, workers=1, threads=1)


@pytest.fixture
def port() -> Iterator[int]:
    """Port of a web server as the supervisor starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(number,))
    process.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", number)).close()
            break
        except OSError:
            time.sleep(0.1)
    yield number
    assert process.pid is not None
    os.killpg(process.pid, signal.SIGKILL)
    process.join()


def first_line(port: int, header: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"GET /no-page HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n")
        return connection.recv(200).partition(b"\r\n")[0]


def test_long_headers_are_refused_by_the_server_and_long_cookies_by_the_application(port: int) -> None:
    assert b" 431 " in first_line(port, b"X-Long: " + b"x" * (4 * MAX_HEADER_BYTES))
    assert b" 431 " in first_line(port, b'Cookie: a="' + b"\\" * 30_000 + b'"')
