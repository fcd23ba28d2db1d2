"""Actions on a published position: resume, reopen, renew, raise the headcount, copy."""

import uuid
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.models import AuditEvent, Occupation
from portal.positions.actions import OPEN_PERIOD, draft
from portal.positions.enums import PUBLISHED_STATES, PositionState
from portal.positions.events import announce_position_changed
from portal.positions.field_rules import POSITION_RULES
from portal.positions.models import Position
from portal.positions.notifications import notify_employer
from portal.positions.permissions import can_edit, can_review
from portal.positions.position_locks import EDITABLE_FIELDS, lock_own, lock_position
from portal.positions.transitions import take_step

# Renewal without a review is possible this long before and after the end, and this many times.
RENEW_BEFORE = timedelta(days=14)
RENEW_AFTER = timedelta(days=30)
MAX_RENEWALS = 3
_NOT_COPIED = frozenset({"external_id", "closes_on"})
_RAISABLE_STATES = PUBLISHED_STATES | {PositionState.FILLED}


def _require_verified_employer(position: Position) -> None:
    if not position.employer.is_verified:
        raise ValidationError("单位核验无效或已过期，请先联系服务中心重新核验。", code="unverified")


def _require_before_end(position: Position) -> None:
    if position.expires_at is None or position.expires_at <= timezone.now():
        raise ValidationError("已过截止日期。请先续期；或复制为新岗位重新提交。", code="past")


@transaction.atomic
def resume(*, position: Position, by: User) -> Position:
    """Publish a paused position again; it was not changed, so it needs no review.

    Raises:
        ValidationError: it has expired, or the employer's verification is not valid.
    """
    position = lock_own(position, by)
    _require_verified_employer(position)
    _require_before_end(position)
    return take_step(position, by, "resume")


@transaction.atomic
def reopen(*, position: Position, by: User) -> Position:
    """Publish a filled position again.

    Raises:
        ValidationError: as for `resume`; or the number of hired people has reached the headcount.
    """
    position = lock_own(position, by)
    if position.filled_by_count:
        raise ValidationError("入职人数已达招聘人数。还要招人，请先增加招聘人数。", code="full")
    _require_verified_employer(position)
    _require_before_end(position)
    return take_step(position, by, "reopen")


def can_be_renewed(position: Position, now: datetime | None = None) -> bool:
    """Return whether the position is near its end, before or after, and has renewals left."""
    now = now or timezone.now()
    return (
        position.state in {PositionState.OPEN, PositionState.EXPIRED}
        and position.expires_at is not None
        and -RENEW_AFTER <= position.expires_at - now <= RENEW_BEFORE
        and position.renewals < MAX_RENEWALS
    )


@transaction.atomic
def renew(*, position: Position, by: User) -> Position:
    """Keep an unchanged position open for another period without a review.

    Raises:
        ValidationError: too early, too late or too often; or the employer's verification is not valid.
    """
    position = lock_own(position, by)
    _require_verified_employer(position)
    if position.renewals >= MAX_RENEWALS:
        raise ValidationError(
            f"已续期 {MAX_RENEWALS} 次。请核对内容后重新提交审核，确认信息没有过时。", code="too_often"
        )
    if position.state in {PositionState.OPEN, PositionState.EXPIRED} and not can_be_renewed(position):
        raise ValidationError(
            f"到期前 {RENEW_BEFORE.days} 天内、到期后 {RENEW_AFTER.days} 天内可以续期。", code="not_now"
        )
    position.expires_at = timezone.now() + OPEN_PERIOD
    position.closes_on = None
    position.renewals += 1
    return take_step(position, by, "renew", times=position.renewals)


@transaction.atomic
def raise_headcount(*, position: Position, by: User, headcount: int) -> Position:
    """Raise the headcount without a review; a position that was closed by the count opens again.

    Raises:
        ValidationError: not more than before, or the position has ended.
    """
    position = lock_own(position, by)
    headcount = POSITION_RULES.clean({"headcount": headcount})["headcount"]
    if position.state not in _RAISABLE_STATES:
        raise ValidationError("这个岗位现在不能增加人数；修改岗位后重新提交审核即可。", code="state")
    if headcount <= position.headcount:
        raise ValidationError({"headcount": f"应多于现在的 {position.headcount} 人。"}, code="not_more")
    before, position.headcount = position.headcount, headcount
    audit.record(by=by, verb="positions.headcount_raised", target=position, before=before, after=headcount)
    if position.filled_by_count and position.expires_at and position.expires_at > timezone.now():
        return take_step(position, by, "reopen")
    position.save()
    announce_position_changed(position)
    return position


@transaction.atomic
def close_filled(*, position: Position, by: User) -> Position:
    """Close a position whose headcount is reached; called by the app that counts placements."""
    position = lock_position(position)
    position.filled_by_count = True
    return take_step(position, by, "fill", counted=True)


@transaction.atomic
def reopen_vacant(*, position: Position, by: User) -> Position:
    """Open a position again that the count had closed, after a counted hire was cancelled."""
    position = lock_position(position)
    return take_step(position, by, "reopen", counted=True)


@transaction.atomic
def record_vacancy(*, position: Position, by: User) -> Position:
    """Record that a hired person has left, and notify the employer that it may recruit again."""
    position = lock_position(position)
    position.filled_by_count = False
    position.save(update_fields=["filled_by_count", "updated_at"])
    event = audit.record(by=by, verb="positions.place_freed", target=position)
    notify_employer(
        position,
        text=f"“{position.title}”有人离职，空出一个名额，可以重新开放招聘。",
        key=f"position.{position.pk}.freed.{event.pk}",
    )
    return position


@transaction.atomic
def copy_position(*, position: Position, by: User, idempotency_key: uuid.UUID | None = None) -> Position:
    """Create a draft with the content of this position, without its external id and closing date.

    Args:
        idempotency_key: as of `draft`; the button that is pressed twice makes one copy.
    """
    position = lock_own(position, by)
    fields = {field: getattr(position, field) for field in EDITABLE_FIELDS - _NOT_COPIED}
    copy = draft(employer=position.employer, by=by, idempotency_key=idempotency_key, **fields)
    if not AuditEvent.objects.filter(verb="positions.copied", target_id=str(copy.pk)).exists():
        audit.record(by=by, verb="positions.copied", target=copy, source=position.pk)
    return copy


@transaction.atomic
def set_occupation(*, position: Position, by: User, occupation: Occupation) -> Position:
    """Correct or confirm the guessed occupation, without a review.

    Raises:
        PermissionDenied: `by` neither acts for the employer nor reviews it.
    """
    position = lock_position(position)
    if not can_edit(by, position) and not can_review(by, position):
        raise PermissionDenied("neither a member of this employer nor its reviewer")
    before = position.occupation_id
    position.occupation, position.occupation_certainty = occupation, None
    position.save(update_fields=["occupation", "occupation_certainty", "updated_at"])
    audit.record(by=by, verb="positions.occupation_set", target=position, before=before, after=occupation.pk)
    announce_position_changed(position)
    return position
