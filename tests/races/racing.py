"""Races of two actions on one aggregate: run one after the other, with rows read before, or at the same time.

A row of the table names an action, a starting state in which it succeeds, and how to call it. `prepare` reads
the rows from the database and returns the call, so that whatever is written between the two is missed by the
instance in the call, as it is in a web process.
"""

import importlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias, cast
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection, models, transaction

from portal.confirmations.links import LinkUnusableError
from portal.core.models import AuditEvent
from portal.core.seen_values import STALE
from portal.core.state_machine import TransitionRefused
from portal.fairs.actions import CheckInRefused
from portal.positions.duplicates import DuplicatePosition
from portal.positions.integrator_writes import PositionEnded
from tests.house.locks import read_functions

REFUSALS = (
    ValidationError, PermissionDenied, TransitionRefused, CheckInRefused, LinkUnusableError,
    DuplicatePosition, PositionEnded,
)  # fmt: skip
# Random or derived from something random.
_RANDOM = frozenset(
    {
        "digest",
        "ticket",
        "prefix",
        "sha256",
        "file",
        "stored_as",
        "content_sha256",
        "offline_key",
        "code_hash",
        "password",
        "key",
        "last_login",
    }
)
# Keys of rows without a relation to them: of the world's records and employers, by name.
_OTHER_KEYS = frozenset({"owner_id", "file_id"})
_OWNERS = frozenset({"veterans.Veteran", "employers.Employer"})
IS_DELETED = "gone"
Call: TypeAlias = Callable[[], object]


class World:
    """Rows of one example by name; calling it reads a row from the database."""

    def __init__(self, **rows: models.Model) -> None:
        self.rows = rows

    def __call__(self, name: str) -> Any:
        row = self.rows[name]
        return type(row)._base_manager.get(pk=row.pk)


@dataclass(frozen=True)
class Row:
    """One action: its dotted name, the starting state in which it succeeds, and how to prepare its call."""

    action: str
    start: str
    prepare: Callable[[World], Call]


@dataclass(frozen=True)
class Aggregate:
    """Actions on one aggregate, the tables that they write, and the worlds they start in."""

    name: str
    rows: list[Row]
    tables: list[type[models.Model]]
    build: Callable[[str], World]


@dataclass
class Result:
    """Outcomes of the two calls and what the tables hold afterwards."""

    outcomes: list[str]
    tables: dict[str, list[tuple[str, ...]]]
    crashes: list[str] = field(default_factory=list)


def call_of(dotted_name: str, **arguments: Any) -> Call:
    """Return the call of an action with these arguments."""
    module, _, name = dotted_name.rpartition(".")
    return partial(getattr(importlib.import_module(module), name), **arguments)


def row(action: str, start: str, **arguments: Callable[[World], Any]) -> Row:
    """Return a row; each argument is a function that reads it from the world."""
    return Row(
        action, start, lambda w: call_of(action, **{name: read(w) for name, read in arguments.items()})
    )


def actions_of_the_code() -> set[str]:
    """Return the dotted names of all atomic functions that take `by` as a keyword."""
    return {
        key
        for key, function in read_functions().items()
        if function.is_action and "by" in {argument.arg for argument in function.node.args.kwonlyargs}
    }


def perform(call: Call) -> str:
    """Call an action and return 'done', the refusal, or 'CRASHED' where a visitor would see an error page."""
    try:
        with transaction.atomic():
            call()
    except REFUSALS as refusal:
        codes = _codes(refusal) if isinstance(refusal, ValidationError) else ""
        return f"refused: {type(refusal).__name__} {codes}".strip()
    except Exception as error:  # whatever it is, a visitor would see error 500
        return f"CRASHED: {type(error).__name__}: {error}"
    return "done"


def _codes(refusal: ValidationError) -> str:
    by_field = refusal.error_dict.values() if hasattr(refusal, "error_dict") else [refusal.error_list]
    return " ".join(
        sorted({str(error.code or error.messages[0][:12]) for errors in by_field for error in errors})
    )


def is_stale(outcome: str) -> bool:
    """Return whether an outcome is the refusal of an edit of values that were not seen."""
    return outcome == f"refused: ValidationError {STALE}"


