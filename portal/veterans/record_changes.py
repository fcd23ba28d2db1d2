"""Changes of veterans' records: set values, and announce what changed, the same way on every path."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from portal.accounts.models import User
from portal.core import audit
from portal.core.encryption import hash_phone
from portal.veterans.enums import MoveReason
from portal.veterans.events import announce_phone_changes
from portal.veterans.models import Veteran
from portal.veterans.record_moves import announce_moves


@dataclass(slots=True)
class RecordChange:
    """Changes of one record by one write.

    Attributes:
        old_values: replaced values by column name.
        related: which rows that belong to it changed: 'certificates', 'specialties', 'wish', 'work_history'.
        move_reason: why the record has another station, if it has.
    """

    veteran: Veteran
    old_values: dict[str, Any] = field(default_factory=dict)
    related: set[str] = field(default_factory=set)
    move_reason: MoveReason = MoveReason.LIVES

    @property
    def field_names(self) -> list[str]:
        """Names of the changed fields; a move is announced by itself."""
        names = {
            name.removesuffix("_id") for name in self.old_values if name not in {"phone_hash", "station_id"}
        }
        return sorted(names | self.related)

    @property
    def is_empty(self) -> bool:
        return not (self.old_values or self.related)


def column_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of fields by column name; rows become keys, a phone number brings its hash."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        column = Veteran._meta.get_field(name)
        assert isinstance(column, models.Field)
        columns[column.attname] = value.pk if isinstance(value, models.Model) else value
    if "phone" in columns:
        columns["phone_hash"] = hash_phone(columns["phone"]) if columns["phone"] else ""
    return columns


def set_values(veteran: Veteran, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set values in memory.

    Args:
        values: by field, as the rules of the record returned them.

    Returns:
        The replaced values by column name; nothing for a field that has its value already.
    """
    new_values = column_values(values)
    old_values = {
        name: getattr(veteran, name) for name, value in new_values.items() if getattr(veteran, name) != value
    }
    for name in old_values:
        setattr(veteran, name, new_values[name])
    return old_values


def announce_record_changes(
    changes: Sequence[RecordChange], *, by: User, section: str, **data: Any
) -> list[RecordChange]:
    """Log the moves, audit the changes, and announce new phone numbers; every write of a record ends here.

    Call it in the transaction of the write, after the rows are saved. `announce_change` or, for many records,
    `veteran_records_changed` is the caller's: an import sends it once a run.

    Args:
        section: the part of the record, or the path, that the audit log names.
        data: further data of each event.

    Returns:
        The changes that were announced: a write that changes nothing is no change.
    """
    changes = [change for change in changes if not change.is_empty]
    _announce_moves(changes, by)
    announce_phone_changes([change.veteran for change in changes if "phone_hash" in change.old_values], by=by)
    audit.record_many(
        by=by,
        verb="veterans.updated",
        targets=[
            (
                change.veteran,
                {
                    "section": section,
                    "fields": change.field_names,
                    "on_behalf": change.veteran.account_id != by.pk,
                    **data,
                },
            )
            for change in changes
            if change.field_names
        ],
    )
    return changes


def _announce_moves(changes: Iterable[RecordChange], by: User) -> None:
    moved_changes = [change for change in changes if "station_id" in change.old_values]
    audit.record_many(
        by=by,
        verb="veterans.moved",
        targets=[
            (c.veteran, {"before": c.old_values["station_id"], "after": c.veteran.station_id})
            for c in moved_changes
        ],
    )
    for reason in MoveReason:
        announce_moves(
            [
                (c.veteran.pk, c.old_values["station_id"], c.veteran.station_id)
                for c in moved_changes
                if c.move_reason == reason
            ],
            reason=reason,
            by=by,
        )
