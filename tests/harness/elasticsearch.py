"""A server that speaks Elasticsearch's HTTP API, for the length of the run.

PORTAL_TEST_ELASTICSEARCH_URL names a real one, and the same tests run against that. Else a stand-in is
started on a free loopback port with its data in a temporary folder: `noida-db`, from the development lock.
Under CI=true a stand-in that does not start is a failure.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.harness.needs import refuse

REAL = os.environ.get("PORTAL_TEST_ELASTICSEARCH_URL", "")
_STARTS_WITHIN = 20.0  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def stand_in() -> Iterator[str]:
    """The address of a running stand-in. Raises RuntimeError when it does not start."""
    program = Path(sys.executable).with_name("noida-db")
    if not program.exists():
        raise RuntimeError(f"no {program}: is requirements-dev.lock installed?")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="portal-es-") as folder:
        log = Path(folder) / "log"
        words = ["start", "--only", "elasticsearch", "--elasticsearch-port", str(port)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [program, *words, "--data-dir", f"{folder}/data"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            if not _answers(address, process):
                raise RuntimeError(f"the stand-in did not start: {log.read_text(errors='replace')[-500:]}")
            yield address
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """The program only starts the server and waits for it: both have to go."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):  # gone already
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            return


def _answers(address: str, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """Address of this run's search server."""
    if REAL:
        yield REAL
        return
    try:
        running = stand_in()
        address = running.__enter__()
    except RuntimeError as error:
        refuse(str(error))
        return
    try:
        yield address
    finally:
        running.__exit__(None, None, None)
