"""Undo of an import of records: rows unchanged since the import are reverted, others stay with a reason."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.documents.enums import OwnerType
from portal.documents.models import Document
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import WrittenRow
from portal.imports.row_changes import referenced_ids, to_json_value
from portal.stations.models import Station
from portal.veterans.enums import MoveReason
from portal.veterans.models import Certificate, Service, Veteran
from portal.veterans.record_changes import RecordChange, announce_record_changes

_OWN_ROWS = (Service, Certificate)
_DATES = ("entered_on", "left_on")
MISSING = "档案已不存在"
CHANGED_SINCE = "导入后有人改过这份档案，已保留"
IN_USE = "导入后已有报名、意向或其他记录，已保留"
OUTSIDE_AREA = "档案已不在您的管辖范围"


def undo_rows(rows: Sequence[WrittenRow], by: User, import_id: int) -> list[str]:
    """Undo these rows; return for each the reason why it stays, or '' where it was undone."""
    records = Veteran.objects.select_for_update().in_bulk([row.target_id for row in rows])
    served_ids = set(
        Station.objects.in_subtrees(by.station_paths(Permission.OPEN_RECORDS)).values_list("pk", flat=True)
    )
    created_ids = [row.target_id for row in rows if row.outcome == RowOutcome.CREATED]
    used_ids = _in_use(created_ids)
    created, updated, reasons = [], [], []
    for row in rows:
        record = records.get(row.target_id)
        if record is None:
            reasons.append(MISSING)
        elif record.station_id not in served_ids:
            reasons.append(OUTSIDE_AREA)
        elif row.outcome == RowOutcome.UPDATED:
            updated.append((record, row))
            reasons.append("")
        elif record.updated_at > row.at or record.account_id is not None:
            reasons.append(CHANGED_SINCE)
        elif record.pk in used_ids:
            reasons.append(IN_USE)
        else:
            created.append(record)
            reasons.append("")
    kept_labels = _restore_fields(updated, by, import_id)
    audit.record_many(
        by=by, verb="veterans.removed", targets=[(record, {"sheet": import_id}) for record in created]
    )
    Veteran.objects.filter(pk__in=[record.pk for record in created]).delete()
    return [
        reason
        or (
            f"这些内容后来有人改过，已保留：{kept_labels[row.target_id]}"
            if row.target_id in kept_labels
            else ""
        )
        for row, reason in zip(rows, reasons, strict=True)
    ]


def _in_use(ids: list[int]) -> set[int]:
    """Return the records that rows of other tables or documents belong to."""
    documents = Document.objects.owned_by(OwnerType.VETERAN, ids)
    return referenced_ids(Veteran, ids, ignore=_OWN_ROWS) | set(documents.values_list("owner_id", flat=True))


def _restore_fields(changes: list[tuple[Veteran, WrittenRow]], by: User, import_id: int) -> dict[int, str]:
    """Restore fields that still hold what the import wrote.

    Returns:
        Record -> labels of the fields that somebody has changed since.
    """
    kept_labels: dict[int, list[str]] = defaultdict(list)
    announced: list[RecordChange] = []
    for record, row in changes:
        written_values = row.before.get("fields", {})
        restorable = {
            field: old
            for field, (old, new) in written_values.items()
            if to_json_value(getattr(record, field)) == new
        }
        if not _in_order(record, restorable):  # one date was changed since, so both stay
            restorable = {field: old for field, old in restorable.items() if field not in _DATES}
        change = RecordChange(record, move_reason=MoveReason.IMPORTED)
        announced.append(change)
        for field, old in restorable.items():
            change.old_values[field] = getattr(record, field)
            setattr(record, field, _parse_value(field, old))
        kept_labels[record.pk] += [
            str(_field(field).verbose_name)
            for field in written_values
            if field not in restorable and not field.endswith("_hash")
        ]
        change.related |= _restore_own_rows(record, row)
    if changes:
        fields = {field for change in announced for field in change.old_values}
        Veteran.objects.bulk_create(
            [record for record, _ in changes],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*sorted(fields), "name_key", "updated_at"],
        )
        announce_record_changes(announced, by=by, section="sheet_undone", sheet=import_id)
    return {pk: "、".join(labels) for pk, labels in kept_labels.items() if labels}


def _restore_own_rows(record: Veteran, row: WrittenRow) -> set[str]:
    """Remove the specialties and certificates that the import added; return what changed."""
    related = set()
    Service.objects.filter(veteran=record, specialty__in=row.before.get("services", [])).delete()
    Certificate.objects.filter(
        veteran=record, kind__in=row.before.get("certificates", []), grade="", valid_until=None
    ).delete()
    for code, (old, new) in row.before.get("years", {}).items():
        Service.objects.filter(veteran=record, specialty=code, years=new).update(years=old)
    if row.before.get("services") or row.before.get("years"):
        related.add("specialties")
    if row.before.get("certificates"):
        related.add("certificates")
    return related


def _in_order(record: Veteran, old_values: Mapping[str, Any]) -> bool:
    """Return whether the exit would still be after the entry."""
    entered_on, left_on = (
        _parse_value(field, old_values[field]) if field in old_values else getattr(record, field)
        for field in _DATES
    )
    return entered_on is None or left_on is None or left_on > entered_on


def _parse_value(field: str, value: Any) -> Any:
    return _field(field).to_python(value) if field.endswith("_on") else value


def _field(name: str) -> "models.Field[Any, Any]":
    field = Veteran._meta.get_field(name.removesuffix("_id"))
    assert isinstance(field, models.Field)
    return field
