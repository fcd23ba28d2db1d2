"""Copy of all data about one person, for that person (个人信息副本).

The tables are not listed here: Django's relations yield every table that refers to the record or to one of
those rows, so that a new table is included without a change.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from portal.accounts.models import AccessLog, Consent
from portal.core.stored_names import stored_label
from portal.veterans.models import Veteran
from portal.veterans.veteran_documents import documents_of

# Levels of relations: placements, and the transitions of placements.
_DEPTH = 2
# Suffixes of fields with hashes: useless to the person, and helpful for guessing the value.
_OMITTED_SUFFIXES = ("_hash", "sha256")


@dataclass(frozen=True, slots=True)
class DataSection:
    """Rows of one table; each row is a list of (label, value)."""

    title: str
    rows: list[list[tuple[str, str]]]


def collect_personal_data(veteran: Veteran) -> list[DataSection]:
    """Return all rows about one person, with documents, consents and accesses. Fixed number of queries."""
    sections = [
        DataSection("档案", [_values(veteran)]),
        *_sections_referring_to(Veteran, [veteran.pk], _DEPTH, {Veteran}),
    ]
    documents = documents_of(veteran).select_related("uploaded_by", "judged_by").order_by("pk")
    owner_fields = {"owner_type", "owner_id", "replaced_at"}
    sections.append(DataSection("证明材料", [_values(row, skip=owner_fields) for row in documents]))
    if veteran.account_id is not None:
        consents = Consent.objects.filter(user=veteran.account_id).order_by("pk")
        sections.append(DataSection("授权同意", [_values(row, skip={"user"}) for row in consents]))
    accesses = AccessLog.objects.filter(file_id=veteran.pk).select_related("actor").order_by("pk")
    sections.append(DataSection("谁看过我的档案", [_values(row, skip={"file_id"}) for row in accesses]))
    return [section for section in sections if section.rows]


def _sections_referring_to(
    model: type[models.Model], keys: list[Any], depth: int, ancestors: set[type[models.Model]]
) -> Iterator[DataSection]:
    """Yield the tables with rows that refer to the rows `keys` of `model`, down to `depth` levels.

    Args:
        ancestors: models on the path from the record, which are not visited again.
    """
    fields_by_model: dict[type[models.Model], list[str]] = {}
    for relation in model._meta.related_objects:
        if relation.field.many_to_many or relation.related_model in ancestors:
            continue
        fields_by_model.setdefault(relation.related_model, []).append(relation.field.name)
    for other in sorted(fields_by_model, key=stored_label):
        references = set(fields_by_model[other])
        condition = models.Q()
        for name in sorted(references):
            condition |= models.Q(**{f"{name}__in": keys})
        related = [f.name for f in other._meta.concrete_fields if f.is_relation and f.name not in references]
        rows = list(other._base_manager.filter(condition).select_related(*related).order_by("pk"))
        if not rows:
            continue
        yield DataSection(
            str(other._meta.verbose_name),
            [_values(row, skip=references) for row in rows],
        )
        if depth > 1:
            yield from _sections_referring_to(other, [row.pk for row in rows], depth - 1, {*ancestors, other})


def _values(row: models.Model, skip: Set[str] = frozenset()) -> list[tuple[str, str]]:
    """Return every field of a row with its Chinese name, without keys and hashes."""
    single_values = [
        (str(field.verbose_name), _value(row, field))
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in skip and not field.name.endswith(_OMITTED_SUFFIXES)
    ]
    multiple_values = [
        (str(field.verbose_name), "、".join(map(str, getattr(row, field.name).all())))
        for field in row._meta.local_many_to_many
    ]
    return single_values + multiple_values


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