# --- what the tables hold ----------------------------------------------------------------------------------
def watermarks(tables: Iterable[type[models.Model]]) -> dict[str, int]:
    """Return the highest key of each table, so that older rows are left out of a snapshot."""
    all_tables: list[type[models.Model]] = [*tables, AuditEvent]
    return {
        table._meta.label: table._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
        for table in all_tables
        if isinstance(table._meta.pk, models.AutoField | models.BigAutoField)
    }


def snapshot(
    tables: Iterable[type[models.Model]], world: World, since: dict[str, int] | None = None
) -> dict[str, list[tuple[str, ...]]]:
    """Return what the tables hold, without keys, times and random values; the world's rows by name."""
    names = {(type(row)._meta.label, row.pk): name for name, row in world.rows.items()}
    contents = {}
    for table in tables:
        rows = table._base_manager.order_by("pk")
        if since:
            rows = rows.filter(pk__gt=since.get(table._meta.label, 0))
        contents[table._meta.label] = [_plain_row(instance, names) for instance in rows]
    events = AuditEvent.objects.order_by("pk").filter(pk__gt=(since or {}).get(AuditEvent._meta.label, 0))
    contents["audit"] = sorted(
        (event.verb, event.target_type, str(event.data.get("before", "")), str(event.data.get("fields", "")))
        for event in events
    )
    return contents


def world_rows(world: World) -> list[tuple[str, ...]]:
    """Return the world's rows as `snapshot` returns those of the tables."""
    names = {(type(row)._meta.label, row.pk): name for name, row in world.rows.items()}
    return [_plain_row(row, names) for row in world.rows.values()]


def _related_model(field: Any) -> type[models.Model]:
    """Return what a relation leads to: by now every name is resolved."""
    return cast("type[models.Model]", field.related_model)


def _plain_row(instance: models.Model, names: dict[tuple[str, Any], str]) -> tuple[str, ...]:
    values = []
    for column in instance._meta.concrete_fields:
        if column.primary_key or column.name in _RANDOM:
            continue
        value = getattr(instance, column.attname)
        if isinstance(value, datetime | UUID):
            value = "set"
        elif isinstance(column, models.JSONField) and column.name == "moved_rows":
            value = len(value)
        elif isinstance(column, models.ForeignKey) and value is not None:
            related = _related_model(column)
            assert related._meta.pk is not None
            is_ours = related._meta.pk.get_internal_type().endswith("AutoField")
            value = names.get((related._meta.label, value), "another" if is_ours else value)
        elif column.name in _OTHER_KEYS:
            owners = (name for (label, key), name in names.items() if key == value and label in _OWNERS)
            value = next(owners, "another")
        values.append(f"{column.name}={value}")
    for many in instance._meta.many_to_many:
        keys = getattr(instance, many.name).order_by("pk").values_list("pk", flat=True)
        label = _related_model(many)._meta.label
        values.append(f"{many.name}={[names.get((label, key), 'another') for key in keys]}")
    return tuple(values)


# --- orders ------------------------------------------------------------------------------------------------
def run_serially(aggregate: Aggregate, world: World, first: Row, second: Row, *, stale: bool) -> Result:
    """Run `first`, then `second`, whose rows were read before `first` (`stale`) or after it.

    The world is as before afterwards.
    """
    with transaction.atomic():
        calls = [first.prepare(world)]
        if stale:
            calls.append(second.prepare(world))
        outcomes = [perform(calls[0])]
        try:
            outcomes.append(perform(calls[1] if stale else second.prepare(world)))
        except ObjectDoesNotExist:  # there is no page of what the first has deleted
            outcomes.append(IS_DELETED)
        result = Result(outcomes, snapshot(aggregate.tables, world))
        transaction.set_rollback(True)
    result.crashes = [outcome for outcome in outcomes if outcome.startswith("CRASHED")]
    return result


def run_at_once(calls: list[Call]) -> list[str]:
    """Run prepared calls on connections of their own, which begin together; return their outcomes."""
    barrier, outcomes = threading.Barrier(len(calls)), [""] * len(calls)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            outcomes[place] = perform(calls[place])
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
