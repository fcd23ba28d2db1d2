"""Follow-ups by rule: which calls a state asks for, and what came of each call."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.placements.absences import day_to_call, note_paused
from portal.placements.enums import AttemptOutcome, FollowUpKind, FollowUpState, PlacementState
from portal.placements.models import FollowUp, FollowUpAttempt, Placement
from portal.placements.rules import days_by_kind
from portal.placements.workflow import CALLS, DEFAULT_DAYS, IN_POST_STATES, MAX_TRIES
from portal.veterans.models import Veteran


def calls_for(placement: Placement, *, since: date) -> set[tuple[FollowUpKind, date]]:
    """(kind, day) of the calls that the placement's state asks for, entered on the day `since`."""
    state, days = PlacementState(placement.state), days_by_kind()
    wanted = set()
    for kind in CALLS.get(state, ()):
        start: date | None = since
        if kind == FollowUpKind.FIRST_DAY:
            start = placement.planned_first_day
        elif kind == FollowUpKind.NEW_SEARCH:
            start = placement.left_on if has_more_to_ask(placement) else None
        elif state in IN_POST_STATES:
            start = placement.onboarded_on
        if start is not None:
            wanted |= {(kind, start + timedelta(days=n)) for n in days[kind]}
    return wanted


def _is_followed(placement: Placement) -> bool:
    return Placement.objects.filter(follows=placement).exists()


def has_more_to_ask(placement: Placement) -> bool:
    """Whether the state asks for calls at all: open, in post for less than a year, or looking for another
    place after leaving.
    """
    if placement.state == PlacementState.LEFT:
        return bool(placement.wants_another) and not _is_followed(placement)
    return PlacementState(placement.state) in CALLS


def reschedule(placement: Placement, *, since: date) -> None:
    """Cancel the waiting calls that the state does not ask for (any more), and make those that it does. A
    call that was made stays made; a day's call of a kind exists once.
    """
    wanted = calls_for(placement, since=since)
    known = {
        (FollowUpKind(row.kind), row.due_on): row
        for row in placement.follow_ups.select_for_update().filter(kind__in=DEFAULT_DAYS)
    }
    over = [row.pk for key, row in known.items() if row.state == FollowUpState.PENDING and key not in wanted]
    if over:
        FollowUp.objects.filter(pk__in=over).update(state=FollowUpState.CANCELLED, updated_at=timezone.now())
    missing = sorted(key for key in wanted if key not in known or known[key].state == FollowUpState.CANCELLED)
    _open(placement, [known.get(key) or FollowUp(kind=key[0], due_on=key[1]) for key in missing], None)


def cancel_all(*, veteran: Veteran) -> int:
    """Nobody is called any more about a file that was closed (somebody may have died); how many calls waited.
    Call it in the closing's transaction.
    """
    waiting = FollowUp.objects.pending().filter(placement__veteran=veteran)
    return waiting.update(state=FollowUpState.CANCELLED, updated_at=timezone.now())


def take_up_again(*, veteran: Veteran) -> None:
    """The calls that the states ask for wait again, when a closing was taken back."""
    rows = Placement.objects.select_for_update(of=("self",)).with_details().filter(veteran=veteran)
    for placement in rows:
        last = placement.transitions.order_by("-sequence").values_list("happened_on", flat=True)[0]
        reschedule(placement, since=last)


@transaction.atomic
def open_duty(*, placement: Placement, kind: FollowUpKind, due_on: date, by: User | None) -> FollowUp:
    """A call beside the rules, on the first day from `due_on` on for which none of the kind was made. One
    that waits for that day already is given back as it is.
    """
    later = placement.follow_ups.select_for_update().filter(kind=kind, due_on__gte=due_on)
    known = {row.due_on: row for row in later}
    while due_on in known and known[due_on].state == FollowUpState.DONE:
        due_on += timedelta(days=1)
    found = known.get(due_on)
    if found is None or found.state == FollowUpState.CANCELLED:
        found = found or FollowUp(kind=kind, due_on=due_on)
        _open(placement, [found], by)
    return found


def _open(placement: Placement, calls: list[FollowUp], by: User | None) -> None:
    """Have these calls (new ones, or some that were cancelled) wait at the station of the person."""
    if not calls:
        return
    today, waits = timezone.localdate(), []
    away_until = day_to_call([placement.veteran_id], today).get(placement.veteran_id)
    for call in calls:
        call.placement = placement
        call.station_id = placement.veteran.station_id
        call.state, call.raised, call.owned_since, call.clerk = FollowUpState.PENDING, 0, today, None
        call.call_on = max(call.due_on, away_until or call.due_on)
        if call.call_on > call.due_on:
            waits.append(call)
        call.save()
    note_paused(waits, by=by, on=today)


def wait_again(follow_up: FollowUp) -> None:
    """Have a call that was made wait as it did before; where the person moved meanwhile, at their station.
    Unsaved.
    """
    follow_up.state, follow_up.done_at, follow_up.done_by = FollowUpState.PENDING, None, None
    home = follow_up.placement.veteran.station
    if not home.path.startswith(follow_up.station.path):
        follow_up.station, follow_up.raised, follow_up.clerk = home, 0, None
        follow_up.owned_since = timezone.localdate()


@transaction.atomic
def record_attempt(*, follow_up: FollowUp, by: User, outcome: AttemptOutcome, note: str = "") -> FollowUp:
    """Note one try. Reaching the person, a refusal or a wrong number ends the duty; so does the third vain
    try.

    Raises:
        PermissionDenied: the follow-up is not one of the user's stations'.
        ValidationError: it is no longer waiting.
    """
    follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    if not FollowUp.objects.visible_to(by).filter(pk=follow_up.pk).exists():
        raise PermissionDenied("not a follow-up of this user's stations")
    if follow_up.state != FollowUpState.PENDING:
        raise ValidationError("这条回访已经完成或取消。")
    now = timezone.now()
    FollowUpAttempt.objects.create(follow_up=follow_up, at=now, by=by, outcome=outcome, note=note.strip())
    follow_up.tries += 1
    if outcome != AttemptOutcome.NOT_REACHED or follow_up.tries >= MAX_TRIES:
        follow_up.state = FollowUpState.DONE
        follow_up.done_at = now
        follow_up.done_by = by
    follow_up.save()
    audit.record(by=by, verb="placements.follow_up", target=follow_up, outcome=outcome, tries=follow_up.tries)
    return follow_up
