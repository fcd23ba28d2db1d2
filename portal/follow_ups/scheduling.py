"""Scheduling of follow-ups: those that a placement's state requires, and single ones beside them."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.follow_ups.absences import first_callable_days, record_postponements
from portal.follow_ups.enums import FollowUpKind, FollowUpState
from portal.follow_ups.follow_up_rules import days_by_kind
from portal.follow_ups.models import FollowUp
from portal.follow_ups.schedule import DEFAULT_DAYS, KINDS_BY_STATE
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from portal.placements.placement_steps import lock_placement
from portal.placements.workflow import EMPLOYED_STATES
from portal.veterans.models import Veteran


def required_follow_ups(placement: Placement, *, since: date) -> set[tuple[FollowUpKind, date]]:
    """Return (kind, due day) of the follow-ups that the placement's state, entered on `since`, requires."""
    state, days = PlacementState(placement.state), days_by_kind()
    call_dates = set()
    for kind in KINDS_BY_STATE.get(state, ()):
        start: date | None = since
        if kind == FollowUpKind.FIRST_DAY:
            start = placement.planned_first_day
        elif kind == FollowUpKind.NEW_SEARCH:
            start = placement.left_on if needs_follow_up(placement) else None
        elif state in EMPLOYED_STATES:
            start = placement.onboarded_on
        if start is not None:
            call_dates |= {(kind, start + timedelta(days=n)) for n in days[kind]}
    return call_dates


def _has_successor(placement: Placement) -> bool:
    """Return whether another placement continues this one (`Placement.follows`)."""
    return Placement.objects.filter(follows=placement).exists()


def needs_follow_up(placement: Placement) -> bool:
    """Return whether the state requires follow-ups: open, employed without the last milestone, or looking
    for another job after leaving.
    """
    if placement.state == PlacementState.LEFT:
        return bool(placement.wants_another) and not _has_successor(placement)
    return PlacementState(placement.state) in KINDS_BY_STATE


def reschedule(placement: Placement, *, since: date) -> None:
    """Cancel pending follow-ups that the state does not require, and open those that it does.

    Completed follow-ups are kept; there is at most one follow-up of a kind per day.
    """
    # Nobody may be called about a closed record, whatever is still written to its placements.
    is_closed = placement.veteran.closed_on is not None
    call_dates = set() if is_closed else required_follow_ups(placement, since=since)
    existing = {
        (FollowUpKind(row.kind), row.due_on): row
        for row in placement.follow_ups.select_for_update().filter(kind__in=DEFAULT_DAYS)
    }
    obsolete = [
        row.pk
        for key, row in existing.items()
        if row.state == FollowUpState.PENDING and key not in call_dates
    ]
    if obsolete:
        FollowUp.objects.filter(pk__in=obsolete).update(
            state=FollowUpState.CANCELLED, updated_at=timezone.now()
        )
    missing = sorted(
        key for key in call_dates if key not in existing or existing[key].state == FollowUpState.CANCELLED
    )
    _open(placement, [existing.get(key) or FollowUp(kind=key[0], due_on=key[1]) for key in missing], None)


def cancel_for_closed_record(*, veteran: Veteran) -> int:
    """Cancel the pending follow-ups of a closed record, and return their number.

    Call it in the transaction of the closing: the person may have died, and nobody may call any more.
    """
    pending = FollowUp.objects.pending().filter(placement__veteran=veteran)
    return pending.update(state=FollowUpState.CANCELLED, updated_at=timezone.now())


def reschedule_for_reopened_record(*, veteran: Veteran) -> None:
    """Open the follow-ups that the placements of a reopened record require."""
    placements = Placement.objects.select_for_update(of=("self",)).with_details().filter(veteran=veteran)
    for placement in placements.order_by("pk"):
        since = placement.transitions.order_by("-sequence").values_list("happened_on", flat=True)[0]
        reschedule(placement, since=since)


@transaction.atomic
def open_follow_up(*, placement: Placement, kind: FollowUpKind, due_on: date, by: User | None) -> FollowUp:
    """Open a follow-up on `due_on`, or on the first later day that has no completed follow-up of this kind.

    A follow-up that is pending for that day is returned unchanged.
    """
    placement = lock_placement(placement)  # no two for the same day
    later = placement.follow_ups.select_for_update().filter(kind=kind, due_on__gte=due_on)
    by_day = {row.due_on: row for row in later}
    while due_on in by_day and by_day[due_on].state == FollowUpState.DONE:
        due_on += timedelta(days=1)
    follow_up = by_day.get(due_on)
    if follow_up is None or follow_up.state == FollowUpState.CANCELLED:
        follow_up = follow_up or FollowUp(kind=kind, due_on=due_on)
        _open(placement, [follow_up], by)
    return follow_up


def _open(placement: Placement, follow_ups: list[FollowUp], by: User | None) -> None:
    """Make new or cancelled follow-ups pending at the station of the person."""
    if not follow_ups:
        return
    today = timezone.localdate()
    first_day = first_callable_days([placement.veteran_id], today).get(placement.veteran_id)
    for follow_up in follow_ups:
        follow_up.placement = placement
        follow_up.station_id = placement.veteran.station_id
        follow_up.state = FollowUpState.PENDING
        follow_up.escalation_level, follow_up.owned_since, follow_up.clerk = 0, today, None
        follow_up.call_on = max(follow_up.due_on, first_day or follow_up.due_on)
        follow_up.save()
    record_postponements((row for row in follow_ups if row.call_on > row.due_on), by=by, on=today)


def reopen_follow_up(follow_up: FollowUp) -> None:
    """Make a completed follow-up pending again, unsaved; at the person's station where that has changed."""
    follow_up.state, follow_up.done_at, follow_up.done_by = FollowUpState.PENDING, None, None
    station = follow_up.placement.veteran.station
    if not station.path.startswith(follow_up.station.path):
        follow_up.station, follow_up.escalation_level, follow_up.clerk = station, 0, None
        follow_up.owned_since = timezone.localdate()


def complete_follow_up(follow_up: FollowUp, *, by: User) -> None:
    """Save a follow-up as completed now by `by`."""
    follow_up.state, follow_up.done_at, follow_up.done_by = FollowUpState.DONE, timezone.now(), by
    follow_up.save(update_fields=["state", "tries", "done_at", "done_by", "updated_at"])
