"""Merge of two records of one person (合并重复档案), and its undo.

The record that goes is closed, not deleted. It refers to the record that is kept, and keeps rows that cannot
move: rows of append-only logs, and rows that the other record has already. Every other row that refers to it
is found through Django's relations, so apps above need no code here.
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
    announce_change,
    veteran_merge_undone,
    veteran_records_merged,
    veteran_records_merging,
)
from portal.veterans.models import RecordMerge, Veteran
from portal.veterans.record_closing import can_close

# Fields that the kept record takes over where its own are empty.
_FILLABLE_FIELDS = sorted(PLAIN_FIELDS - {"name", "is_party_member", "education", "employment_status"})


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


def _require_permission(by: User, *records: Veteran) -> None:
    if not all(can_close(by, veteran) for veteran in records):
        raise PermissionDenied("neither head nor operator of both records' stations")


@transaction.atomic
def merge_records(*, kept: Veteran, gone: Veteran, by: User) -> RecordMerge:
    """Merge the record `gone` into `kept`.

    Raises:
        PermissionDenied: `by` is not head or operator at or above both records' stations.
        ValidationError: a record with itself, a closed record, or two records with an account each.
    """
    _require_permission(by, kept, gone)
    if kept.pk == gone.pk:
        raise ValidationError("两份档案是同一份。")
    records = Veteran.objects.select_for_update().in_bulk([kept.pk, gone.pk])
    kept, gone = records[kept.pk], records[gone.pk]
    if kept.closed_on or gone.closed_on:
        raise ValidationError("已注销的档案不能合并。")
    if kept.account_id and gone.account_id:
        raise ValidationError("两份档案各有登录账号，请先请本人确认用哪一个号码登录。")
    merge = RecordMerge(
        kept=kept, gone=gone, by=by, status_before=gone.employment_status, account_moved=bool(gone.account_id)
    )
    veteran_records_merging.send(sender=Veteran, kept=kept, gone=gone, by=by)
    merge.moved = _move_rows(gone, kept)
    merge.filled = [name for name in _FILLABLE_FIELDS if not getattr(kept, name) and getattr(gone, name)]
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
    announce_change(kept, gone)
    return merge


def _move_rows(source: Veteran, target: Veteran) -> list[list[Any]]:
    """Let rows that refer to `source` refer to `target`.

    Returns:
        [stored label, key, field] of each row moved.
    """
    row_keys = []
    for rows, field in _references():
        for pk in rows.filter(**{field: source.pk}).order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    rows.filter(pk=pk).update(**{field: target.pk})
            except IntegrityError:
                continue  # the other record has this one already: a registration for the same fair, a wish
            row_keys.append([stored_label(rows.model), pk, field])
    return row_keys


@transaction.atomic
def undo_merge(*, merge: RecordMerge, by: User) -> RecordMerge:
    """Undo a merge. Rows added to the kept record since then stay with it.

    Raises:
        PermissionDenied: as for `merge_records`.
        ValidationError: undone already, or the kept record was merged into another one since.
    """
    merge = (
        RecordMerge.objects.select_for_update()
        .select_related("kept__station", "gone__station")
        .get(pk=merge.pk)
    )
    kept, gone = merge.kept, merge.gone
    _require_permission(by, kept, gone)
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
    announce_change(kept, gone)
    return merge
