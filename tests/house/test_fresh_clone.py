"""A machine that has nothing of ours: `git clone`, `make run`, a home page; and `make test` is green."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_server

import pytest

from tests.house.fresh_clone import WholeSuite, environment

pytestmark = [pytest.mark.slow, pytest.mark.must("walks.1")]

FIRST = 240.0  # seconds until the home page of a fresh clone, on two cores
AGAIN = 30.0  # ... and of the second `make run`


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def status(port: int, path: str = "/") -> int:
    """The answer's status; 0 while nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


@contextmanager
def serve_portal(folder: Path, within: float) -> Iterator[tuple[float, Path, int]]:
    """`make run` in that folder: seconds until the home page, its log, its port. Ended by SIGTERM."""
    port, log = free_port(), folder.parent / f"run-{time.monotonic_ns()}.log"
    with log.open("wb") as out:
        start = time.monotonic()
        running = subprocess.Popen(
            ["make", "run"],
            cwd=folder, env=environment(folder, PORT=str(port)), stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            while status(port) != 200:
                seconds = time.monotonic() - start
                assert running.poll() is None, f"make run ended:\n{log.read_text()[-4000:]}"
                assert seconds < within, f"no home page after {seconds:.0f} s:\n{log.read_text()[-4000:]}"
                time.sleep(0.5)
            yield time.monotonic() - start, log, port
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(30)
    assert status(port) == 0, "the server outlived make run"


def test_a_fresh_clone_serves_its_home_page(clone: Path, figure: Callable[[str], None]) -> None:
    with serve_portal(clone, FIRST) as (seconds, log, port):
        assert seconds < FIRST
        figure(f"home page of a fresh clone after {seconds:.0f} s")
        wait_for_text(log, f"http://localhost:{port}/")
        assert "19900000003" in log.read_text(), "the demo logins are not shown"
        assert status(port, "/positions/") == 200
    data_files = sorted(path.name for path in (clone / "var").iterdir())
    with serve_portal(clone, AGAIN) as (seconds, _, port):
        figure(f"the second time after {seconds:.0f} s")
        assert status(port, "/positions/") == 200
    assert sorted(path.name for path in (clone / "var").iterdir()) == data_files


def test_the_suite_passes_in_a_fresh_clone(whole_suite: WholeSuite, figure: Callable[[str], None]) -> None:
    figure(f"make test {whole_suite.seconds:.0f} s")
    closing = [line.strip("= ") for line in whole_suite.output.splitlines() if " passed" in line]
    assert len(closing) == 2, closing  # SQLite with Chromium, then PostgreSQL
    figure("; ".join(closing))


def wait_for_text(log: Path, text: str) -> None:
    deadline = time.monotonic() + 15
    while text not in log.read_text():
        assert time.monotonic() < deadline, f"{text!r} never came:\n{log.read_text()[-4000:]}"
        time.sleep(0.2)
