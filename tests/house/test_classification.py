"""Classification of stored fields: complete, true to the columns, and what a scrubbed dump follows."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from portal.core.classification import DataClass, classify, listed_fields
from portal.core.encryption import EncryptedTextField
from portal.veterans.actions import REVEALABLE
from portal.veterans.models import Veteran
from tests.factories import make_position, make_user, make_veteran

pytestmark = pytest.mark.must("house.5")

OURS = ("portal", "cms", "search")
PHONE, ADDRESS, NAME = "13977778888", "演示路八十八号", "慕容甲丑"


def _fields() -> list[models.Field]:
    return [
        field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    ]


def test_every_stored_field_has_a_class() -> None:
    for field in _fields():
        assert classify(field) in DataClass


def test_every_row_of_the_table_names_a_stored_field() -> None:
    field_names = {
        (field.model._meta.label, field.name)
        for field in _fields()
        if field.model.__module__.startswith(OURS)
    }
    listed = {(label, field) for label, fields in listed_fields().items() for field in fields}
    assert listed - field_names == set()
    assert field_names - listed == set()


def test_encrypted_columns_are_sensitive_and_sensitive_text_is_encrypted_or_hashed() -> None:
    for field in _fields():
        if not field.model.__module__.startswith(OURS):
            continue
        is_sensitive = classify(field) == DataClass.SENSITIVE
        if isinstance(field, EncryptedTextField):
            assert is_sensitive, field
        elif is_sensitive:
            assert field.name.endswith("_hash") or field.choices, field


def test_hashes_of_tokens_and_codes_are_secret() -> None:
    for field in _fields():
        if field.model.__module__.startswith(OURS) and field.name in {"digest", "code_hash", "password"}:
            assert classify(field) == DataClass.SECRET or field.model._meta.label == "core.AuditLink", field


def test_revealed_fields_are_the_sensitive_texts_of_a_record() -> None:
    texts = [field for field in Veteran._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]
    assert {field.name: str(field.verbose_name) for field in texts} == REVEALABLE


@pytest.mark.django_db
def test_scrubbed_dump_holds_every_row_and_no_person(tmp_path: Path) -> None:
    user = make_user(NAME, phone=PHONE)
    veteran = make_veteran(name=NAME, phone=PHONE, address=ADDRESS, account=user)
    position = make_position()
    file = tmp_path / "city.jsonl"
    call_command("dump_scrubbed", str(file))
    text = file.read_text(encoding="utf-8")
    for secret in (NAME, PHONE, ADDRESS, veteran.phone_hash, user.password):
        assert secret not in text
        assert json.dumps(secret)[1:-1] not in text
    rows = [json.loads(line) for line in text.splitlines()]
    by_label = {(row["model"], row["pk"]) for row in rows}
    assert ("veterans.veteran", veteran.pk) in by_label
    dumped = next(row for row in rows if row["model"] == "positions.position" and row["pk"] == position.pk)
    assert dumped["fields"]["title"] == position.title  # public: as it is
    assert len([row for row in rows if row["model"] == "accounts.user"]) == type(user).objects.count()
