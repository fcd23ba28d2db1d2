"""Everything the portal holds about one person, for that person (个人信息副本).

Not a list of models that somebody has to remember to extend: every table that points at the file, and every
table that points at one of those rows, is read through Django's own knowledge of the relations.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from portal.accounts.models import AccessLog, Consent
from portal.veterans.models import Veteran
from portal.veterans.veteran_documents import documents_of

# How far from the file rows are followed: placements, and the steps of placements.
_DEPTH = 2
# What only tells numbers apart: no use to a person, and a help to whoever wants to guess.
_UNSPOKEN = ("_hash", "sha256")


@dataclass(frozen=True, slots=True)
class DataSection:
    """Rows of one kind; each row a list of (label, value) with the same labels."""

    title: str
    rows: list[list[tuple[str, str]]]


def collect_personal_data(veteran: Veteran) -> list[DataSection]:
    """All rows of one file, and the consents and looks that belong to it. A fixed number of queries."""
    sections = [
        DataSection("档案", [_said(veteran)]),
        *_pointing_at(Veteran, [veteran.pk], _DEPTH, {Veteran}),
    ]
    documents = documents_of(veteran).select_related("uploaded_by", "judged_by").order_by("pk")
    owner_fields = {"owner_type", "owner_id", "replaced_at"}
    sections.append(DataSection("证明材料", [_said(row, skip=owner_fields) for row in documents]))
    if veteran.account_id is not None:
        consents = Consent.objects.filter(user=veteran.account_id).order_by("pk")
        sections.append(DataSection("授权同意", [_said(row, skip={"user"}) for row in consents]))
    looks = AccessLog.objects.filter(file_id=veteran.pk).select_related("actor").order_by("pk")
    sections.append(DataSection("谁看过我的档案", [_said(row, skip={"file_id"}) for row in looks]))
    return [section for section in sections if section.rows]


def _pointing_at(
    model: type[models.Model], keys: list[Any], depth: int, above: set[type[models.Model]]
) -> Iterator[DataSection]:
    """Sections of the tables whose rows point at rows `keys` of `model`, and of those that point at them."""
    found: dict[type[models.Model], list[str]] = {}
    for relation in model._meta.related_objects:
        if relation.field.many_to_many or relation.related_model in above:
            continue
        found.setdefault(relation.related_model, []).append(relation.field.name)
    for other in sorted(found, key=lambda other: other._meta.label):
        condition = models.Q()
        for name in found[other]:
            condition |= models.Q(**{f"{name}__in": keys})
        named = [f.name for f in other._meta.concrete_fields if f.is_relation and f.name not in found[other]]
        rows = list(other._base_manager.filter(condition).select_related(*named).order_by("pk"))
        if not rows:
            continue
        yield DataSection(str(other._meta.verbose_name), [_said(row, skip=set(found[other])) for row in rows])
        if depth > 1:
            yield from _pointing_at(other, [row.pk for row in rows], depth - 1, {*above, other})


def _said(row: models.Model, skip: Set[str] = frozenset()) -> list[tuple[str, str]]:
    """Every field of a row under its Chinese name; keys and hashes are left out."""
    told = [
        (str(field.verbose_name), _value(row, field))
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in skip and not field.name.endswith(_UNSPOKEN)
    ]
    many = [
        (str(field.verbose_name), "、".join(map(str, getattr(row, field.name).all())))
        for field in row._meta.local_many_to_many
    ]
    return told + many


def _value(row: models.Model, field: "models.Field[Any, Any]") -> str:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")() or "")
    value = getattr(row, field.name)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
