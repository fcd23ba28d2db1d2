"""Intentions that end because of another one, and come back: lapsed when the person onboards elsewhere, or
absorbed when two files of one person with the same intention become one.
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
from portal.placements.placement_steps import locked, take_step, update_employment_status
from portal.placements.workflow import EMPLOYED_STATES, LIVE_STATES, OPEN_STATES
from portal.veterans.models import Veteran

_LINES_BACK = 2  # the closing line of the log and the one before it
_ORDER = {state: place for place, state in enumerate(PlacementState)}


def lapse_others(placement: Placement, *, by: User, on: date) -> int:
    """End the person's other open intentions, because of this placement's onboarding; how many."""
    others: Iterable[Placement] = (
        Placement.objects.select_for_update(of=("self",))
        .with_details()
        .filter(veteran=placement.veteran, state__in=OPEN_STATES)
        .exclude(pk=placement.pk)
    )
    ended = 0
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
        ended += 1
    return ended


def _before_closing(placement: Placement) -> PlacementTransition | None:
    """The log's line before the closing one; None where the last line is no closing by another placement."""
    if placement.closed_by_id is None or placement.state != PlacementState.LAPSED:
        return None
    lines = list(placement.transitions.order_by("-sequence")[:_LINES_BACK])
    return lines[1] if len(lines) == _LINES_BACK else None


def reopen_blocker(placement: Placement) -> str:
    """Why an intention that another one ended cannot come back now, for the page; '' when it can."""
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
        taken = headcount.employed_count(placement.position)
        return "这个岗位的人已招满。" if taken >= placement.position.headcount else ""
    return "" if placement.position.is_open else "该岗位已停止招聘。"


@transaction.atomic
def reopen_closed(*, placement: Placement, by: User) -> Placement:
    """Put an intention that another one ended back to the state before.

    Raises:
        PermissionDenied: `by` is not staff of the person's station or above.
        TransitionRefused: it did not end because of another one.
        ValidationError: what stands against it.
    """
    placement = locked(placement)
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
    """The onboarding was no onboarding: what it ended comes back, except where something stands against that;
    how many.
    """
    ended = Placement.objects.select_for_update(of=("self",)).with_details()
    back = 0
    for other in ended.filter(closed_by=placement, veteran=placement.veteran, state=PlacementState.LAPSED):
        if not reopen_blocker(other):
            _reopen(other, by)
            back += 1
    return back


def absorb_duplicates(*, kept: Veteran, gone: Veteran, by: User) -> int:
    """Two files are about to become one: where both have a live intention for one position, the one that is
    further along goes on (the kept file's, of two alike) and the other ends because of it; how many.
    """
    live = Placement.objects.select_for_update(of=("self",)).with_details().filter(state__in=LIVE_STATES)
    theirs = {row.position_id: row for row in live.filter(veteran=gone)}
    absorbed = 0
    for own in live.filter(veteran=kept, position__in=theirs):
        other = theirs[own.position_id]
        ahead = _ORDER[PlacementState(other.state)] > _ORDER[PlacementState(own.state)]
        stays, ends = (other, own) if ahead else (own, other)
        was_in_post = ends.state in EMPLOYED_STATES
        take_step(
            ends,
            step="absorb",
            target=PlacementState.LAPSED,
            by=by,
            on=timezone.localdate(),
            note="两份档案合并，同一岗位的意向只留一份",
            closed_by=stays,
        )
        if was_in_post:
            headcount.reopen_if_vacant(ends, by)
        absorbed += 1
    return absorbed


def restore_duplicates(*, veterans: Iterable[Veteran], by: User) -> int:
    """Two files are two again: what was absorbed by an intention that is now the other file's comes back; how
    many.
    """
    ended = Placement.objects.select_for_update(of=("self",)).with_details().select_related("closed_by")
    back = 0
    for row in ended.filter(veteran__in=list(veterans), state=PlacementState.LAPSED, closed_by__isnull=False):
        assert row.closed_by is not None
        last = row.transitions.order_by("-sequence").values_list("step", flat=True).first()
        apart = row.closed_by.veteran_id != row.veteran_id
        if last == "absorb" and apart and not reopen_blocker(row):
            _reopen(row, by)
            back += 1
    return back
