"""Write actions on a position: draft, edit, submit, review, pause, withdraw."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.seen_values import merge_fields
from portal.employers.models import Employer
from portal.employers.permissions import acts_for
from portal.positions import occupation_lookup
from portal.positions.enums import CLOSED_STATES
from portal.positions.events import announce_position_changed
from portal.positions.field_rules import POSITION_RULES, clean_position
from portal.positions.models import Position
from portal.positions.position_locks import EDITABLE_FIELDS, lock_for_review, lock_own
from portal.positions.transitions import TRANSITIONS, take_step
from portal.positions.wording_checks import require_lawful_wording
from portal.positions.wording_exceptions import end_exceptions, require_confirmed_exception

OPEN_PERIOD = timedelta(days=60)
# Nobody has looked at an employer before its verification: it may prepare, not fill the database.
MAX_UNVERIFIED_DRAFTS = 10


def _add_occupation(fields: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the fields with an occupation: the given one, or the most probable one of the title.

    Raises:
        ValidationError: no occupation can be guessed from the title.
    """
    if fields.get("occupation") is not None:
        return {"occupation_certainty": None, **fields}
    guess = next(iter(occupation_lookup.guess_occupations(title, 1)), None)
    if guess is None:
        raise ValidationError({"occupation": occupation_lookup.NOT_GUESSED})
    return {**fields, "occupation": guess[0], "occupation_certainty": guess[1]}


def _require_room_for_draft(employer: Employer) -> None:
    """Lock the employer so that concurrent drafts count one after the other.

    Raises:
        ValidationError: it is not verified and has as many positions as it may have before.
    """
    if employer.is_verified:
        return
    locked(employer)
    if Position.objects.filter(employer=employer).count() >= MAX_UNVERIFIED_DRAFTS:
        raise ValidationError(
            f"单位通过核验前最多保存 {MAX_UNVERIFIED_DRAFTS} 个岗位草稿，核验通过后再继续添加。",
            code="drafts",
        )


def _clean(fields: Mapping[str, Any], current: Position) -> dict[str, Any]:
    """Return the values that the rules store in `current`, a guessed occupation with its certainty.

    Raises:
        ValidationError: by field.
        ValueError: a field without a rule.
    """
    unknown = set(fields) - EDITABLE_FIELDS
    if unknown:
        raise ValueError(f"not fields of a position: {sorted(unknown)}")
    ruled = {name: value for name, value in fields.items() if name in POSITION_RULES}
    certainty = {name: value for name, value in fields.items() if name not in POSITION_RULES}
    return clean_position(ruled, current=current) | certainty


@transaction.atomic
def draft(
    *, employer: Employer, by: User, idempotency_key: uuid.UUID | None = None, **fields: Any
) -> Position:
    """Create a draft, visible to the employer's members and its reviewers.

    Args:
        idempotency_key: made with the form; the same content sent again with it creates no second position.
        fields: values of `EDITABLE_FIELDS`; without an occupation it is guessed from the title.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: by field; or an employer that is not verified has MAX_UNVERIFIED_DRAFTS.
    """
    if not acts_for(by, employer):
        raise PermissionDenied("not a member of this employer")
    position = Position(employer=employer)
    values = _clean(POSITION_RULES.complete(fields), position)
    if idempotency_key is not None:
        locked(employer)  # the same form, sent twice at once
        earlier = Position.objects.filter(employer=employer, idempotency_key=idempotency_key).first()
        if earlier is not None and not _differences(earlier, values):
            return earlier
        position.idempotency_key = None if earlier is not None else idempotency_key
    _require_room_for_draft(employer)
    for field, value in _add_occupation(values, values["title"]).items():
        setattr(position, field, value)
    position.full_clean()
    position.save()
    audit.record(by=by, verb="positions.drafted", target=position)
    announce_position_changed(position)
    return position


