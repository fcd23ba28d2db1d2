"""Key rotation: add an encryption key and rewrite everything under it while the portal serves.

1. The new key is added to the key file; from then on every process encrypts with it and decrypts with both.
2. Each encrypted value is rewritten in short transactions; a value changed meanwhile is left as it is.
3. Older keys are removed from the file once no transaction from before the new key can be open.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, models, transaction

from portal.core import audit
from portal.core.encryption import EncryptedFiles, EncryptedTextField, cipher, column_name, keys_in_force

BATCH = 500
# Seconds after which no transaction of before the new key is still open.
SETTLING_SECONDS = 3600


def _quiet(_rows: int) -> None:
    """No progress is shown."""


class RotationRefused(Exception):
    """Old keys cannot be taken away now; the message says why."""


def encrypted_columns() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every table with encrypted columns, ours and history alike."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy:
            continue
        columns = [
            column_name(f) for f in model._meta.local_concrete_fields if isinstance(f, EncryptedTextField)
        ]
        if columns:
            yield model, columns


def encrypted_files() -> Iterator[tuple[EncryptedFiles, str]]:
    """Yield every file of the storages (STORAGES) that encrypt: the storage and the file's name."""
    for alias in settings.STORAGES:
        storage = storages[alias]
        if isinstance(storage, EncryptedFiles):
            for name in storage.names():
                yield storage, name


def count_rows_and_files() -> int:
    """Return how many rows and encrypted files `rewrite` looks at in one pass."""
    rows = sum(model._base_manager.count() for model, _ in encrypted_columns())
    return rows + sum(1 for _ in encrypted_files())


def _write_keys(keys: list[str]) -> None:
    """Replace the key file in one step: a reader sees the old content or the new."""
    path = Path(settings.FIELD_KEYS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{key}\n" for key in keys), encoding="ascii")
    draft.replace(path)


def _file_keys() -> list[str]:
    path = Path(settings.FIELD_KEYS_FILE)
    return path.read_text(encoding="ascii").split() if path.exists() else []


def add_key() -> str:
    """Put a fresh key before all others; returns it."""
    key = Fernet.generate_key().decode()
    _write_keys([key, *_file_keys()])
    return key


def rewrite(*, step: Callable[[int], object] = _quiet) -> int:
    """Write every value that an older key encrypts again under the newest one, private files too.

    Args:
        step: called with the number of rows or files that were just looked at.

    Returns:
        How many rows and files were written.
    """
    rows = sum(_rewrite_table(model, columns, step) for model, columns in encrypted_columns())
    return rows + _rewrite_files(step)


def _rewrite_files(step: Callable[[int], object]) -> int:
    written_count = 0
    for storage, name in encrypted_files():
        written_count += storage.reencrypt(name)
        step(1)
    return written_count


def _rewrite_table(model: type[models.Model], columns: list[str], step: Callable[[int], object]) -> int:
    newest = Fernet(keys_in_force()[0])
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(column_name(model._meta.pk))
    names = [quote(column) for column in columns]
    select = f"SELECT {key}, {', '.join(names)} FROM {table} WHERE {key} > %s ORDER BY {key} LIMIT {BATCH}"  # noqa: S608
    first = f"SELECT MIN({key}) FROM {table}"  # noqa: S608
    # Compare and swap: only while the row still holds what was read.
    same = " AND ".join(f"{name} IS NOT DISTINCT FROM %s" for name in names)
    update = f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in names)} WHERE {key} = %s AND {same}"  # noqa: S608
    written_count = 0
    with connection.cursor() as cursor:
        cursor.execute(first)
        (lowest,) = cursor.fetchone()
    if lowest is None:
        return 0
    after = lowest - 1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(select, [after])
            rows = cursor.fetchall()
        if not rows:
            return written_count
        changes = []
        for pk, *values in rows:
            renewed = [_renew(value, newest) for value in values]
            if renewed != values:
                changes.append([*renewed, pk, *values])
        if changes:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(update, changes)
            written_count += len(changes)
        after = rows[-1][0]
        step(len(rows))


def _renew(token: str | None, newest: Fernet) -> str | None:
    """The same text under the newest key; a token that is already, as it is."""
    if not token or _opens(token, newest):
        return token
    return newest.encrypt(cipher().decrypt(token.encode())).decode()


def _opens(token: str, key: Fernet) -> bool:
    try:
        key.decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def rotate(*, by: object, step: Callable[[int], object] = _quiet) -> int:
    """Add a key and rewrite everything under it; how many rows were written."""
    add_key()
    written_count = rewrite(step=step)
    audit.record(by=by, verb="core.keys_rotated", target=None, rows=written_count)
    return written_count


def retire(*, by: object, at_once: bool = False, step: Callable[[int], object] = _quiet) -> int:
    """Take all keys but the newest out of the key file, once nothing needs them; how many are gone.

    Raises:
        RotationRefused: there is no key file, or the newest key is so young that a transaction of before may
            still be open (`at_once` says that none is: the portal stands still).
    """
    keys = _file_keys()
    if not keys:
        raise RotationRefused("there is no key file yet: run rotate_keys first")
    age = time.time() - Path(settings.FIELD_KEYS_FILE).stat().st_mtime
    if age < SETTLING_SECONDS and not at_once:
        raise RotationRefused(
            f"the newest key is {age / 60:.0f} minutes old; wait for {SETTLING_SECONDS // 60}, "
            "or stop the portal and say --now"
        )
    rewrite(step=step)
    if rewrite(step=step):
        raise RotationRefused("values under an older key keep appearing: a process still writes with it")
    _write_keys(keys[:1])
    audit.record(by=by, verb="core.keys_retired", target=None, keys=len(keys) - 1)
    return len(keys) - 1
