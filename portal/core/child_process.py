"""Reading of untrusted files in a child process with limits of memory, processor time and wall-clock time.

Whatever an uploaded file does to its parser, the worst outcome is a dead child and a message. The child is
started afresh (no fork of a process with threads), gets no environment variables, and has read the whole file
before it answers. To read another kind of file, write a module with `answer(request, content, send)` as
described in `portal.core.child_entry` and call `run_in_child` with its name.
"""

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread, Timer
from typing import IO, Any, NamedTuple

from django.conf import settings

from portal.core.child_entry import END, FRAME_HEAD, REFUSAL

# Children at the same time, of all processes of this host together: more would take memory and processors
# from the pages.
MAX_CHILDREN = 2
_POLL_SECONDS = 0.1


class Frame(NamedTuple):
    """One part of a child's answer; `kind` is one byte that the child's module chose."""

    kind: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one child: bytes of address space, seconds, and bytes of its whole answer.

    `seconds` are those of the clock: as long as a person waits; a background task may allow more, also of
    `queue_seconds`, the time to wait until fewer than MAX_CHILDREN run.
    """

    memory_bytes: int = 600 * 1000 * 1000
    cpu_seconds: int = 25
    seconds: int = 30
    queue_seconds: int = 8
    answer_bytes: int = 40 * 1024 * 1024


class ChildRefusal(Exception):
    """The child refused the file or did not survive it.

    Attributes:
        code: the module's own code, or 'time', 'memory', 'answer' (its answer is too long), 'crash', 'busy'.
        message: the module's Chinese message; '' for the five codes above.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


def run_in_child(
    module: str, content: bytes, *, request: Mapping[str, Any] | None = None, limits: Limits | None = None
) -> list[Frame]:
    """Let a module read this content in a child process and return what it sends.

    Args:
        module: dotted name of a module with `answer`; it must not import Django.
        request: arguments for it, as JSON.

    Raises:
        ChildRefusal: the file was refused, or a limit was reached.
    """
    limits = limits or Limits()
    head = {
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "request": dict(request or {}),
    }
    with _slot(limits.queue_seconds):
        return _run(module, json.dumps(head).encode() + b"\n", content, limits)


@contextmanager
def _slot(max_seconds: float) -> Iterator[None]:
    """Hold one of MAX_CHILDREN locks; the system frees it whatever becomes of this process.

    Raises:
        ChildRefusal: all are held for `max_seconds`.
    """
    folder = settings.DATA_DIR / "child_slots"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + max_seconds
    while True:
        for number in range(MAX_CHILDREN):
            with (folder / str(number)).open("a", encoding="ascii") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        if time.monotonic() > deadline:
            raise ChildRefusal("busy")
        time.sleep(_POLL_SECONDS)


def environment() -> dict[str, str]:
    """Return the environment of a child: where our code is, and no secret."""
    return {"PYTHONPATH": str(settings.BASE_DIR), "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"}


def _run(module: str, first_line: bytes, content: bytes, limits: Limits) -> list[Frame]:
    process = subprocess.Popen(  # noqa: S603  (fixed program, module named by our code)
        [sys.executable, "-c", "from portal.core.child_entry import main; main()", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env=environment(),
        close_fds=True,
    )
    alarm = Timer(limits.seconds, process.kill)
    alarm.daemon = True
    alarm.start()
    feeder = Thread(target=_feed, args=(process.stdin, first_line, content), daemon=True)
    feeder.start()
    try:
        frames = _read_frames(process.stdout, limits.answer_bytes)
        code = process.wait()
    finally:
        is_late = not alarm.is_alive()
        alarm.cancel()
        process.kill()
        process.wait()
        feeder.join()
        if process.stdout is not None:
            process.stdout.close()
    return _checked(frames, code, is_late=is_late)


def _feed(stdin: IO[bytes] | None, *parts: bytes) -> None:
    if stdin is None:
        return
    try:
        for part in parts:
            stdin.write(part)
        stdin.close()
    except OSError:  # the child is dead: its end tells why
        pass


def _read_frames(stdout: IO[bytes] | None, max_bytes: int) -> list[Frame]:
    """Read frames until the child closes its output.

    Raises:
        ChildRefusal: the answer is longer than `max_bytes`.
    """
    frames: list[Frame] = []
    size = 0
    while stdout is not None and len(head := stdout.read(FRAME_HEAD.size)) == FRAME_HEAD.size:
        kind, length = FRAME_HEAD.unpack(head)
        size += FRAME_HEAD.size + length
        if size > max_bytes:
            raise ChildRefusal("answer")
        payload = stdout.read(length)
        if len(payload) < length:
            break
        frames.append(Frame(kind, payload))
    return frames


def _checked(frames: list[Frame], code: int, *, is_late: bool) -> list[Frame]:
    """Return the frames before the last one, which says that the answer is whole.

    Raises:
        ChildRefusal: the last frame is a refusal, or is missing.
    """
    last = frames[-1] if frames else None
    if last is not None and last.kind == END and code == 0:
        return frames[:-1]
    if last is not None and last.kind == REFUSAL and code == 0:
        refusal = json.loads(last.payload)
        raise ChildRefusal(refusal["code"], refusal["message"])
    if is_late or code == -signal.SIGXCPU:
        raise ChildRefusal("time")
    # Rust aborts and C libraries fault when memory is refused; the system kills where it has none left.
    memory_codes = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGKILL}
    raise ChildRefusal("memory" if code in memory_codes else "crash")
