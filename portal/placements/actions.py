"""Every write to a placement: declaring, confirming, its steps and corrections."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core import audit
from portal.core.workflow import TransitionRefused
from portal.employers.permissions import is_hidden_from
from portal.fairs.models import Booth
from portal.placements import follow_ups, headcount, permissions
from portal.placements.enums import AttemptOutcome, PlacementState
from portal.placements.models import FollowUp, Placement, PlacementTransition
from portal.placements.signals import placement_changed
from portal.placements.workflow import IN_POST_STATES, LIVE_STATES, OPEN_STATES, RETENTION_DAYS, TRANSITIONS
from portal.positions.models import Position
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran
from portal.veterans.signals import veteran_file_changed


def _log(placement: Placement, *, step: str, target: str, by: User, on: date, note: str) -> None:
    """Move the row and write the log's next line; both in the caller's transaction."""
    before = placement.state if placement.sequence else ""
    placement.state = target
    placement.sequence += 1
    placement.save()
    PlacementTransition.objects.create(
        placement=placement,
        sequence=placement.sequence,
        step=step,
        from_state=before,
        to_state=target,
        happened_on=on,
        by=by,
        station=placement.veteran.station,
        note=note,
    )
    audit.record(by=by, verb=f"placements.{step}", target=placement, before=before, after=target)
    follow_ups.reschedule(placement, since=on)
    placement_changed.send(sender=Placement, placement=placement)


@transaction.atomic
def declare(
    *,
    veteran: Veteran,
    position: Position,
    by: User,
    fair: JobFairPage | None = None,
    offline_key: uuid.UUID | None = None,
    pay_agreed: Decimal | None = None,
    planned_first_day: date | None = None,
    note: str = "",
) -> Placement:
    """Write down an intention. The same device key, or a live one of the same two, gives the first row back.

    Raises:
        PermissionDenied: `by` is neither the person, nor their station, nor serves at the fair.
        ValidationError: the position is not open, or its employer has no booth at the fair.
    """
    if not permissions.can_declare(by, veteran, fair):
        raise PermissionDenied("may not record an intention for this person")
    if offline_key is not None:
        replay = Placement.objects.filter(offline_key=offline_key).first()
        if replay is not None:
            return replay
    Veteran.objects.select_for_update().get(pk=veteran.pk)  # one intention at a time for a person
    live = Placement.objects.filter(veteran=veteran, position=position, state__in=LIVE_STATES).first()
    if live is not None:
        return live
    if not position.is_open:
        raise ValidationError({"position": "该岗位已停止招聘。"})
    if is_hidden_from(veteran, position.employer):
        raise ValidationError({"position": "档案对这家单位是隐藏的。要登记意向，请先取消隐藏。"})
    booth = None
    if fair is not None:
        booth = Booth.objects.confirmed().filter(fair=fair, employer=position.employer).first()
        if booth is None:
            raise ValidationError({"position": "该单位没有参加这场招聘会。"})
    now = timezone.now()
    own = veteran.account_id == by.pk
    placement = Placement(
        veteran=veteran,
        position=position,
        fair=fair,
        booth=booth,
        recorded_by=by,
        recorded_at=now,
        offline_key=offline_key or uuid.uuid4(),
        # At the booth the person stands beside the clerk; the employer confirms for itself.
        veteran_confirmed_at=now if own or fair is not None else None,
        pay_agreed=pay_agreed,
        planned_first_day=planned_first_day,
    )
    _log(
        placement,
        step="declare",
        target=PlacementState.INTENDED,
        by=by,
        on=timezone.localdate(now),
        note=note,
    )
    return placement


@transaction.atomic
def confirm(*, placement: Placement, by: User) -> Placement:
    """Confirm an intention for one's own side: the person, or a member of the employer."""
    now = timezone.now()
    if permissions.is_own(by, placement):
        placement.veteran_confirmed_at = placement.veteran_confirmed_at or now
    elif permissions.acts_for_employer(by, placement):
        placement.employer_confirmed_at = placement.employer_confirmed_at or now
    else:
        raise PermissionDenied("neither side of this intention")
    placement.save()
    audit.record(by=by, verb="placements.confirmed", target=placement)
    placement_changed.send(sender=Placement, placement=placement)
    return placement


