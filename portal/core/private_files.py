"""Private files on disk: encrypted with the keys in force, below `DATA_DIR/private`, where no URL reaches.

The name of a file says nothing about what it holds or whose it is; who may ask for it is a view's business.
"""

import fcntl
import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from portal.core.encryption import cipher, keys_in_force

_NAME = re.compile(r"[0-9a-f]{32}")


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "private"


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return _folder() / name[:2] / name


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time among all processes: a rewrite must not bring back what is deleted meanwhile."""
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (_folder() / ".lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _put(path: Path, token: bytes) -> None:
    """The whole file or nothing: written beside its place, then renamed."""
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        file.write(token)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write_private(content: bytes) -> str:
    """Keep the bytes, encrypted; returns the name to ask for them by (32 hex digits, not to be guessed)."""
    name = uuid.uuid4().hex
    _put(_path(name), cipher().encrypt(content))
    return name


def read_private(name: str) -> bytes:
    """The bytes as they were given.

    Raises:
        FileNotFoundError: there is no such file, or no key in force opens it.
    """
    try:
        return cipher().decrypt(_path(name).read_bytes())
    except InvalidToken as error:
        raise FileNotFoundError(name) from error


def delete_private(name: str) -> None:
    """Take the file away; one that is gone already is no error."""
    with _alone():
        _path(name).unlink(missing_ok=True)


def names() -> Iterator[str]:
    """The name of every private file."""
    for path in sorted(_folder().glob("[0-9a-f][0-9a-f]/*")):
        if _NAME.fullmatch(path.name):
            yield path.name


def rewrite(name: str) -> bool:
    """Encrypt the file again under the newest key; False when it is already, or is gone.

    Raises:
        InvalidToken: no key in force opens it.
    """
    newest = Fernet(keys_in_force()[0])
    path = _path(name)
    with _alone():
        try:
            token = path.read_bytes()
        except FileNotFoundError:
            return False
        try:
            newest.decrypt(token)
        except InvalidToken:
            _put(path, newest.encrypt(cipher().decrypt(token)))
            return True
    return False


def reencrypt_files(step: Callable[[int], object]) -> int:
    """`rewrite` every private file; how many were written. `step` is called with 1 after each."""
    written = 0
    for name in names():
        written += rewrite(name)
        step(1)
    return written
