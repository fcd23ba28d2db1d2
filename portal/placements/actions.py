"""Writes to placements: declaration, confirmation, steps and corrections."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core import audit
from portal.core.day_bounds import require_between
from portal.core.locking import locked
from portal.core.state_machine import TransitionRefused
from portal.employers.permissions import is_hidden_from
from portal.fairs.models import Booth
from portal.placements import headcount, permissions
from portal.placements.closing import lapse_others, reopen_closed_by
from portal.placements.enums import PlacementState
from portal.placements.events import announce
from portal.placements.milestones import MILESTONE_BY_STEP, required_days
from portal.placements.models import Placement
from portal.placements.placement_steps import lock_placement, take_step, update_employment_status
from portal.placements.step_days import LATE_INTENTION, require_planned_day, require_step_day
from portal.placements.workflow import (
    EMPLOYED_STATES,
    EVER_EMPLOYED_STATES,
    LIVE_STATES,
    TRANSITIONS,
)
from portal.positions.models import Position
from portal.veterans.models import Veteran

MISTAKE_REASON = "登记回访时点错，当天撤销"


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
    """Record an intention. The same device key, or a live intention of the same two, returns the old row.

    Raises:
        PermissionDenied: see `permissions.can_declare`.
        ValidationError: the record or the position is closed, or the employer has no booth at the fair.
    """
    veteran = locked(veteran, "station")  # serialises intentions of one person
    position = Position.objects.with_details().get(pk=position.pk)
    if not permissions.can_declare(by, veteran, fair):
        raise PermissionDenied("may not record an intention for this person")
    if offline_key is not None:
        replay = Placement.objects.filter(offline_key=offline_key).first()
        if replay is not None:
            return replay
    live = Placement.objects.filter(veteran=veteran, position=position, state__in=LIVE_STATES).first()
    if live is not None:
        return live
    if veteran.closed_on is not None:
        raise ValidationError("这份档案已经注销，不能再登记意向。")
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
    require_planned_day(planned_first_day, timezone.localdate(now))
    is_own = veteran.account_id == by.pk
    placement = Placement(
        veteran=veteran,
        position=position,
        fair=fair,
        booth=booth,
        recorded_by=by,
        recorded_at=now,
        offline_key=offline_key or uuid.uuid4(),
        # At a fair the person is present; the employer always confirms separately.
        veteran_confirmed_at=now if is_own or fair is not None else None,
        pay_agreed=pay_agreed,
        planned_first_day=planned_first_day,
        follows=_last_left_placement(veteran),
    )
    take_step(
        placement,
        step="declare",
        target=PlacementState.INTENDED,
        by=by,
        on=timezone.localdate(now),
        note=note,
    )
    return placement


def _last_left_placement(veteran: Veteran) -> Placement | None:
    placements = Placement.objects.filter(veteran=veteran, state=PlacementState.LEFT)
    return placements.order_by("-left_on", "-pk").first()


@transaction.atomic
def confirm(*, placement: Placement, by: User) -> Placement:
    """Confirm an intention for the side of `by`: the person, or a member of the employer.

    Raises:
        PermissionDenied: `by` belongs to neither side.
    """
    placement, now = lock_placement(placement), timezone.now()
    if permissions.is_own(by, placement):
        placement.veteran_confirmed_at = placement.veteran_confirmed_at or now
    elif permissions.acts_for_employer(by, placement):
        placement.employer_confirmed_at = placement.employer_confirmed_at or now
    else:
        raise PermissionDenied("neither side of this intention")
    placement.save()
    audit.record(by=by, verb="placements.confirmed", target=placement)
    announce(placement, step="confirm", on=timezone.localdate(now))
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
    planned_first_day: date | None = None,
    wants_another: bool | None = None,
) -> Placement:
    """Record that `step`, a row of the workflow's table, happened on the day `on` (default: today).

    Args:
        close_others: with an onboarding, end the person's other open intentions; see `closing.reopen_closed`.
        planned_first_day: with an offer; None keeps the present one.
        wants_another: on leaving, whether the person looks for another job; None: not asked.

    Raises:
        PermissionDenied: see `permissions.can_follow`.
        TransitionRefused: the step does not start from the placement's state.
        ValidationError: a day in the future or too early, a missing reason, or a full position.
    """
    placement = lock_placement(placement)
    if not permissions.can_follow(by, placement):
        raise PermissionDenied("not staff of this person's station")
    if placement.veteran.closed_on is not None:
        raise ValidationError("这份档案已经注销，不再记录进展；登记错了的，请用更正。", code="closed")
    target = TRANSITIONS.target(step, placement.state)
    on = on or timezone.localdate()
    note = note.strip()
    require_step_day(placement, on)
    onboarded_on, left_on = placement.onboarded_on, None
    if target == PlacementState.OFFERED:
        require_planned_day(planned_first_day, on)
        placement.planned_first_day = planned_first_day or placement.planned_first_day
    elif target == PlacementState.ONBOARDED:
        headcount.require_vacancy(placement)
        onboarded_on = on
    elif step in MILESTONE_BY_STEP:
        _require_days_employed(step, onboarded_on, on)
    elif target == PlacementState.LEFT:
        if not note:
            raise ValidationError({"note": "请写明离职原因。"})
        if onboarded_on is None or on < onboarded_on:
            raise ValidationError({"on": "离职日期不能早于入职日期。"})
        left_on, placement.left_reason, placement.wants_another = on, note[:120], wants_another
    take_step(
        placement,
        step=step,
        target=target,
        by=by,
        on=on,
        note=note,
        onboarded_on=onboarded_on,
        left_on=left_on,
    )
    if target == PlacementState.ONBOARDED:
        headcount.close_if_full(placement, by)
        update_employment_status(placement.veteran, by)
        if close_others:
            lapse_others(placement, by=by, on=on)
    elif target == PlacementState.LEFT:
        headcount.notify_of_vacancy(placement, by)
        update_employment_status(placement.veteran, by)
    return placement


def _require_days_employed(step: str, onboarded_on: date | None, on: date) -> None:
    days = required_days()[step]
    if onboarded_on is None or on < onboarded_on + timedelta(days=days):
        raise ValidationError({"on": f"入职满 {days} 天后才能记录这一步。"})


@transaction.atomic
def correct(
    *, placement: Placement, to_state: str, by: User, reason: str, on: date | None = None
) -> Placement:
    """Correct the state of a placement. The wrong step stays in the log, followed by the correction.

    A correction to a state before the onboarding clears the days in the job and reopens what the onboarding
    had ended. One to a state after it takes the days from the log unless `on` is given.

    Args:
        on: the first day in the job (for LEFT the last), where the log has none or a wrong one.

    Raises:
        PermissionDenied: see `permissions.can_follow`.
        TransitionRefused: it is in that state already, or a day is missing.
        ValidationError: no reason, an impossible day, a full position, or another live intention of the same
            two.
    """
    placement = lock_placement(placement)
    if not permissions.can_follow(by, placement):
        raise PermissionDenied("not staff of this person's station")
    if not reason.strip():
        raise ValidationError({"note": "请写明更正原因。"})
    before, target = placement.state, PlacementState(to_state)
    if target == before:
        raise TransitionRefused("correct", before)
    onboarded_on, left_on = _days_after_correction(placement, target, on)
    if target in LIVE_STATES and before not in LIVE_STATES:
        _require_no_other_live(placement)
    is_hired = target in EMPLOYED_STATES and before not in EMPLOYED_STATES
    if is_hired:
        headcount.require_vacancy(placement)
    if target == PlacementState.LEFT:
        leavings = placement.transitions.filter(step="leave").order_by("-sequence")
        placement.left_reason = (leavings.values_list("note", flat=True).first() or reason.strip())[:120]
    take_step(
        placement,
        step="correct",
        target=target,
        by=by,
        on=timezone.localdate(),
        note=reason.strip(),
        onboarded_on=onboarded_on,
        left_on=left_on,
    )
    if before == PlacementState.LEFT:
        placement.left_reason, placement.wants_another = "", None
        placement.save(update_fields=["left_reason", "wants_another", "updated_at"])
    if is_hired:
        headcount.close_if_full(placement, by)
    elif before in EMPLOYED_STATES and target not in EMPLOYED_STATES:
        headcount.reopen_if_vacant(placement, by)
    if (before in EMPLOYED_STATES) != (target in EMPLOYED_STATES):
        update_employment_status(placement.veteran, by)
    if before in EVER_EMPLOYED_STATES and target not in EVER_EMPLOYED_STATES:
        reopen_closed_by(placement, by=by)
    return placement


def _days_after_correction(
    placement: Placement, target: PlacementState, on: date | None
) -> tuple[date | None, date | None]:
    """Return the first and last day in the job after a correction to `target`."""
    if target not in EVER_EMPLOYED_STATES:
        return None, None
    log_rows = placement.transitions.order_by("-sequence")
    known_first = (
        placement.onboarded_on
        or log_rows.filter(onboarded_on__isnull=False).values_list("onboarded_on", flat=True).first()
    )
    if target == PlacementState.LEFT:
        known_last = log_rows.filter(left_on__isnull=False).values_list("left_on", flat=True).first()
        first, last = known_first, on or known_last
    else:
        first, last = on or known_first, None
    if first is None or (target == PlacementState.LEFT and last is None):
        raise TransitionRefused("correct", placement.state)
    today = timezone.localdate()
    if max(first, last or first) > today:
        raise ValidationError({"on": "日期不能晚于今天。"})
    declared_on = placement.transitions.order_by("sequence").values_list("happened_on", flat=True)[0]
    require_between("on", on, declared_on - LATE_INTENTION, today, "日期")
    if last is not None and last < first:
        raise ValidationError({"on": "离职日期不能早于入职日期。"})
    step = next((row.step for row in TRANSITIONS if row.target == target), "")
    if step in MILESTONE_BY_STEP:
        _require_days_employed(step, first, today)
    return first, last


def _require_no_other_live(placement: Placement) -> None:
    pair = Placement.objects.filter(veteran=placement.veteran_id, position=placement.position_id)
    if pair.filter(state__in=LIVE_STATES).exclude(pk=placement.pk).exists():
        raise ValidationError({"to_state": "此人对这个岗位已有另一份进行中的意向。"})


@transaction.atomic
def undo_last_step(*, placement: Placement, by: User) -> Placement:
    """Undo the last step: correct it back to the state before it; both stay in the log.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or of one above.
        ValidationError: the last step is a declaration, a correction, another user's, or of another day.
    """
    placement = lock_placement(placement)
    last = placement.transitions.order_by("-sequence").first()
    if (
        last is None
        or last.step in {"declare", "correct"}
        or not permissions.can_take_back(by, recorded_by_id=last.by_id, recorded_at=last.at)
    ):
        raise ValidationError("只能撤销自己今天刚记录的进展，其他的请打开意向更正。")
    return correct(placement=placement, to_state=last.from_state, by=by, reason=MISTAKE_REASON)
