"""Main function of a child process that reads an untrusted file for `portal.core.child_process`.

Imports neither Django nor settings, so that it starts in some 50 ms and holds no secret. The module named on
the command line has a function `answer(request, content, send)`: it reads `content`,
calls `send(kind, payload)` for each frame, and raises `FileRefusal` with a message for the uploader.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

# Kinds of frames, one byte each; a module may send kinds of its own besides.
REFUSAL, END = b"!", b"."
FRAME_HEAD = struct.Struct(">cI")
# send(kind of one byte, payload)
Send = Callable[[bytes, bytes], None]


class FileRefusal(Exception):
    """Refusal of a file.

    Args:
        message: the cause in Chinese, for the uploader.
        code: names the cause for programs.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message, self.code = message, code


def limit_resources(memory_bytes: int, cpu_seconds: int) -> None:
    """Limit this process for good; it also leaves no core file and yields to whoever answers requests."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))  # SIGXCPU, then SIGKILL
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    os.nice(5)


def main() -> None:
    """Read limits, request and content from standard input, and write frames to standard output."""
    line = json.loads(sys.stdin.buffer.readline())
    limit_resources(line["memory_bytes"], line["cpu_seconds"])
    output = sys.stdout.buffer

    def send(kind: bytes, payload: bytes) -> None:
        output.write(FRAME_HEAD.pack(kind, len(payload)))
        output.write(payload)

    try:
        content = sys.stdin.buffer.read()
        import_module(sys.argv[1]).answer(line["request"], content, send)
        send(END, b"")
    except FileRefusal as refusal:
        send(REFUSAL, _to_json({"message": refusal.message, "code": refusal.code}))
    except MemoryError:
        send(REFUSAL, _to_json({"message": "", "code": "memory"}))
    output.flush()


def _to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
