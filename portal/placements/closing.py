"""Placements ended by another one, and their reopening.

An onboarding elsewhere lapses the person's other intentions; a merge of records absorbs a duplicate one.
"""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.employers.permissions import is_hidden_from
from portal.placements import headcount, permissions
from portal.placements.enums import PlacementState
from portal.placements.models import Placement, PlacementTransition
from portal.placements.placement_steps import lock_placement, take_step, update_employment_status
from portal.placements.workflow import EMPLOYED_STATES, LIVE_STATES, OPEN_STATES
from portal.veterans.models import Veteran

_LOG_ROWS = 2  # the closing row of the log and the one before it
_STATE_ORDER = {state: number for number, state in enumerate(PlacementState)}


def lapse_others(placement: Placement, *, by: User, on: date) -> int:
    """Lapse the person's other open intentions after this placement's onboarding; return their number."""
    others: Iterable[Placement] = (
        Placement.objects.select_for_update(of=("self",))
        .with_details()
        .filter(veteran=placement.veteran, state__in=OPEN_STATES)
        .exclude(pk=placement.pk)
    )
    count = 0
    for other in others:
        take_step(
            other,
            step="lapse",
            target=PlacementState.LAPSED,
            by=by,
            on=on,
            note="已在其他单位入职",
            closed_by=placement,
        )
        count += 1
    return count


def _before_closing(placement: Placement) -> PlacementTransition | None:
    """Return the log row before the closing one; None unless another placement ended this one."""
    if placement.closed_by_id is None or placement.state != PlacementState.LAPSED:
        return None
    rows = list(placement.transitions.order_by("-sequence")[:_LOG_ROWS])
    return rows[1] if len(rows) == _LOG_ROWS else None


def reopen_blocker(placement: Placement) -> str:
    """Return why a placement that another one ended cannot be reopened, for the page; '' if it can."""
    before = _before_closing(placement)
    if before is None:
        return "这份意向不是因为另一份安置而结束的。"
    live = Placement.objects.filter(
        veteran=placement.veteran_id, position=placement.position_id, state__in=LIVE_STATES
    )
    if live.exists():
        return "此人对这个岗位已有一份进行中的意向。"
    if Veteran.objects.filter(pk=placement.veteran_id).exclude(closed_on=None).exists():
        return "档案已注销。"
    if is_hidden_from(placement.veteran, placement.position.employer):
        return "档案对这家单位是隐藏的。"
    if before.to_state in EMPLOYED_STATES:
        is_full = headcount.employed_count(placement.position) >= placement.position.headcount
        return "这个岗位的人已招满。" if is_full else ""
    return "" if placement.position.is_open else "该岗位已停止招聘。"


@transaction.atomic
def reopen_closed(*, placement: Placement, by: User) -> Placement:
    """Return a placement that another one ended to the state before.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or above.
        TransitionRefused: it was not ended by another one.
        ValidationError: the reason of `reopen_blocker`.
    """
    placement = lock_placement(placement)
    if not permissions.can_follow(by, placement):
        raise PermissionDenied("not staff of this person's station")
    if _before_closing(placement) is None:
        raise TransitionRefused("reopen", placement.state)
    if reason := reopen_blocker(placement):
        raise ValidationError(reason)
    _reopen(placement, by)
    return placement


def _reopen(placement: Placement, by: User) -> None:
    before = _before_closing(placement)
    assert before is not None
    take_step(
        placement,
        step="reopen",
        target=before.to_state,
        by=by,
        on=timezone.localdate(),
        onboarded_on=before.onboarded_on,
    )
    if before.to_state in EMPLOYED_STATES:
        headcount.close_if_full(placement, by)
        update_employment_status(placement.veteran, by)


def reopen_closed_by(placement: Placement, *, by: User) -> int:
    """Reopen what a corrected onboarding had ended, and return the number reopened."""
    lapsed = Placement.objects.select_for_update(of=("self",)).with_details()
    count = 0
    for other in lapsed.filter(closed_by=placement, veteran=placement.veteran, state=PlacementState.LAPSED):
        if not reopen_blocker(other):
            _reopen(other, by)
            count += 1
    return count


def absorb_duplicates(*, into: Veteran, source: Veteran, by: User) -> int:
    """End one of two live placements for the same position before two records are merged.

    The one that is further along continues; of two alike, that of the record `into`.

    Returns:
        The number of placements ended.
    """
    live = Placement.objects.select_for_update(of=("self",)).with_details().filter(state__in=LIVE_STATES)
    by_position = {row.position_id: row for row in live.filter(veteran=source)}
    count = 0
    for own in live.filter(veteran=into, position__in=by_position):
        other = by_position[own.position_id]
        is_other_ahead = _STATE_ORDER[PlacementState(other.state)] > _STATE_ORDER[PlacementState(own.state)]
        continuing, ending = (other, own) if is_other_ahead else (own, other)
        was_employed = ending.state in EMPLOYED_STATES
        take_step(
            ending,
            step="absorb",
            target=PlacementState.LAPSED,
            by=by,
            on=timezone.localdate(),
            note="两份档案合并，同一岗位的意向只留一份",
            closed_by=continuing,
        )
        if was_employed:
            headcount.reopen_if_vacant(ending, by)
        count += 1
    return count


def restore_duplicates(*, veterans: Iterable[Veteran], by: User) -> int:
    """Reopen, after a merge was undone, what was absorbed by a placement that is now the other record's.

    Returns:
        The number of placements reopened.
    """
    lapsed = Placement.objects.select_for_update(of=("self",)).with_details().select_related("closed_by")
    count = 0
    for row in lapsed.filter(
        veteran__in=list(veterans), state=PlacementState.LAPSED, closed_by__isnull=False
    ):
        assert row.closed_by is not None
        last_step = row.transitions.order_by("-sequence").values_list("step", flat=True).first()
        is_separate = row.closed_by.veteran_id != row.veteran_id
        if last_step == "absorb" and is_separate and not reopen_blocker(row):
            _reopen(row, by)
            count += 1
    return count
