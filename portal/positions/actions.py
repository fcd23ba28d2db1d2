"""Every write to a position."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.workflow import TransitionTable
from portal.employers.models import Employer
from portal.employers.permissions import acts_for
from portal.positions.enums import PositionState
from portal.positions.exceptions import end_exceptions, require_excepted
from portal.positions.fairness import require_fair
from portal.positions.models import Position
from portal.positions.permissions import can_edit, can_review
from portal.positions.signals import position_changed

OPEN_FOR = timedelta(days=60)
_EDITABLE = {PositionState.DRAFT, PositionState.REFUSED, PositionState.PAUSED, PositionState.EXPIRED}
TRANSITIONS = TransitionTable(
    ("submit", _EDITABLE, PositionState.IN_REVIEW),
    ("approve", {PositionState.IN_REVIEW}, PositionState.OPEN),
    ("refuse", {PositionState.IN_REVIEW}, PositionState.REFUSED),
    ("take_down", {PositionState.OPEN, PositionState.PAUSED}, PositionState.REFUSED),
    ("remove", {PositionState.OPEN, PositionState.PAUSED}, PositionState.WITHDRAWN),
    ("pause", {PositionState.OPEN}, PositionState.PAUSED),
    ("fill", {PositionState.OPEN, PositionState.PAUSED}, PositionState.FILLED),
    ("expire", {PositionState.OPEN, PositionState.PAUSED}, PositionState.EXPIRED),
    (
        "withdraw",
        {PositionState.DRAFT, PositionState.IN_REVIEW, PositionState.OPEN, PositionState.PAUSED},
        PositionState.WITHDRAWN,
    ),
)
FIELDS = frozenset(
    {
        "external_id", "title", "occupation", "headcount", "kind", "pay_from", "pay_to", "region", "address",
        "education_min", "experience_years", "certificates", "duties", "requirements", "benefits",
        "real_employer", "relaxable", "legal_basis", "shift", "travels", "veterans_preferred",
        "veterans_only",
    }
)  # fmt: skip


def _only_known(fields: dict[str, Any]) -> None:
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"not fields of a position: {sorted(unknown)}")


@transaction.atomic
def draft(*, employer: Employer, by: User, **fields: Any) -> Position:
    """Write a new position; nobody but the employer's members and its reviewers sees it."""
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    _only_known(fields)
    position = Position(employer=employer, **fields)
    position.full_clean()
    position.save()
    audit.record(by=by, verb="positions.drafted", target=position)
    position_changed.send(sender=Position, position=position)
    return position


@transaction.atomic
def edit(*, position: Position, by: User, **fields: Any) -> Position:
    """Change a position. A post that was already reviewed goes back to draft: what was approved is what is
    shown.
    """
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    if position.state in {PositionState.FILLED, PositionState.WITHDRAWN}:
        raise ValidationError("该岗位已结束，不能再修改；可以新建一个岗位。")
    _only_known(fields)
    before = position.state
    for field, value in fields.items():
        setattr(position, field, value)
    position.state = PositionState.DRAFT
    position.full_clean()
    position.save()
    end_exceptions(position=position, by=by, why="edited")
    audit.record(by=by, verb="positions.edited", target=position, fields=sorted(fields), before=before)
    position_changed.send(sender=Position, position=position)
    return position


def _step(position: Position, by: User, step: str, **data: Any) -> Position:
    before = position.state
    position.state = TRANSITIONS.target(step, before)
    position.save()
    audit.record(by=by, verb=f"positions.{step}", target=position, before=before, **data)
    position_changed.send(sender=Position, position=position)
    return position


@transaction.atomic
def submit(*, position: Position, by: User) -> Position:
    """Hand a position in for review.

    Raises:
        ValidationError: by field, wording that may not stand without a legal basis, or at all.
    """
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    require_fair(position)
    position.submitted_at = timezone.now()
    return _step(position, by, "submit")


@transaction.atomic
def approve(*, position: Position, by: User, open_for: timedelta = OPEN_FOR) -> Position:
    """Put a reviewed position before the public until it expires.

    Raises:
        PermissionDenied: `by` reviews another station's employers.
        ValidationError: the employer is not verified, or wording needs an exception that it does not have.
    """
    if not can_review(by, position):
        raise PermissionDenied("not a reviewer of this employer's station")
    if not position.employer.is_verified:
        raise ValidationError("请先核验用人单位，再审核它的岗位。")
    require_excepted(position)
    position.published_at = timezone.now()
    position.expires_at = position.published_at + open_for
    position.refused_reason = ""
    return _step(position, by, "approve")


@transaction.atomic
def refuse(*, position: Position, by: User, reason: str) -> Position:
    """Send a position back with a reason that the employer reads."""
    if not can_review(by, position):
        raise PermissionDenied("not a reviewer of this employer's station")
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    position.refused_reason = reason.strip()
    end_exceptions(position=position, by=by, why="refused")
    return _step(position, by, "refuse", reason=reason.strip())


@transaction.atomic
def take_down(*, position: Position, by: User, reason: str, for_good: bool = False) -> Position:
    """A reviewer takes a public post away: to be corrected and reviewed again, or for good. The employer
    reads why.
    """
    if not can_review(by, position):
        raise PermissionDenied("not a reviewer of this employer's station")
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    position.refused_reason = reason.strip()
    end_exceptions(position=position, by=by, why="taken down")
    return _step(position, by, "remove" if for_good else "take_down", reason=reason.strip())


@transaction.atomic
def withdraw(*, position: Position, by: User) -> Position:
    """Take a position back, for good."""
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    return _step(position, by, "withdraw")


@transaction.atomic
def pause(*, position: Position, by: User) -> Position:
    """Take a position out of sight for now."""
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    return _step(position, by, "pause")


@transaction.atomic
def mark_filled(*, position: Position, by: User) -> Position:
    """Say that everybody needed was found."""
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    return _step(position, by, "fill")
