"""Encrypted Django storages for private files, chosen as STORAGES["private"].

Content is encrypted with the keys in force before it leaves the process. A file's name is random and says
nothing about its content or owner; no URL reaches it, and the caller checks who may read it.
"""

import fcntl
import os
import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

from portal.core.encryption import cipher, keys_in_force

_NAME = re.compile(r"[0-9a-f]{32}")


class EncryptedStorage(Storage, ABC):
    """Storage of encrypted files; a subclass says where the encrypted bytes (Fernet tokens) are kept.

    Methods raise FileNotFoundError for a name that is not 32 hexadecimal digits.
    """

    @abstractmethod
    def _read_token(self, name: str) -> bytes: ...

    @abstractmethod
    def _write_token(self, name: str, token: bytes) -> None:
        """Write the whole token or nothing, replacing an earlier one."""

    @abstractmethod
    def _delete_token(self, name: str) -> None:
        """Delete the token; a missing one is no error."""

    @abstractmethod
    def _lock(self) -> AbstractContextManager[None]:
        """Return a context manager that admits one process at a time."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """Yield the name of every stored file."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return a random name (32 hexadecimal digits); the name of the upload is dropped."""
        return uuid.uuid4().hex

    def _save(self, name: str, content: File[Any]) -> str:
        content.seek(0)
        self._write_token(_checked(name), cipher().encrypt(content.read()))
        return name

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:
        """Return the decrypted content.

        Raises:
            FileNotFoundError: there is no such file, or no key in force decrypts it.
        """
        try:
            return ContentFile(cipher().decrypt(self._read_token(_checked(name))), name=name)
        except InvalidToken as error:
            raise FileNotFoundError(name) from error

    def delete(self, name: str) -> None:
        """Delete the file; a missing one is no error."""
        _checked(name)
        with self._lock():  # a re-encryption must not bring it back
            self._delete_token(name)

    def exists(self, name: str) -> bool:
        return _NAME.fullmatch(name) is not None and name in set(self.names())

    def reencrypt(self, name: str) -> bool:
        """Encrypt a file again under the newest key; return False when it is already, or is gone.

        Raises:
            InvalidToken: no key in force decrypts it.
        """
        newest = Fernet(keys_in_force()[0])
        _checked(name)
        with self._lock():
            try:
                token = self._read_token(name)
            except FileNotFoundError:
                return False
            try:
                newest.decrypt(token)
            except InvalidToken:
                self._write_token(name, newest.encrypt(cipher().decrypt(token)))
                return True
        return False


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return name


@deconstructible
class EncryptedFileSystemStorage(EncryptedStorage):
    """Encrypted files below one folder, readable by the portal's own user only.

    Args:
        location: the folder; by default `private` below PORTAL_DATA.
    """

    def __init__(self, location: str | os.PathLike[str] | None = None) -> None:
        self._location = location

    @property
    def folder(self) -> Path:
        return Path(self._location) if self._location else Path(settings.DATA_DIR) / "private"

    def path(self, name: str) -> str:
        return str(self._path(_checked(name)))

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read_token(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def _write_token(self, name: str, token: bytes) -> None:
        path = self._path(name)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _delete_token(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def exists(self, name: str) -> bool:
        return _NAME.fullmatch(name) is not None and self._path(name).exists()

    def names(self) -> Iterator[str]:
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if _NAME.fullmatch(path.name):
                yield path.name
