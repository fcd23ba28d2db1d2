"""Hiding of records from single employers (对单位隐藏档案), in force at once for every list of people."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.employers.models import Employer, HiddenRecord
from portal.employers.permissions import can_hide
from portal.veterans.models import Veteran

MOST = 200  # of one person at a time


@transaction.atomic
def hide(*, veteran: Veteran, employer: Employer, by: User) -> HiddenRecord:
    """Hide a file from an employer; again changes nothing.

    Raises:
        PermissionDenied: neither the person nor staff of the file's station.
        ValidationError: too many already.
    """
    if not can_hide(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    Veteran.objects.select_for_update().get(pk=veteran.pk)  # one at a time for a person
    mine = HiddenRecord.objects.in_force().filter(veteran=veteran)
    there = mine.filter(employer=employer).first()
    if there is not None:
        return there
    if mine.count() >= MOST:
        raise ValidationError(f"最多对 {MOST} 家单位隐藏。不想给任何单位看，请在“我的授权”里撤回展示同意。")
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
    """Take a hiding back; where there is none, nothing happens.

    Raises:
        PermissionDenied: neither the person nor staff of the file's station.
    """
    if not can_hide(by, veteran):
        raise PermissionDenied("neither the person nor their station")
    rows = HiddenRecord.objects.of_employer(employer).filter(veteran=veteran)
    if rows.update(shown_again_at=timezone.now(), shown_again_by=by):
        audit.record(
            by=by,
            verb="employers.file_shown",
            target=veteran,
            employer=employer.pk,
            on_behalf=veteran.account_id != by.pk,
        )


def hidden_from(employers: Iterable[int]) -> dict[int, set[int]]:
    """Employer -> files hidden from it, of the given ones: one query."""
    wanted = set(employers)
    found: dict[int, set[int]] = {number: set() for number in wanted}
    rows = HiddenRecord.objects.in_force().filter(employer__in=wanted)
    for employer, veteran in rows.order_by().values_list("employer", "veteran"):
        found[employer].add(veteran)
    return found


def hides_from(veteran: Veteran) -> frozenset[int]:
    """Numbers of the employers from which a person hides: one query."""
    rows = HiddenRecord.objects.in_force().filter(veteran=veteran).order_by()
    return frozenset(rows.values_list("employer", flat=True))
