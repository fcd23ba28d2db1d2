"""Keys change under a running portal, and no value is ever unreadable."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from portal.accounts.models import User
from portal.core import key_rotation
from portal.core.encryption import cipher, keys_in_force
from portal.core.models import AuditEvent
from portal.veterans.models import Veteran
from tests.factories import make_user, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key_file(settings: Settings, tmp_path: Path) -> Path:
    settings.FIELD_KEYS_FILE = str(tmp_path / "keys" / "field_keys")
    settings.DATA_DIR = tmp_path / "data"
    return Path(settings.FIELD_KEYS_FILE)


def _tokens() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM veterans_veteran UNION ALL SELECT phone FROM accounts_user")
        return [token for (token,) in cursor.fetchall() if token]


def _phones() -> dict[int, str]:
    return {v.pk: v.phone for v in Veteran.objects.all()}


def test_rotation_rewrites_every_value_under_the_new_key(key_file: Path) -> None:
    for _ in range(3):
        make_veteran(address="会城街道演示路1号", difficulty="", account=make_user())
    before = _phones()
    row_count = key_rotation.rotate(by=None)
    assert row_count == 3 + User.objects.count()
    (new,) = key_file.read_text().split()
    assert all(Fernet(new).decrypt(token.encode()) for token in _tokens())
    assert _phones() == before
    assert {v.address for v in Veteran.objects.all()} == {"会城街道演示路1号"}
    assert {v.difficulty for v in Veteran.objects.all()} == {""}
    assert AuditEvent.objects.get(verb="core.keys_rotated").data == {"rows": row_count}


def test_running_process_uses_the_new_key_once_it_is_in_the_file() -> None:
    old = cipher()
    key = key_rotation.add_key()
    token = Fernet(key.encode()).encrypt(b"x")
    assert cipher().decrypt(token) == b"x"
    with pytest.raises(InvalidToken):
        old.decrypt(token)
    assert keys_in_force()[0] == key


def test_rotation_rewrites_private_files_under_the_new_key(key_file: Path) -> None:
    key_rotation.add_key()
    storage = storages["private"]
    name = storage.save("upload", ContentFile(b"a certificate"))
    key_rotation.rotate(by=None)
    key_rotation.retire(by=None, at_once=True)
    (new,) = key_file.read_text().split()
    assert Fernet(new).decrypt(Path(storage.path(name)).read_bytes()) == b"a certificate"
    assert storage.open(name).read() == b"a certificate"


def test_second_run_writes_nothing_and_interrupted_run_continues(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_veteran()
    key_rotation.add_key()
    monkeypatch.setattr(key_rotation, "BATCH", 1)
    row_count = 0

    def interrupt_at_the_third(count: int) -> None:
        nonlocal row_count
        row_count += count
        if row_count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key_rotation.rewrite(step=interrupt_at_the_third)
    rest = key_rotation.rewrite()
    assert 0 < rest < 3  # what was written before the interruption is not written again
    assert key_rotation.rewrite() == 0


def test_concurrent_change_of_a_value_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    veteran = make_veteran(phone="13812345678")
    renew = key_rotation._renew

    def meanwhile(token: Any, newest: Any) -> Any:
        Veteran.objects.filter(pk=veteran.pk).update(phone="13900001111")
        return renew(token, newest)

    monkeypatch.setattr(key_rotation, "_renew", meanwhile)
    key_rotation.rotate(by=None)
    assert Veteran.objects.get(pk=veteran.pk).phone == "13900001111"


def test_old_keys_are_kept_until_no_transaction_can_need_them(settings: Settings, key_file: Path) -> None:
    make_veteran()
    with pytest.raises(CommandError, match="no key file"):
        call_command("rotate_keys", "--retire")
    call_command("rotate_keys")
    call_command("rotate_keys")
    assert len(key_file.read_text().split()) == 2
    with pytest.raises(CommandError, match="minutes old"):
        call_command("rotate_keys", "--retire")
    past = time.time() - 2 * key_rotation.SETTLING_SECONDS
    os.utime(key_file, (past, past))
    call_command("rotate_keys", "--retire")
    assert len(key_file.read_text().split()) == 1
    settings.FIELD_ENCRYPTION_KEYS = []
    assert len(_phones()) == 1


def test_retiring_a_key_rewrites_values_left_under_it_first(settings: Settings, key_file: Path) -> None:
    call_command("rotate_keys")
    first = key_file.read_text().split()[0]
    call_command("rotate_keys")
    veteran = make_veteran()
    late = Fernet(first).encrypt(b"13812345678").decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE veterans_veteran SET phone = %s WHERE id = %s", [late, veteran.pk])
    call_command("rotate_keys", "--retire", "--now")
    settings.FIELD_ENCRYPTION_KEYS = []
    assert Veteran.objects.get(pk=veteran.pk).phone == "13812345678"


def test_key_file_is_readable_by_its_owner_only(key_file: Path) -> None:
    key_rotation.add_key()
    assert key_file.stat().st_mode & 0o077 == 0
