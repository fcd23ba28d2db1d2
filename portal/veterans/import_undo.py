"""Taking an import of files back: what nobody has touched since goes, what somebody has stays."""

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
from portal.veterans.record_moves import announce_moves

_OWN_ROWS = (Service, Certificate)
_DATES = ("entered_on", "left_on")
GONE = "档案已不存在"
TOUCHED = "导入后有人改过这份档案，已保留"
IN_USE = "导入后已有报名、意向或其他记录，已保留"
CLOSED = "档案已不在您的管辖范围"


def undo(rows: Sequence[WrittenRow], by: User, import_id: int) -> list[str]:
    """Take these rows back; for each why it had to stay, '' when it is undone."""
    files = Veteran.objects.select_for_update().in_bulk([row.target_id for row in rows])
    served = set(
        Station.objects.in_subtrees(by.station_paths(Permission.OPEN_RECORDS)).values_list("pk", flat=True)
    )
    created_ids = [row.target_id for row in rows if row.outcome == RowOutcome.CREATED]
    used = _in_use(created_ids)
    created, updated, reasons = [], [], []
    for row in rows:
        file = files.get(row.target_id)
        if file is None:
            reasons.append(GONE)
        elif file.station_id not in served:
            reasons.append(CLOSED)
        elif row.outcome == RowOutcome.UPDATED:
            updated.append((file, row))
            reasons.append("")
        elif file.updated_at > row.at or file.account_id is not None:
            reasons.append(TOUCHED)
        elif file.pk in used:
            reasons.append(IN_USE)
        else:
            created.append(file)
            reasons.append("")
    kept = _put_back(updated, by, import_id)
    audit.record_many(
        by=by, verb="veterans.removed", targets=[(file, {"sheet": import_id}) for file in created]
    )
    Veteran.objects.filter(pk__in=[file.pk for file in created]).delete()
    return [
        reason or (f"这些内容后来有人改过，已保留：{kept[row.target_id]}" if row.target_id in kept else "")
        for row, reason in zip(rows, reasons, strict=True)
    ]


def _in_use(ids: list[int]) -> set[int]:
    """Return the records that rows of other tables or documents belong to."""
    documents = Document.objects.owned_by(OwnerType.VETERAN, ids)
    return referenced_ids(Veteran, ids, ignore=_OWN_ROWS) | set(documents.values_list("owner_id", flat=True))


def _put_back(changes: list[tuple[Veteran, WrittenRow]], by: User, import_id: int) -> dict[int, str]:
    """Set back each field that still says what the import wrote; file -> labels of those that do not."""
    kept: dict[int, list[str]] = defaultdict(list)
    fields: set[str] = set()
    moves = []
    for file, row in changes:
        written = row.before.get("fields", {})
        back = {
            field: old for field, (old, new) in written.items() if to_json_value(getattr(file, field)) == new
        }
        if not _in_order(file, back):  # one of the two dates was changed since: the other stays with it
            back = {field: old for field, old in back.items() if field not in _DATES}
        if "station_id" in back:
            moves.append((file.pk, file.station_id, back["station_id"]))
        for field, old in back.items():
            setattr(file, field, _typed(field, old))
            fields.add(field)
        kept[file.pk] += [
            str(_field(field).verbose_name)
            for field in written
            if field not in back and not field.endswith("_hash")
        ]
        Service.objects.filter(veteran=file, specialty__in=row.before.get("services", [])).delete()
        Certificate.objects.filter(
            veteran=file, kind__in=row.before.get("certificates", []), grade="", valid_until=None
        ).delete()
        for code, (old, new) in row.before.get("years", {}).items():
            Service.objects.filter(veteran=file, specialty=code, years=new).update(years=old)
    if changes:
        Veteran.objects.bulk_create(
            [file for file, _ in changes],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*sorted(fields), "updated_at"],
        )
        announce_moves(moves, reason=MoveReason.SHEET, by=by)
        audit.record_many(
            by=by,
            verb="veterans.updated",
            targets=[(file, {"section": "sheet_undone", "sheet": import_id}) for file, _ in changes],
        )
    return {pk: "、".join(labels) for pk, labels in kept.items() if labels}


def _in_order(file: Veteran, back: Mapping[str, Any]) -> bool:
    """The file would still say an exit after the entry."""
    entered, left = (
        _typed(field, back[field]) if field in back else getattr(file, field) for field in _DATES
    )
    return entered is None or left is None or left > entered


def _typed(field: str, value: Any) -> Any:
    return _field(field).to_python(value) if field.endswith("_on") else value


def _field(name: str) -> "models.Field[Any, Any]":
    field = Veteran._meta.get_field(name.removesuffix("_id"))
    assert isinstance(field, models.Field)
    return field
