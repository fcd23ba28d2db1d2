"""Private files: unreadable on disk, read back as they were, rewritten under a new key."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from portal.core import key_rotation
from portal.core.private_files import delete_private, names, read_private, rewrite, write_private


@pytest.fixture(autouse=True)
def data(settings, tmp_path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.FIELD_KEYS_FILE = str(tmp_path / "field_keys")
    return tmp_path


def _files(data: Path) -> list[Path]:
    return [path for path in (data / "private").rglob("*") if path.is_file() and path.name != ".lock"]


def test_what_is_kept_is_encrypted_for_its_owner_alone_and_comes_back(data) -> None:
    name = write_private(b"plain words")
    (path,) = _files(data)
    assert b"plain words" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "private").stat().st_mode) == 0o700
    assert read_private(name) == b"plain words"
    assert list(names()) == [name]


def test_what_is_deleted_is_gone_and_deleting_twice_is_no_error(data) -> None:
    name = write_private(b"x")
    delete_private(name)
    delete_private(name)
    assert _files(data) == []
    with pytest.raises(FileNotFoundError):
        read_private(name)


@pytest.mark.parametrize("name", ["", "../secrets.env", "../" * 4 + "etc/passwd", "A" * 32, "0" * 31])
def test_a_name_that_is_not_one_of_ours_reaches_no_file(name) -> None:
    for ask in (read_private, delete_private, rewrite):
        with pytest.raises(FileNotFoundError):
            ask(name)


def test_a_rewritten_file_opens_with_the_newest_key_alone(data) -> None:
    name = write_private(b"x")
    key = key_rotation.add_key()
    assert read_private(name) == b"x"
    assert rewrite(name)
    (path,) = _files(data)
    assert Fernet(key).decrypt(path.read_bytes()) == b"x"
    assert not rewrite(name)
    assert list(names()) == [name]


def test_rewriting_does_not_bring_back_what_is_gone(data) -> None:
    name = write_private(b"x")
    delete_private(name)
    key_rotation.add_key()
    assert not rewrite(name)
    assert _files(data) == []
