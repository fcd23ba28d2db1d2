"""The supervisor: starts again what dies, gives up on what cannot live, ends everything it started."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.core.management.commands.serve import Child, Command

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
]


@pytest.fixture
def start() -> Iterator[Callable[[list[str]], Child]]:
    """A started child, ended with the test."""
    children: list[Child] = []

    def begin(command: list[str]) -> Child:
        child = Child("child", command)
        child.start()
        children.append(child)
        return child

    yield begin
    for child in children:
        child.end(time.monotonic())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited 10 s"
        time.sleep(0.02)


def test_a_dead_child_is_started_again(start: Callable[[list[str]], Child]) -> None:
    child = start(SLEEPER)
    first = child.process.pid
    stop = threading.Event()
    watcher = threading.Thread(target=Command()._watch, args=([child], stop, "127.0.0.1", 1))
    watcher.start()
    try:
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: child.process.pid != first and child.process.poll() is None)
    finally:
        stop.set()
        watcher.join(5)
    assert len(child.deaths) == 1


def test_a_child_that_cannot_live_ends_the_whole(
    start: Callable[[list[str]], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    child = start([sys.executable, "-c", "raise SystemExit(7)"])
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda seconds: time.sleep(0.01))
    with pytest.raises(CommandError, match=r"the child ended 5 times in a row \(last with code 7\)"):
        Command()._watch([child], stop, "127.0.0.1", 1)


def test_a_child_that_hears_no_signal_is_ended_all_the_same(
    start: Callable[[list[str]], Child], tmp_path: Path
) -> None:
    child = start(STUBBORN)
    time.sleep(0.3)
    child.stop()
    child.end(time.monotonic() + 0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port} of 127.0.0.1 cannot be used"):
            call_command("serve", port=port)
