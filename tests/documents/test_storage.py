"""Encrypted file storage: content on disk, deletion, names, and re-encryption under a new key."""

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from pytest_django import Settings

from portal.core import key_rotation
from portal.documents.storage import EncryptedFileSystemStorage


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.FIELD_KEYS_FILE = str(tmp_path / "field_keys")
    return tmp_path


@pytest.fixture
def storage(data: Path) -> Any:
    return storages["private"]


def _save(storage: Any, content: bytes) -> str:
    return storage.save("name of the upload.png", ContentFile(content))


def _files(data: Path) -> list[Path]:
    return [path for path in (data / "private").rglob("*") if path.is_file() and path.name != ".lock"]


def test_content_is_encrypted_on_disk_and_read_back(data: Path, storage: Any) -> None:
    name = _save(storage, b"plain words")
    (path,) = _files(data)
    assert b"plain words" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "private").stat().st_mode) == 0o700
    assert storage.open(name).read() == b"plain words"
    assert list(storage.names()) == [name]


def test_deleted_file_is_gone_and_deleting_twice_is_no_error(data: Path, storage: Any) -> None:
    name = _save(storage, b"x")
    storage.delete(name)
    storage.delete(name)
    assert _files(data) == []
    with pytest.raises(FileNotFoundError):
        storage.open(name)


@pytest.mark.parametrize("name", ["", "../secrets.env", "../" * 4 + "etc/passwd", "A" * 32, "0" * 31])
def test_name_of_another_form_reaches_no_file(name: Any, storage: Any) -> None:
    for use in (storage.open, storage.delete, storage.reencrypt):
        with pytest.raises(FileNotFoundError):
            use(name)
    assert not storage.exists(name)


def test_reencrypted_file_opens_with_the_newest_key_alone(data: Path, storage: Any) -> None:
    name = _save(storage, b"x")
    key = key_rotation.add_key()
    assert storage.open(name).read() == b"x"
    assert storage.reencrypt(name)
    (path,) = _files(data)
    assert Fernet(key).decrypt(path.read_bytes()) == b"x"
    assert not storage.reencrypt(name)
    assert list(storage.names()) == [name]


def test_reencryption_does_not_bring_back_a_deleted_file(data: Path, storage: Any) -> None:
    name = _save(storage, b"x")
    storage.delete(name)
    key_rotation.add_key()
    assert not storage.reencrypt(name)
    assert _files(data) == []


def test_location_may_be_set_in_the_options_of_the_storage(tmp_path: Path, data: Path) -> None:
    storage = EncryptedFileSystemStorage(location=tmp_path / "elsewhere")
    name = _save(storage, b"x")
    assert _files(data) == []
    assert list(storage.names()) == [name]
