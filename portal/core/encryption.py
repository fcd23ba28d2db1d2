"""Sensitive text: encrypted at rest with rotating keys, looked up by a keyed hash, masked on screen.

Built on `cryptography`'s Fernet. The ready-made field package was tried and left: while one thread cleans
a form, it hands ciphertext to every other thread that reads the same field.
"""

import hashlib
import hmac
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import DataError, models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan

from portal.core.text_folding import fold_code, fold_phone


@lru_cache(maxsize=4)
def _keys_of(path: Path, _version: tuple[int, int]) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="ascii").split())


def keys_in_force() -> tuple[str, ...]:
    """Return the Fernet keys, newest first: those of the key file, then those of the environment.

    The file's status is read each time: `rotate_keys` adds a new key before it writes the first row with it,
    so a running process that reads such a row finds the key.
    """
    path = Path(settings.FIELD_KEYS_FILE)
    try:
        status = path.stat()
    except FileNotFoundError:
        return tuple(settings.FIELD_ENCRYPTION_KEYS)
    return (*_keys_of(path, (status.st_mtime_ns, status.st_ino)), *settings.FIELD_ENCRYPTION_KEYS)


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Return the cipher of the keys in force: the first encrypts, all of them decrypt."""
    return _cipher(keys_in_force())


@runtime_checkable
class EncryptedFiles(Protocol):
    """Storage whose files a rotation of keys encrypts again."""

    def names(self) -> Iterator[str]: ...

    def reencrypt(self, name: str) -> bool: ...


def lookup_hash(value: str) -> str:
    """Return the keyed hash (HMAC-SHA256, 64 hex digits) of a number, to look it up without storing it."""
    return hmac.new(settings.LOOKUP_HASH_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()


def hash_phone(text: str) -> str:
    """Return the `lookup_hash` of a phone number, however it is spelled."""
    return lookup_hash(fold_phone(text))


def hash_id_number(text: str) -> str:
    """Return the `lookup_hash` of a citizen's ID number, however it is spelled."""
    return lookup_hash(fold_code(text))


class EncryptedTextField(models.TextField):
    """Text stored as a Fernet token; empty text stays empty. It cannot be filtered on: store a `lookup_hash`.

    The database cannot see how long the text is, so `max_length` is kept here: DataError beyond it.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value and self.max_length is not None and len(value) > self.max_length:
            raise DataError(f"{self.name}: longer than {self.max_length} characters")
        return cipher().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise FieldError(f"{self.name}: no key in force decrypts this value") from error

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: filter on its lookup hash instead")
        return super().get_lookup(lookup_name)


def column_name(field: "models.Field[Any, Any]") -> str:
    """Return the name of a stored field's column."""
    return field.column or field.attname


def is_written(name: str) -> GreaterThan:
    """Return the condition, for filters and constraints, that an encrypted column is not empty."""
    return GreaterThan(Length(name), 0)


def mask_phone(phone: str) -> str:
    """Mask a phone number: '13812345678' -> '138****5678'."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****"
