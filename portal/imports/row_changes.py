"""Helpers of import kinds: group changes by outcome, serialise old values, find referenced rows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.db.models import Model

from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import RowResult

Change = TypeVar("Change")


def select_by_outcome(
    changes: Iterable[Change], results: Iterable[RowResult], outcome: RowOutcome
) -> list[Change]:
    """Return the changes whose result has this outcome."""
    return [change for change, result in zip(changes, results, strict=True) if result.outcome == outcome]


def add_target_ids(results: Sequence[RowResult], target_ids: Sequence[int | None]) -> list[RowResult]:
    """Return the results, each created one with the primary key of its row."""
    return [
        replace(result, target_id=target_id) if result.outcome == RowOutcome.CREATED else result
        for result, target_id in zip(results, target_ids, strict=True)
    ]


def to_json_value(value: Any) -> Any:
    """Return a field value as JSON data; dates and decimals become text."""
    return value if isinstance(value, (str, int, float, bool, list, type(None))) else str(value)


def referenced_ids(
    model: type[Model], ids: Iterable[int], *, ignore: Collection[type[Model]] = ()
) -> set[int]:
    """Return those of `ids` that rows of other models point at.

    Args:
        ignore: related models whose rows belong to the referenced row.
    """
    keys, referenced = list(ids), set()
    for relation in model._meta.related_objects:
        if relation.related_model in ignore:
            continue
        field = relation.field.name
        rows = relation.related_model._default_manager.filter(**{f"{field}__in": keys})
        referenced |= set(rows.values_list(field, flat=True))
    return referenced
