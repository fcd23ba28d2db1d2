"""Taking a position sheet back: what nobody has reviewed, changed or used since goes, the rest stays."""

from collections.abc import Iterable, Sequence

from portal.accounts.models import User
from portal.core import audit
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import WrittenRow
from portal.positions.enums import PositionState
from portal.positions.events import positions_changed
from portal.positions.models import Position
from portal.positions.permissions import can_write_for

GONE = "岗位已不存在"
TOUCHED = "导入后已审核或有人改过，已保留；可在岗位列表撤回"
IN_USE = "岗位已用于招聘会或就业意向，已保留"
CLOSED = "您已不是这家单位的经办人"


def undo(rows: Sequence[WrittenRow], by: User, import_id: int) -> list[str]:
    """Take these rows back; for each why it had to stay, '' when it is undone."""
    posts = {
        post.pk: post
        for post in Position.objects.select_for_update(of=("self",))
        .select_related("employer__station")
        .filter(pk__in=[row.target_id for row in rows])
    }
    allowed = {post.employer_id: can_write_for(by, post.employer) for post in posts.values()}
    used = _in_use([row.target_id for row in rows if row.outcome == RowOutcome.CREATED])
    reasons, gone, back = [], [], []
    for row in rows:
        post = posts.get(row.target_id)
        reason = _why_it_stays(post, row, used) if post is None or allowed[post.employer_id] else CLOSED
        if not reason and post is not None:
            (gone if row.outcome == RowOutcome.CREATED else back).append((post, row))
        reasons.append(reason)
    audit.record_many(
        by=by, verb="positions.removed", targets=[(post, {"sheet": import_id}) for post, _ in gone]
    )
    Position.objects.filter(pk__in=[post.pk for post, _ in gone]).delete()
    for post, row in back:
        _put_back(post, row)
    audit.record_many(
        by=by, verb="positions.edited", targets=[(post, {"undone_sheet": import_id}) for post, _ in back]
    )
    if back:
        positions_changed.send(sender=Position, position_ids=[post.pk for post, _ in back])
    return reasons


def _why_it_stays(post: Position | None, row: WrittenRow, used: set[int]) -> str:
    if post is None:
        return GONE
    if post.state != PositionState.IN_REVIEW or post.updated_at > row.at:
        return TOUCHED
    return IN_USE if post.pk in used else ""


def _put_back(post: Position, row: WrittenRow) -> None:
    """As it was before the sheet: what was reviewed then is what it says again."""
    for field, (old, _) in row.before["fields"].items():
        column = Position._meta.get_field(field.removesuffix("_id"))
        value = old if field.endswith("_id") or old is None else column.to_python(old)  # type: ignore[union-attr]
        setattr(post, field, value)
    post.state, post.import_digest = row.before["state"], row.before["import_digest"]
    post.save()


def _in_use(ids: Iterable[int]) -> set[int]:
    """Posts that rows of other tables point at."""
    wanted, used = list(ids), set()
    for relation in Position._meta.related_objects:
        rows = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": wanted})
        used |= set(rows.values_list(relation.field.name, flat=True))
    return used
