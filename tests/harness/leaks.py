"""After the run: no ID number and no phone that it used stands in plain text in what it left on disk.

Every phone and ID number goes through the keyed hash or into a field that the data classification calls
sensitive, so that is where they are noted.
Looked for in the whole data folder (the database with its write-ahead log, uploads, indexes, and all that
was logged), and in the PostgreSQL cluster when there is one. Rows that were rolled back or deleted count too.
"""

import hmac
import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

CLUSTER = "PORTAL_TEST_CLUSTER"  # folder of the scratch PostgreSQL; set by tests.postgres
SUMMARY = pytest.StashKey[list[str]]()
# Where a number may begin, digits before it or not: columns of a row stand side by side in a database file.
_PHONE = re.compile(rb"(?=(1[3-9]\d{9}))")
_ID_NUMBER = re.compile(rb"(?=([1-9]\d{16}[\dXx]))")
_NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|[1-9]\d{16}[\dXx])(?!\d)")
_noted_numbers: set[bytes] = set()


def found_in(path: Path, numbers: set[bytes]) -> set[str]:
    """Return those of the numbers that stand in a file."""
    content = path.read_bytes()
    return {
        match.group(1).decode()
        for shape in (_PHONE, _ID_NUMBER)
        for match in shape.finditer(content)
        if match.group(1).upper() in numbers
    }


@pytest.fixture(scope="session")
def numbers_are_noted() -> Iterator[None]:
    """Note every phone and ID number that is looked up or written to a sensitive field; keep what is logged.

    Which fields are sensitive is read from the data classification.
    """
    # Models load after Django is set up.
    from portal.core import encryption
    from portal.core.classification import DataClass, classify
    from portal.core.encryption import EncryptedTextField

    def new(key: bytes, message: bytes, digest: Any) -> hmac.HMAC:
        if _NUMBER.fullmatch(message.decode(errors="replace")):
            _noted_numbers.add(message.upper())
        return hmac.new(key, message, digest)

    encrypt = EncryptedTextField.get_prep_value

    def get_prep_value(field: EncryptedTextField, value: Any) -> Any:
        if value and field.model is not None and classify(field) == DataClass.SENSITIVE:
            _noted_numbers.update(number.upper().encode() for number in _NUMBER.findall(str(value)))
        return encrypt(field, value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encryption, "hmac", SimpleNamespace(new=new))
        patch.setattr(EncryptedTextField, "get_prep_value", get_prep_value)
        yield


@pytest.fixture(scope="session")
def log_of_the_run() -> Iterator[Path]:
    """All that the portal logs from INFO up, in a file of the data folder."""
    from django.conf import settings

    path = settings.DATA_DIR / "run.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    yield path
    logging.getLogger().removeHandler(handler)
    handler.close()


def search(config: pytest.Config) -> list[str]:
    """'file: number' of each plain number found; leaves a line of summary for the end of the run."""
    from django.conf import settings
    from django.db import connection

    folders = [Path(settings.DATA_DIR)]
    if connection.vendor == "postgresql" and CLUSTER in os.environ:
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        folders.append(Path(os.environ[CLUSTER]))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    leaks, size = [], 0.0
    for path in files:
        with suppress(FileNotFoundError):  # the running server removes and replaces files of its own
            size += path.stat().st_size / 1e6
            leaks += [f"{path.name}: {number}" for number in sorted(found_in(path, _noted_numbers))]
    line = (
        f"{len(_noted_numbers)} phones and ID numbers looked for in {len(files)} files,"
        f" {size:.0f} MB: {len(leaks)} found"
    )
    if hasattr(config, "workeroutput"):
        config.workeroutput[CLUSTER] = line
    else:
        config.stash[SUMMARY] = [line]
    return leaks


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of the run is done."""
    if line := getattr(node, "workeroutput", {}).get(CLUSTER):
        node.config.stash.setdefault(SUMMARY, []).append(line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(SUMMARY, []):
        terminalreporter.write_line(line)
