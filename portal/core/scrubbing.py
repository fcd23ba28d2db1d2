"""Copies of rows without personal, sensitive and secret values, for tests of a release and for support.

What is replaced follows the classification of fields. Row numbers and the links between rows stay, so that
a scrubbed city has the shape and size of the real one.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import models
from django.db.models import Field, Model

from portal.core.classification import DataClass, classify, listed_fields
from portal.core.encryption import EncryptedTextField

SCRUBBED_CLASSES = frozenset({DataClass.PERSONAL, DataClass.SENSITIVE, DataClass.SECRET})
# Signed-in sessions, second factors and tried sign-ins are of no use to anybody else.
OMITTED_APPS = frozenset(
    {"sessions", "otp_totp", "otp_static", "django_tasks_database", "contenttypes", "auth"}
)
# Fields that name another row, count, or say a step: the shape of the city, kept whatever their class.
_KEPT_TYPES = (
    models.ForeignKey, models.AutoField, models.BooleanField, models.IntegerField, models.DecimalField,
    models.FloatField,
)  # fmt: skip


def scrubbed_models() -> list[type[Model]]:
    """Return the models that a scrubbed dump holds, each after those it points at where that is possible."""
    omitted = OMITTED_APPS
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in omitted
    ]


def scrub(row: Model) -> Model:
    """Replace the personal, sensitive and secret values of an unsaved copy of a row, and return it."""
    for field in row._meta.local_concrete_fields:
        if row._meta.label in listed_fields() and classify(field) in SCRUBBED_CLASSES:
            setattr(row, field.attname, _replacement(field, row))
    return row


def _replacement(field: Field, row: Model) -> Any:
    value = getattr(row, field.attname)
    if value in (None, "", [], {}) or isinstance(field, _KEPT_TYPES) or field.choices:
        return value
    if field.name == "password":
        return make_password(None)
    if isinstance(field, EncryptedTextField):
        return f"{field.verbose_name}（已替换）"[: field.max_length]
    for kind, replace in _REPLACEMENTS:
        if isinstance(field, kind):
            return replace(field, row, value)
    raise TypeError(f"no replacement for {type(field).__name__} ({row._meta.label}.{field.name})")


def _digest(field: Field, row: Model) -> bytes:
    return hashlib.sha256(f"{row._meta.label}.{field.name}.{row.pk}".encode()).digest()


def _text(field: Field, row: Model) -> str:
    """Return a text of the same kind: hex digits for a hash, else the field's name and the row's number."""
    size = field.max_length or 40
    is_hash = field.name.endswith(("hash", "digest")) or field.unique or classify(field) == DataClass.SECRET
    text = _digest(field, row).hex() if is_hash else f"{field.verbose_name}{row.pk}"
    return text[:size]


# In this order: a DateTimeField is a DateField too.
_REPLACEMENTS: tuple[tuple[type[Field], Callable[[Field, Model, Any], Any]], ...] = (
    (models.JSONField, lambda _field, _row, value: type(value)()),
    (models.DateTimeField, lambda _field, _row, value: value),
    (models.DateField, lambda _field, _row, value: value.replace(month=1, day=1)),
    (models.UUIDField, lambda field, row, _value: UUID(bytes=_digest(field, row)[:16])),
    (models.CharField, lambda field, row, _value: _text(field, row)),
    (models.TextField, lambda field, row, _value: _text(field, row)),
)


def scrubbed_rows(model: type[Model]) -> Iterator[Model]:
    """Yield every row of a model, scrubbed."""
    for row in model._base_manager.order_by("pk").iterator(chunk_size=2_000):
        yield scrub(row)
