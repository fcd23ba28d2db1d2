"""Two files of one person become one (合并重复档案), and two again when that was wrong.

The file that goes is not deleted: it is closed, points at the one that stays, and keeps what cannot be moved
(rows of append-only logs, and rows that the other file has already). Everything else is re-pointed through
Django's own knowledge of the relations, so that a room above this one needs no code here.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.models import AppendOnlyModel
from portal.core.stored_names import stored_label
from portal.documents.enums import OwnerType
from portal.documents.models import Document
from portal.veterans.actions import PLAIN_FIELDS
from portal.veterans.enums import CloseReason, EmploymentStatus
from portal.veterans.events import (
    veteran_merge_undone,
    veteran_record_changed,
    veteran_records_merged,
    veteran_records_merging,
)
from portal.veterans.models import RecordMerge, Veteran
from portal.veterans.record_closing import can_close

# What the file that stays takes over where it has nothing itself.
_FILLED = sorted(PLAIN_FIELDS - {"name", "is_party_member", "education", "employment_status"})


def _references() -> Iterator[tuple[models.QuerySet[Any], str]]:
    """Yield (rows, field) of everything that refers to a record and may refer to another one instead."""
    for relation in Veteran._meta.related_objects:
        model: Any = relation.related_model
        if relation.field.many_to_many or model in {Veteran, RecordMerge}:
            continue
        if not issubclass(model, AppendOnlyModel):
            yield model._base_manager.all(), relation.field.name
    yield Document.objects.filter(owner_type=OwnerType.VETERAN), "owner_id"


def count_references(veteran: Veteran) -> list[tuple[str, int]]:
    """Return (kind of row, number of rows) of what a merge would move, for the preview."""
    counts = (
        (str(rows.model._meta.verbose_name), rows.filter(**{field: veteran.pk}).count())
        for rows, field in _references()
    )
    return [(kind, count) for kind, count in counts if count]


def _require(by: User, *files: Veteran) -> None:
    if not all(can_close(by, veteran) for veteran in files):
        raise PermissionDenied("neither head nor operator of both files' stations")


@transaction.atomic
def merge_records(*, kept: Veteran, gone: Veteran, by: User) -> RecordMerge:
    """Bring `gone` into `kept`.

    Raises:
        PermissionDenied: `by` is not head or operator at or above both files' stations.
        ValidationError: one file with itself, a closed file, or two files with an account each.
    """
    _require(by, kept, gone)
    if kept.pk == gone.pk:
        raise ValidationError("两份档案是同一份。")
    locked = {v.pk: v for v in Veteran.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk])}
    kept, gone = locked[kept.pk], locked[gone.pk]
    if kept.closed_on or gone.closed_on:
        raise ValidationError("已注销的档案不能合并。")
    if kept.account_id and gone.account_id:
        raise ValidationError("两份档案各有登录账号，请先请本人确认用哪一个号码登录。")
    merge = RecordMerge(
        kept=kept, gone=gone, by=by, status_before=gone.employment_status, account_moved=bool(gone.account_id)
    )
    veteran_records_merging.send(sender=Veteran, kept=kept, gone=gone, by=by)
    merge.moved = _move_rows(gone, kept)
    merge.filled = [name for name in _FILLED if not getattr(kept, name) and getattr(gone, name)]
    for name in merge.filled:
        setattr(kept, name, getattr(gone, name))
    account, gone.account = gone.account, None
    gone.closed_on, gone.close_reason, gone.merged_into = timezone.localdate(), CloseReason.MERGED, kept
    gone.employment_status = EmploymentStatus.NOT_SEEKING
    gone.save()
    if account is not None:
        kept.account = account
    kept.save()
    merge.save()
    audit.record(by=by, verb="veterans.merged", target=kept, gone=gone.pk, rows=len(merge.moved))
    veteran_records_merged.send(sender=Veteran, kept=kept, gone=gone, by=by, moved=merge.moved)
    _changed(kept, gone)
    return merge


def _move_rows(source: Veteran, target: Veteran) -> list[list[Any]]:
    """Point what points at `source` at `target`; [model, key, field] of each row that could be."""
    moved = []
    for rows, field in _references():
        for pk in rows.filter(**{field: source.pk}).order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    rows.filter(pk=pk).update(**{field: target.pk})
            except IntegrityError:
                continue  # the other record has this one already: a registration for the same fair, a wish
            moved.append([stored_label(rows.model), pk, field])
    return moved


@transaction.atomic
def undo_merge(*, merge: RecordMerge, by: User) -> RecordMerge:
    """Make two files of one again. What came to the kept file since stays with it.

    Raises:
        PermissionDenied: as for `merge_records`.
        ValidationError: undone already, or the file that was kept went into another one since.
    """
    merge = (
        RecordMerge.objects.select_for_update()
        .select_related("kept__station", "gone__station")
        .get(pk=merge.pk)
    )
    kept, gone = merge.kept, merge.gone
    _require(by, kept, gone)
    if merge.undone_at is not None:
        raise ValidationError("这次合并已经撤销过了。")
    if kept.merged_into_id is not None:
        raise ValidationError("保留的档案后来又并入了另一份，请先撤销那一次合并。")
    rows_by_label = {stored_label(rows.model): rows for rows, _ in _references()}
    back = [
        [label, key, field]
        for label, key, field in merge.moved
        if rows_by_label[label].filter(pk=key, **{field: kept.pk}).update(**{field: gone.pk})
    ]
    blank = Veteran()
    for name in merge.filled:
        if getattr(kept, name) == getattr(gone, name):
            setattr(kept, name, getattr(blank, name))
    account = kept.account
    if merge.account_moved:
        kept.account = None
    kept.save()
    if merge.account_moved:
        gone.account = account
    gone.closed_on, gone.close_reason, gone.merged_into = None, "", None
    gone.employment_status = merge.status_before
    gone.save()
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    audit.record(by=by, verb="veterans.unmerged", target=kept, gone=gone.pk)
    veteran_merge_undone.send(sender=Veteran, kept=kept, gone=gone, by=by, moved=back)
    _changed(kept, gone)
    return merge


def _changed(*files: Veteran) -> None:
    for veteran in files:
        veteran_record_changed.send(sender=Veteran, veteran=veteran)
