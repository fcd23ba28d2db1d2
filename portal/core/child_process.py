"""Reading of untrusted files in a child process with limits of memory, processor time and wall-clock time.

Whatever an uploaded file does to its parser, the worst outcome is a dead child and a message. The child is
started afresh (no fork of a process with threads), gets no environment variables, and has read the whole file
before it answers. To read another kind of file, write a module with `answer(request, content, send)` as
described in `portal.core.child_entry` and call `run_in_child` with its name.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Thread, Timer
from typing import IO, Any, NamedTuple

from django.conf import settings

from portal.core.child_entry import END, FRAME_HEAD, REFUSAL


class Frame(NamedTuple):
    """One part of a child's answer; `kind` is one byte that the child's module chose."""

    kind: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one child: bytes of address space, seconds, and bytes of its whole answer."""

    memory_bytes: int = 600 * 1000 * 1000
    seconds: int = 25
    answer_bytes: int = 40 * 1024 * 1024


class ChildRefusal(Exception):
    """The child refused the file or did not survive it.

    Attributes:
        code: the module's own code, or 'time', 'memory', 'answer' (its answer is too long), 'crash'.
        message: the module's Chinese message; '' for the four codes above.
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
        "cpu_seconds": limits.seconds,
        "request": dict(request or {}),
    }
    process = subprocess.Popen(  # noqa: S603  (fixed program, module named by our code)
        [sys.executable, "-c", "from portal.core.child_entry import main; main()", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={"PYTHONPATH": str(settings.BASE_DIR), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        close_fds=True,
        start_new_session=True,
    )
    alarm = Timer(limits.seconds, process.kill)
    alarm.daemon = True
    alarm.start()
    first_line = json.dumps(head).encode() + b"\n"
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
    if is_late or code in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise ChildRefusal("time")
    # Rust aborts and C libraries fault when memory is refused.
    raise ChildRefusal("memory" if code in {-signal.SIGABRT, -signal.SIGSEGV} else "crash")
