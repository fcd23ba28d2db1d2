"""Hiding of records from single employers (对单位隐藏档案), in force at once for every list of people."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.employers.models import Employer, HiddenRecord
from portal.employers.permissions import can_hide
from portal.veterans.models import Veteran

MAX_HIDDEN_EMPLOYERS = 200  # per person


@transaction.atomic
def hide(*, veteran: Veteran, employer: Employer, by: User) -> HiddenRecord:
    """Hide a record from an employer; nothing changes where it is hidden already.

    Raises:
        PermissionDenied: neither the person nor staff of the record's station.
        ValidationError: hidden from MAX_HIDDEN_EMPLOYERS employers already.
    """
    veteran = locked(veteran, "station")  # concurrent calls would exceed the limit
    if not can_hide(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    rows = HiddenRecord.objects.in_force().filter(veteran=veteran)
    existing = rows.filter(employer=employer).first()
    if existing is not None:
        return existing
    if rows.count() >= MAX_HIDDEN_EMPLOYERS:
        raise ValidationError(
            f"最多对 {MAX_HIDDEN_EMPLOYERS} 家单位隐藏。不想给任何单位看，请在“我的授权”里撤回展示同意。"
        )
    row = HiddenRecord.objects.create(veteran=veteran, employer=employer, hidden_by=by)
    audit.record(
        by=by,
        verb="employers.file_hidden",
        target=veteran,
        employer=employer.pk,
        on_behalf=veteran.account_id != by.pk,
    )
    return row


@transaction.atomic
def show_again(*, veteran: Veteran, employer: Employer, by: User) -> None:
    """Show a hidden record to the employer again; nothing happens where it is not hidden.

    Raises:
        PermissionDenied: neither the person nor staff of the record's station.
    """
    veteran = locked(veteran, "station")
    if not can_hide(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    rows = HiddenRecord.objects.for_employer(employer).filter(veteran=veteran)
    if rows.update(shown_again_at=timezone.now(), shown_again_by=by):
        audit.record(
            by=by,
            verb="employers.file_shown",
            target=veteran,
            employer=employer.pk,
            on_behalf=veteran.account_id != by.pk,
        )


def hidden_record_ids(employer_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return employer number -> numbers of the records hidden from it, in one query."""
    record_ids: dict[int, set[int]] = {employer_id: set() for employer_id in employer_ids}
    rows = HiddenRecord.objects.in_force().filter(employer__in=list(record_ids))
    for employer_id, veteran_id in rows.order_by().values_list("employer", "veteran"):
        record_ids[employer_id].add(veteran_id)
    return record_ids


def hidden_employer_ids(veteran: Veteran) -> frozenset[int]:
    """Return the numbers of the employers from which a person hides, in one query."""
    rows = HiddenRecord.objects.in_force().filter(veteran=veteran).order_by()
    return frozenset(rows.values_list("employer", flat=True))
