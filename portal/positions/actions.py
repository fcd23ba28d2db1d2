"""Every write to a position."""

from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.employers.models import Employer
from portal.employers.permissions import acts_for
from portal.positions import occupation_lookup
from portal.positions.enums import PositionState
from portal.positions.events import position_changed
from portal.positions.models import Position
from portal.positions.permissions import can_edit, can_review
from portal.positions.transitions import take_step
from portal.positions.wording_checks import require_lawful_wording
from portal.positions.wording_exceptions import end_exceptions, require_confirmed_exception

OPEN_FOR = timedelta(days=60)
FIELDS = frozenset(
    {
        "external_id", "title", "occupation", "headcount", "kind", "pay_from", "pay_to", "region", "address",
        "education_min", "experience_years", "certificates", "duties", "requirements", "benefits",
        "real_employer", "relaxable", "legal_basis", "shift", "travels", "veterans_preferred",
        "veterans_only", "occupation_certainty", "closes_on",
    }
)  # fmt: skip


def _only_known(fields: dict[str, Any]) -> None:
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"not fields of a position: {sorted(unknown)}")


def _coded(fields: dict[str, Any], title: str) -> dict[str, Any]:
    """The fields with an occupation: the one that somebody chose, or the likeliest of the title.

    Raises:
        ValidationError: the title says nothing that an occupation could be guessed from.
    """
    if fields.get("occupation") is not None:
        return {"occupation_certainty": None, **fields}
    guess = next(iter(occupation_lookup.guess_occupations(title, 1)), None)
    if guess is None:
        raise ValidationError({"occupation": "从岗位名称看不出是什么职业，请填写职业分类。"})
    return {**fields, "occupation": guess[0], "occupation_certainty": guess[1]}


@transaction.atomic
def draft(*, employer: Employer, by: User, **fields: Any) -> Position:
    """Write a new position; nobody but the employer's members and its reviewers sees it. Without an
    occupation the title is coded.
    """
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    _only_known(fields)
    position = Position(employer=employer, **_coded(fields, fields.get("title", "")))
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
    guessed_anew = "title" in fields and position.occupation_certainty is not None
    if "occupation" in fields or guessed_anew:
        fields = _coded(fields, fields.get("title", position.title))
    for field, value in fields.items():
        setattr(position, field, value)
    position.state = PositionState.DRAFT
    position.full_clean()
    position.save()
    end_exceptions(position=position, by=by, why="岗位已修改")
    audit.record(by=by, verb="positions.edited", target=position, fields=sorted(fields), before=before)
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
    if position.closes_on is not None and position.closes_on < timezone.localdate():
        raise ValidationError({"closes_on": "截止日期已过，请修改后再提交。"})
    require_lawful_wording(position)
    position.submitted_at = timezone.now()
    return take_step(position, by, "submit")


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
    if position.closes_on is not None and position.closes_on < timezone.localdate():
        raise ValidationError("单位填写的截止日期已过，请退回修改。")
    require_confirmed_exception(position)
    position.published_at = timezone.now()
    position.expires_at = _end(position, open_for)
    position.renewals = 0
    position.refused_reason = ""
    return take_step(position, by, "approve")


def _end(position: Position, open_for: timedelta) -> datetime:
    """When it expires: after `open_for`, or with the last day that the employer wished, if that is sooner."""
    assert position.published_at is not None
    latest = position.published_at + open_for
    if position.closes_on is None:
        return latest
    next_day = position.closes_on + timedelta(days=1)
    return min(latest, timezone.make_aware(datetime.combine(next_day, time.min)))


@transaction.atomic
def refuse(*, position: Position, by: User, reason: str) -> Position:
    """Send a position back with a reason that the employer reads."""
    if not can_review(by, position):
        raise PermissionDenied("not a reviewer of this employer's station")
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    position.refused_reason = reason.strip()
    end_exceptions(position=position, by=by, why="岗位已退回")
    return take_step(position, by, "refuse", reason=reason.strip())


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
    end_exceptions(position=position, by=by, why="岗位已撤下")
    return take_step(position, by, "remove" if for_good else "take_down", reason=reason.strip())


@transaction.atomic
def withdraw(*, position: Position, by: User) -> Position:
    """Take a position back, for good."""
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    return take_step(position, by, "withdraw")


@transaction.atomic
def pause(*, position: Position, by: User) -> Position:
    """Take a position out of sight for now."""
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    return take_step(position, by, "pause")


@transaction.atomic
def mark_filled(*, position: Position, by: User) -> Position:
    """Say that everybody needed was found."""
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    return take_step(position, by, "fill")