def _differences(position: Position, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that the position does not have; an occupation left open is no difference."""
    return {
        name: value
        for name, value in values.items()
        if name != "occupation_certainty"
        and not (name == "occupation" and value is None)
        and getattr(position, name) != value
    }


def changed_values(position: Position, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what setting these fields would change in the position.

    The occupation is guessed again where it is left open, or nobody has confirmed it and the title changes.

    Raises:
        ValidationError: by field.
        ValueError: a field without a rule.
    """
    values = _clean(fields, position)
    changes = _differences(position, values)
    is_open = "occupation" in values and values["occupation"] is None
    guess_again = "title" in changes and position.occupation_certainty is not None
    if "occupation" in changes or is_open or guess_again:
        title = values.get("title", position.title)
        occupation = _add_occupation({"occupation": changes.get("occupation")}, title)
        if occupation["occupation"] != position.occupation:
            changes |= occupation
    return changes


@transaction.atomic
def edit(*, position: Position, by: User, seen_token: str = "", **fields: Any) -> Position:
    """Change a position and return it to draft: only reviewed content is published.

    Values that the position has already change nothing: it stays in its state.

    Args:
        seen_token: `content_token` of the page that was filled in; what others changed since is kept.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: by field, also where somebody else changed it meanwhile; or the position is filled
            or withdrawn.
    """
    position = lock_own(position, by)
    if position.state in CLOSED_STATES:
        raise ValidationError("该岗位已结束，不能再修改；可以新建一个岗位。")
    changes = merge_fields(seen_token, position, changed_values(position, fields))
    if not changes:
        return position
    for field, value in changes.items():
        setattr(position, field, value)
    before, position.state = position.state, TRANSITIONS.target("edit", position.state)
    position.full_clean()
    position.save()
    end_exceptions(position=position, by=by, reason="岗位已修改")
    audit.record(
        by=by, verb="positions.edited", target=position, fields=announced_fields(changes), before=before
    )
    announce_position_changed(position)
    return position


def announced_fields(names: Iterable[str]) -> list[str]:
    """Return the names of changed fields as the audit log has them, whatever path wrote them."""
    fields = {name.removesuffix("_id") if name != "external_id" else name for name in names}
    return sorted(fields - {"occupation_certainty"})


@transaction.atomic
def submit(*, position: Position, by: User) -> Position:
    """Submit a position for review.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: by field, unlawful wording; or the closing date is over.
    """
    position = lock_own(position, by)
    if position.closes_on is not None and position.closes_on < timezone.localdate():
        raise ValidationError({"closes_on": "截止日期已过，请修改后再提交。"})
    require_lawful_wording(position)
    position.submitted_at = timezone.now()
    return take_step(position, by, "submit")


@transaction.atomic
def approve(
    *, position: Position, by: User, open_for: timedelta = OPEN_PERIOD, seen_token: str = ""
) -> Position:
    """Publish a position in review until it expires.

    Args:
        seen_token: `review_token` of what the reviewer saw.

    Raises:
        PermissionDenied: `by` does not review this employer.
        ValidationError: the content changed since it was seen, the employer is not verified, the closing date
            is over, or blocked wording has no confirmed exception.
    """
    position = lock_for_review(position, by, seen_token)
    if not position.employer.is_verified:
        raise ValidationError("请先核验用人单位，再审核它的岗位。")
    if position.closes_on is not None and position.closes_on < timezone.localdate():
        raise ValidationError("单位填写的截止日期已过，请退回修改。")
    require_confirmed_exception(position)
    position.published_at = timezone.now()
    position.expires_at = _expiry_of(position, open_for)
    position.renewals = 0
    position.refused_reason = ""
    return take_step(position, by, "approve")


def _expiry_of(position: Position, open_for: timedelta) -> datetime:
    """Return the end of `open_for`, or of the closing date if that is earlier."""
    assert position.published_at is not None
    latest = position.published_at + open_for
    if position.closes_on is None:
        return latest
    next_day = position.closes_on + timedelta(days=1)
    return min(latest, timezone.make_aware(datetime.combine(next_day, time.min)))


@transaction.atomic
def refuse(*, position: Position, by: User, reason: str, seen_token: str = "") -> Position:
    """Return a position to its employer with a reason; `seen_token` as for `approve`."""
    position = lock_for_review(position, by, seen_token)
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    position.refused_reason = reason.strip()
    end_exceptions(position=position, by=by, reason="岗位已退回")
    return take_step(position, by, "refuse", reason=reason.strip())


@transaction.atomic
def take_down(*, position: Position, by: User, reason: str, for_good: bool = False) -> Position:
    """Remove a published position from the public pages as its reviewer.

    Args:
        reason: shown to the employer.
        for_good: withdraw it; otherwise the employer may correct and submit it again.
    """
    position = lock_for_review(position, by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明原因，单位会看到。"})
    position.refused_reason = reason.strip()
    end_exceptions(position=position, by=by, reason="岗位已撤下")
    return take_step(position, by, "remove" if for_good else "take_down", reason=reason.strip())


@transaction.atomic
def withdraw(*, position: Position, by: User) -> Position:
    """Withdraw a position for good as its employer."""
    position = lock_own(position, by)
    return take_step(position, by, "withdraw")


@transaction.atomic
def pause(*, position: Position, by: User) -> Position:
    """Hide an open position until it is resumed."""
    position = lock_own(position, by)
    return take_step(position, by, "pause")


@transaction.atomic
def mark_filled(*, position: Position, by: User) -> Position:
    """Close a position because enough people were hired."""
    position = lock_own(position, by)
    return take_step(position, by, "fill")
