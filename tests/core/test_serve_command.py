"""Supervision: restart of dead processes, the restart limit, and the end of everything that was started."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.core.supervisor import Child, RestartLimitError, watch
from tests.harness.optional import require


def ignore_terminate() -> None:
    """Sleep through SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def sleep() -> None:
    time.sleep(60)


def fail() -> None:
    raise SystemExit(7)


@pytest.fixture
def start() -> Iterator[Callable[[Callable[[], None]], Child]]:
    """Start a child that is killed with the test."""
    children: list[Child] = []

    def begin(run: Callable[[], None]) -> Child:
        child = Child("child", run)
        child.start()
        children.append(child)
        return child

    yield begin
    for child in children:
        child.kill_after(time.monotonic())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited 10 s"
        time.sleep(0.02)


def pid_of(child: Child) -> int:
    assert child.process is not None
    assert child.process.pid is not None
    return child.process.pid


def test_dead_child_is_started_again(start: Callable[[Callable[[], None]], Child]) -> None:
    child = start(sleep)
    first = pid_of(child)
    stop = threading.Event()

    def kill_and_wait() -> None:
        # Only the supervising thread asks whether the process lives: a second one would take its exit status.
        os.kill(first, signal.SIGKILL)
        try:
            # While the new process is being made, there is one without a number.
            wait_for(lambda: child.process is not None and child.process.pid not in {None, first})
        finally:
            stop.set()

    killer = threading.Thread(target=kill_and_wait)
    killer.start()
    watch([child], stop)
    killer.join(5)
    assert pid_of(child) != first
    assert require(child.process).is_alive()
    assert len(child.deaths) == 1


def test_child_that_cannot_live_ends_the_whole(
    start: Callable[[Callable[[], None]], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    child = start(fail)
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda seconds: time.sleep(0.01))
    with pytest.raises(RestartLimitError, match=r"the child ended 5 times in a row \(last with code 7\)"):
        watch([child], stop)


def test_child_that_ignores_the_signal_is_killed(start: Callable[[Callable[[], None]], Child]) -> None:
    child = start(ignore_terminate)
    time.sleep(0.3)
    child.stop()
    child.kill_after(time.monotonic() + 0.2)
    assert child.process is not None
    assert child.process.exitcode == -signal.SIGKILL


def test_children_of_a_child_are_killed_with_it(
    start: Callable[[Callable[[], None]], Child], tmp_path: Path
) -> None:
    note = tmp_path / "grandchild"

    def start_grandchild() -> None:
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        note.write_text(str(grandchild.pid))
        ignore_terminate()

    child = start(start_grandchild)
    wait_for(lambda: note.exists() and note.read_text() != "")
    child.kill_after(time.monotonic() + 0.1)
    stat = Path(f"/proc/{note.read_text()}/stat")
    wait_for(lambda: not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_port_in_use_is_reported_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port} of 127.0.0.1 cannot be used"):
            call_command("serve", port=port)
