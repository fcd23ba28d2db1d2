"""Merge of two records of one person (合并重复档案), and its undo.

The source record is closed, not deleted. It refers to the target record and keeps the rows that cannot move:
rows of append-only logs, and rows that the target has already. Every other row that refers to the source is
selected through Django's relations, so apps above need no code here.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.models import AppendOnlyModel
from portal.core.stored_names import stored_label
from portal.documents.enums import OwnerType
from portal.documents.models import Document
from portal.veterans.enums import CloseReason, EmploymentStatus
from portal.veterans.events import (
    announce_change,
    veteran_merge_undone,
    veteran_records_merged,
    veteran_records_merging,
)
from portal.veterans.field_rules import RECORD_RULES
from portal.veterans.models import RecordMerge, Veteran
from portal.veterans.record_changes import RecordChange, announce_record_changes, set_values
from portal.veterans.record_closing import can_close

# Fields that the target record takes over where its own are empty. It keeps its station, which staff chose.
_FILLABLE_FIELDS = sorted(RECORD_RULES.keys() - {"name", "is_party_member", "education", "employment_status"})


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


def _lock_both(target: Veteran, source: Veteran) -> None:
    """Lock both records, in the order of their keys, so that two merges cannot wait for each other."""
    first, second = sorted((target, source), key=lambda veteran: veteran.pk)
    locked(first, "station")
    locked(second, "station")


def _require_permission(by: User, *records: Veteran) -> None:
    if not all(can_close(by, veteran) for veteran in records):
        raise PermissionDenied("neither head nor operator of both records' stations")


@transaction.atomic
def merge_records(*, target: Veteran, source: Veteran, by: User) -> RecordMerge:
    """Merge the record `source` into `target`.

    Raises:
        PermissionDenied: `by` is not head or operator at or above both records' stations.
        ValidationError: a record with itself, a closed record, or two records with an account each.
    """
    if target.pk == source.pk:
        raise ValidationError("两份档案是同一份。")
    _lock_both(target, source)
    _require_permission(by, target, source)
    if target.closed_on or source.closed_on:
        raise ValidationError("已注销的档案不能合并。")
    if target.account_id and source.account_id:
        raise ValidationError("两份档案各有登录账号，请先请本人确认用哪一个号码登录。")
    merge = RecordMerge(
        target=target,
        source=source,
        by=by,
        status_before=source.employment_status,
        account_moved=bool(source.account_id),
    )
    veteran_records_merging.send(sender=Veteran, target=target, source=source, by=by)
    merge.moved_rows = _move_rows(source, target)
    values = _fillable_values(target, source)
    merge.filled_fields = sorted(values)
    change = RecordChange(target, set_values(target, values))
    account, source.account = source.account, None
    source.closed_on, source.close_reason = timezone.localdate(), CloseReason.MERGED
    source.merged_into = target
    source.employment_status = EmploymentStatus.NOT_SEEKING
    source.save()
    if account is not None:
        target.account = account
    target.save()
    merge.save()
    audit.record(by=by, verb="veterans.merged", target=target, gone=source.pk, rows=len(merge.moved_rows))
    veteran_records_merged.send(
        sender=Veteran, target=target, source=source, by=by, moved_rows=merge.moved_rows
    )
    announce_record_changes([change], by=by, section="merge", gone=source.pk)
    announce_change(target, source)
    return merge


def _fillable_values(target: Veteran, source: Veteran) -> dict[str, Any]:
    """Return the values of `source` that fill empty fields of `target`.

    A value that no path would take today, or that contradicts one of `target`, stays behind.
    """
    offered_values = {
        name: getattr(source, name)
        for name in _FILLABLE_FIELDS
        if not getattr(target, name) and getattr(source, name)
    }
    return RECORD_RULES.split(offered_values, current=target)[0]


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
    """Undo a merge. Rows added to the target record since then stay with it.

    Raises:
        PermissionDenied: as for `merge_records`.
        ValidationError: undone already, or the target record was merged into another one since.
    """
    target, source = merge.target, merge.source
    _lock_both(target, source)
    merge = locked(merge)
    _require_permission(by, target, source)
    if merge.undone_at is not None:
        raise ValidationError("这次合并已经撤销过了。")
    if target.merged_into_id is not None:
        raise ValidationError("保留的档案后来又并入了另一份，请先撤销那一次合并。")
    rows_by_label = {stored_label(rows.model): rows for rows, _ in _references()}
    restored_rows = [
        [label, key, field]
        for label, key, field in merge.moved_rows
        if rows_by_label[label].filter(pk=key, **{field: target.pk}).update(**{field: source.pk})
    ]
    filled_values = [name for name in merge.filled_fields if getattr(target, name) == getattr(source, name)]
    change = RecordChange(
        target, set_values(target, {name: RECORD_RULES[name].empty for name in filled_values})
    )
    account = target.account
    if merge.account_moved:
        target.account = None
    target.save()
    if merge.account_moved:
        source.account = account
    source.closed_on, source.close_reason, source.merged_into = None, "", None
    source.employment_status = merge.status_before
    source.save()
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    audit.record(by=by, verb="veterans.unmerged", target=target, gone=source.pk)
    veteran_merge_undone.send(sender=Veteran, target=target, source=source, by=by, moved_rows=restored_rows)
    announce_record_changes([change], by=by, section="unmerge", gone=source.pk)
    announce_change(target, source)
    return merge
