"""Command that writes a copy of all rows without personal values, and what becomes of a row in it."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import models

from portal.core import audit
from portal.core.models import AuditEvent
from portal.core.scrubbing import scrub, scrubbed_models, scrubbed_rows
from portal.placements.models import Placement
from portal.veterans.models import Veteran
from tests.factories import make_user, make_veteran

pytestmark = pytest.mark.django_db

PHONE = "13966665555"


def test_dump_names_its_file_and_counts_its_rows(tmp_path: Path) -> None:
    make_veteran()
    file, out = tmp_path / "city.jsonl", io.StringIO()
    call_command("dump_scrubbed", str(file), stdout=out)
    count = len(file.read_text(encoding="utf-8").splitlines())
    assert count > 1
    assert out.getvalue() == f"{file}: {count} rows\n"


def test_dump_overwrites_no_file(tmp_path: Path) -> None:
    file = tmp_path / "city.jsonl"
    file.write_text("kept", encoding="utf-8")
    with pytest.raises(FileExistsError):
        call_command("dump_scrubbed", str(file))
    assert file.read_text(encoding="utf-8") == "kept"


def test_dump_is_readable_text_and_leaves_the_tables_as_they_are(tmp_path: Path) -> None:
    veteran = make_veteran(name="慕容甲丑", phone=PHONE)
    file = tmp_path / "city.jsonl"
    call_command("dump_scrubbed", str(file))
    text = file.read_text(encoding="utf-8")
    (row,) = (json.loads(line) for line in text.splitlines() if f'"{Veteran._meta.label_lower}"' in line)
    assert row["pk"] == veteran.pk
    veteran.refresh_from_db()
    assert (veteran.name, veteran.phone) == ("慕容甲丑", PHONE)


def test_record_keeps_its_shape_and_loses_the_person() -> None:
    account = make_user("慕容甲丑", phone=PHONE)
    veteran = make_veteran(
        account=account, name="慕容甲丑", address="演示路八十八号", birth_date=date(1985, 5, 17)
    )
    hashes = {veteran.phone_hash, veteran.id_hash}
    (row,) = scrubbed_rows(Veteran)
    assert isinstance(row, Veteran)
    assert (row.pk, row.station_id, row.account_id) == (veteran.pk, veteran.station_id, account.pk)
    assert (row.sex, row.education) == (veteran.sex, veteran.education)
    assert row.name == f"姓名{veteran.pk}"
    assert row.birth_date == date(1985, 1, 1)
    assert "已替换" in row.phone
    assert "已替换" in row.address
    assert row.skills == ""  # what was empty stays empty
    assert len({row.phone_hash, row.id_hash} - hashes) == 2
    assert [len(value or "") for value in (row.phone_hash, row.id_hash)] == [64, 64]


def test_two_people_stay_two_and_a_second_dump_is_the_same() -> None:
    for name in ("慕容甲丑", "诸葛乙寅"):
        make_veteran(name=name)

    def dump() -> list[tuple[Any, ...]]:
        rows = [row for row in scrubbed_rows(Veteran) if isinstance(row, Veteran)]
        return [(row.name, row.id_hash, row.phone_hash) for row in rows]

    first, second = dump()
    assert not set(first) & set(second)
    assert dump() == [first, second]


def test_scrubbed_account_has_no_password() -> None:
    user = make_user("慕容甲丑", phone=PHONE)
    user.set_password("geheim-2026")
    user.save()
    scrub(user)
    assert not user.has_usable_password()


def test_audit_event_keeps_its_time_and_verb_and_loses_its_data() -> None:
    event = audit.record(by=make_user("慕容甲丑"), verb="veterans.changed", target=None, names=["慕容甲丑"])
    row = scrub(AuditEvent.objects.get(pk=event.pk))
    assert isinstance(row, AuditEvent)
    assert (row.data, row.verb, row.at) == ({}, event.verb, event.at)
    assert row.actor_label != event.actor_label


def test_number_of_an_offline_registration_is_replaced() -> None:
    placement, same, another = Placement(pk=7), Placement(pk=7), Placement(pk=8)
    before = placement.offline_key
    for row in (placement, same, another):
        scrub(row)
    assert placement.offline_key != before
    assert same.offline_key == placement.offline_key
    assert another.offline_key != placement.offline_key


def test_sessions_and_second_factors_are_not_dumped() -> None:
    apps = {model._meta.app_label for model in scrubbed_models()}
    assert {"veterans", "accounts", "placements"} <= apps
    assert not apps & {"sessions", "otp_totp", "otp_static", "django_tasks_database", "auth"}
    assert all(model._meta.managed and not model._meta.proxy for model in scrubbed_models())


def test_field_of_an_unknown_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump that cannot replace a personal value ends, and writes none as it is."""
    monkeypatch.setattr("portal.core.scrubbing._REPLACEMENTS", ((models.UUIDField, lambda *_: None),))
    with pytest.raises(TypeError, match=r"no replacement for CharField \(veterans\.Veteran\.name\)"):
        scrub(make_veteran())
