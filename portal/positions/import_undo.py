"""Undo of a position import: rows that nobody reviewed, changed or used since are reverted."""

from collections.abc import Sequence

from django.db.models import Field

from portal.accounts.models import User
from portal.core import audit
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import WrittenRow
from portal.imports.row_changes import referenced_ids
from portal.positions.enums import PositionState
from portal.positions.events import announce_positions_changed
from portal.positions.models import Position
from portal.positions.permissions import can_write_for
from portal.positions.transitions import TRANSITIONS

# Reasons why a row is kept.
DELETED_SINCE = "岗位已不存在"
CHANGED_SINCE = "导入后已审核或有人改过，已保留；可在岗位列表撤回"
IN_USE = "岗位已用于招聘会或就业意向，已保留"
NO_PERMISSION = "您已不是这家单位的经办人"


def undo(rows: Sequence[WrittenRow], by: User, import_id: int) -> list[str]:
    """Revert these rows: delete created positions, restore updated ones.

    Returns:
        For each row the reason why it was kept, or '' when it was reverted.
    """
    positions = {
        position.pk: position
        for position in Position.objects.select_for_update(of=("self",))
        .select_related("employer__station")
        .filter(pk__in=[row.target_id for row in rows])
    }
    can_write = {
        position.employer_id: can_write_for(by, position.employer) for position in positions.values()
    }
    ids_in_use = referenced_ids(
        Position, [row.target_id for row in rows if row.outcome == RowOutcome.CREATED]
    )
    reasons: list[str] = []
    deletions: list[Position] = []
    restorations: list[tuple[Position, WrittenRow]] = []
    for row in rows:
        position = positions.get(row.target_id)
        if position is not None and not can_write[position.employer_id]:
            reason = NO_PERMISSION
        else:
            reason = _reason_to_keep(position, row, ids_in_use)
        if not reason and position is not None:
            if row.outcome == RowOutcome.CREATED:
                deletions.append(position)
            else:
                restorations.append((position, row))
        reasons.append(reason)
    audit.record_many(
        by=by,
        verb="positions.removed",
        targets=[(position, {"sheet": import_id}) for position in deletions],
    )
    Position.objects.filter(pk__in=[position.pk for position in deletions]).delete()
    for position, row in restorations:
        _restore(position, row)
    audit.record_many(
        by=by,
        verb="positions.edited",
        targets=[(position, {"undone_sheet": import_id}) for position, _ in restorations],
    )
    announce_positions_changed([position.pk for position, _ in restorations])
    return reasons


def _reason_to_keep(position: Position | None, row: WrittenRow, ids_in_use: set[int]) -> str:
    if position is None:
        return DELETED_SINCE
    if position.state != PositionState.IN_REVIEW or position.updated_at > row.at:
        return CHANGED_SINCE
    return IN_USE if position.pk in ids_in_use else ""


def _restore(position: Position, row: WrittenRow) -> None:
    """Set the values and the state from before the import."""
    for name, (old_value, _) in row.before["fields"].items():
        field = Position._meta.get_field(name.removesuffix("_id"))
        assert isinstance(field, Field)
        is_json = name.endswith("_id") or old_value is None
        setattr(position, name, old_value if is_json else field.to_python(old_value))
    before = row.before["state"]
    if before != position.state:
        position.state = TRANSITIONS.target(f"restore_{before}", position.state)
    position.import_digest = row.before["import_digest"]
    position.save()
