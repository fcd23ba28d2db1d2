"""Closing and reopening of records, and anonymising after the legal retention period."""

from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.actions import withdraw_consent
from portal.accounts.models import Consent, User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.core.locking import locked
from portal.veterans.enums import CloseReason, EmploymentStatus
from portal.veterans.events import (
    announce_change,
    veteran_record_anonymised,
    veteran_record_closed,
    veteran_record_reopened,
)
from portal.veterans.models import Veteran

ANONYMOUS_NAME = "（已匿名）"
_CLEARED_FIELDS = (
    "id_last4", "phone", "phone_hash", "address", "honours", "major", "skills", "difficulty", "disability",
    "branch", "rank_group",
)  # fmt: skip


def can_close(user: User, veteran: Veteran) -> bool:
    """Return whether the user is head or operator of the record's station or of one above it."""
    return user.has_permission_at(Permission.CLOSE_RECORDS, veteran.station)


def last_day_kept(today: date) -> date:
    """Return the day on or before which a record must be closed to be past retention on `today`."""
    day = min(today.day, 28) if today.month == 2 else today.day  # 29 February has no anniversary
    return today.replace(year=today.year - settings.RECORD_RETENTION_YEARS, day=day)


@transaction.atomic
def close_record(*, veteran: Veteran, by: User, reason: CloseReason) -> Veteran:
    """Close a record: the person is no longer recommended, nor shown to employers.

    Raises:
        PermissionDenied: `by` is neither head nor operator at or above the record's station.
        ValidationError: closed already.
    """
    veteran = locked(veteran, "station")
    if not can_close(by, veteran):
        raise PermissionDenied("neither head nor operator of this record's station")
    if veteran.closed_on is not None:
        raise ValidationError("这份档案已经注销。")
    veteran.closed_on, veteran.close_reason = timezone.localdate(), reason
    veteran.employment_status = EmploymentStatus.NOT_SEEKING
    veteran.save(update_fields=["closed_on", "close_reason", "employment_status", "updated_at"])
    for consent in Consent.objects.in_force().filter(user=veteran.account_id):
        withdraw_consent(consent=consent, by=by)
    audit.record(by=by, verb="veterans.closed", target=veteran, reason=reason)
    veteran_record_closed.send(sender=Veteran, veteran=veteran, by=by)
    announce_change(veteran)
    return veteran


@transaction.atomic
def reopen_record(*, veteran: Veteran, by: User) -> Veteran:
    """Reopen a closed record; consents have to be given anew.

    Raises:
        PermissionDenied: as for `close_record`.
        ValidationError: not closed, anonymised, or merged into another record.
    """
    veteran = locked(veteran, "station")
    if not can_close(by, veteran):
        raise PermissionDenied("neither head nor operator of this record's station")
    if veteran.closed_on is None or veteran.anonymised_at is not None:
        raise ValidationError("这份档案没有注销，或已匿名，不能恢复。")
    if veteran.merged_into_id is not None:
        raise ValidationError("这份档案已并入另一份，请撤销合并。")
    veteran.closed_on, veteran.close_reason = None, ""
    veteran.save(update_fields=["closed_on", "close_reason", "updated_at"])
    audit.record(by=by, verb="veterans.reopened", target=veteran)
    veteran_record_reopened.send(sender=Veteran, veteran=veteran, by=by)
    announce_change(veteran)
    return veteran


@transaction.atomic
def anonymise_record(*, veteran: Veteran, by: User | None) -> Veteran:
    """Anonymise a record past retention.

    What statistics count stays: sex, year of birth, living region, education, settlement, years of service
    and placements.

    Raises:
        ValidationError: not closed, not for long enough, or anonymised already.
    """
    veteran = locked(veteran, "station")
    if veteran.anonymised_at is not None:
        raise ValidationError("这份档案已经匿名。")
    if veteran.closed_on is None or veteran.closed_on > last_day_kept(timezone.localdate()):
        raise ValidationError("档案未注销，或还在法定保存期内。")
    for name in _CLEARED_FIELDS:
        setattr(veteran, name, "")
    veteran.name, veteran.account, veteran.id_hash = ANONYMOUS_NAME, None, None
    veteran.birth_date = veteran.birth_date.replace(month=1, day=1)
    veteran.is_party_member = False
    veteran.anonymised_at = timezone.now()
    veteran.save()
    veteran.work_history.all().delete()
    if hasattr(veteran, "wish"):
        veteran.wish.delete()
    veteran_record_anonymised.send(sender=Veteran, veteran=veteran)
    audit.record(by=by, verb="veterans.anonymised", target=veteran)
    announce_change(veteran)
    return veteran