@transaction.atomic
def advance(
    *,
    placement: Placement,
    step: str,
    by: User,
    on: date | None = None,
    note: str = "",
    close_others: bool = False,
) -> Placement:
    """Record that `step` (a row of the workflow's table) happened on the day `on` (today unless told).

    Raises:
        PermissionDenied: `by` is not staff of the person's station or above.
        TransitionRefused: the step does not start from the placement's state.
        ValidationError: a day in the future or too early, a missing reason, or nobody more was asked for.
    """
    placement = Placement.objects.select_for_update(of=("self",)).with_details().get(pk=placement.pk)
    if not permissions.can_follow(by, placement):
        raise PermissionDenied("not staff of this person's station")
    target = TRANSITIONS.target(step, placement.state)
    on = on or timezone.localdate()
    note = note.strip()
    if on > timezone.localdate():
        raise ValidationError({"on": "日期不能晚于今天。"})
    if target == PlacementState.ONBOARDED:
        headcount.require_place(placement)
        placement.onboarded_on = on
    elif step in RETENTION_DAYS:
        _require_days_in_post(placement, step, on)
    elif target == PlacementState.LEFT:
        if not note:
            raise ValidationError({"note": "请写明离职原因。"})
        placement.left_on, placement.left_reason = on, note[:120]
    _log(placement, step=step, target=target, by=by, on=on, note=note)
    if target == PlacementState.ONBOARDED:
        headcount.close_if_full(placement, by)
        _set_employment(placement.veteran, EmploymentStatus.EMPLOYED, by)
        if close_others:
            _lapse_others(placement, by=by, on=on)
    elif target == PlacementState.LEFT:
        headcount.tell_of_free_place(placement, by)
        _set_employment(placement.veteran, EmploymentStatus.UNEMPLOYED, by)
    return placement


def _require_days_in_post(placement: Placement, step: str, on: date) -> None:
    days = RETENTION_DAYS[step]
    if placement.onboarded_on is None or on < placement.onboarded_on + timedelta(days=days):
        raise ValidationError({"on": f"入职满 {days} 天后才能记录这一步。"})


def _set_employment(veteran: Veteran, status: EmploymentStatus, by: User) -> None:
    veteran.employment_status = status
    veteran.save(update_fields=["employment_status", "updated_at"])
    audit.record(by=by, verb="veterans.updated", target=veteran, fields=["employment_status"])
    veteran_file_changed.send(sender=Veteran, veteran=veteran)


def _lapse_others(placement: Placement, *, by: User, on: date) -> None:
    others: Iterable[Placement] = (
        Placement.objects.select_for_update(of=("self",))
        .with_details()
        .filter(veteran=placement.veteran, state__in=OPEN_STATES)
        .exclude(pk=placement.pk)
    )
    for other in others:
        _log(other, step="lapse", target=PlacementState.LAPSED, by=by, on=on, note="已在其他单位入职")


@transaction.atomic
def record_call(
    *,
    follow_up: FollowUp,
    by: User,
    outcome: AttemptOutcome,
    note: str = "",
    step: str = "",
    on: date | None = None,
) -> FollowUp:
    """Note a call, and the step that the person told of when reached; both stand or fall together."""
    called = follow_ups.record_attempt(follow_up=follow_up, by=by, outcome=outcome, note=note)
    if step and outcome == AttemptOutcome.REACHED:
        advance(placement=called.placement, step=step, by=by, on=on, note=note)
    return called


@transaction.atomic
def correct(*, placement: Placement, to_state: str, by: User, reason: str) -> Placement:
    """Put a placement back to where it should stand. The wrong step stays in the log, with this one after it.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or above.
        TransitionRefused: it already stands there, or it never was in post and is said to be.
        ValidationError: no reason.
    """
    placement = Placement.objects.select_for_update(of=("self",)).with_details().get(pk=placement.pk)
    if not permissions.can_follow(by, placement):
        raise PermissionDenied("not staff of this person's station")
    if not reason.strip():
        raise ValidationError({"note": "请写明更正原因。"})
    if to_state == placement.state or (to_state in IN_POST_STATES and placement.onboarded_on is None):
        raise TransitionRefused("correct", placement.state)
    comes_in = to_state in IN_POST_STATES and placement.state not in IN_POST_STATES
    goes_out = to_state not in IN_POST_STATES and placement.state in IN_POST_STATES
    if comes_in:
        headcount.require_place(placement)
    _log(
        placement,
        step="correct",
        target=PlacementState(to_state),
        by=by,
        on=timezone.localdate(),
        note=reason.strip(),
    )
    if comes_in:
        headcount.close_if_full(placement, by)
    elif goes_out:
        headcount.open_if_freed(placement, by)
    return placement
