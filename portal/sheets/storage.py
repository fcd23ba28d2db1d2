"""Uploaded sheets on disk: encrypted, in a folder that no URL reaches, gone when nobody needs them."""

import uuid
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.conf import settings

from portal.core.encryption import cipher


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "sheets"


def keep(content: bytes) -> str:
    """Store the bytes encrypted; returns the name to ask for them by."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{uuid.uuid4().hex}.bin"
    path = folder / name
    path.touch(mode=0o600)
    path.write_bytes(cipher().encrypt(content))
    return name


def load(name: str) -> bytes:
    """The bytes as they were uploaded.

    Raises:
        FileNotFoundError: they are gone, or no key in force opens them.
    """
    try:
        return cipher().decrypt((_folder() / name).read_bytes())
    except InvalidToken as error:
        raise FileNotFoundError(name) from error


def drop(name: str) -> None:
    (_folder() / name).unlink(missing_ok=True)
