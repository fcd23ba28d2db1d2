"""Follow-ups by rule: which calls a state makes due, and what came of each call."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.placements.enums import AttemptOutcome, FollowUpKind, FollowUpState, PlacementState
from portal.placements.models import FollowUp, FollowUpAttempt, Placement
from portal.placements.workflow import FOLLOW_UP_RULES, IN_POST_STATES, MAX_TRIES
from portal.stations.models import Station


def reschedule(placement: Placement, *, since: date) -> None:
    """Cancel what an earlier state had made due and make due what the present one calls for."""
    pending = placement.follow_ups.filter(state=FollowUpState.PENDING)
    if placement.state in IN_POST_STATES and placement.state != PlacementState.ONBOARDED:
        # Each retention step answers its own call and the ones before it; later ones stay due.
        answered = _kinds_answered_by(placement.state)
        pending.filter(kind__in=answered).update(state=FollowUpState.CANCELLED)
        return
    pending.update(state=FollowUpState.CANCELLED)
    due = [
        (kind, since + timedelta(days=days))
        for kind, days in FOLLOW_UP_RULES.get(PlacementState(placement.state), ())
    ]
    if placement.state == PlacementState.OFFERED and placement.planned_first_day is not None:
        due.append((FollowUpKind.FIRST_DAY, placement.planned_first_day))
    for kind, day in due:
        FollowUp.objects.update_or_create(
            placement=placement,
            kind=kind,
            due_on=day,
            defaults={
                "state": FollowUpState.PENDING,
                "call_on": day,
                "station": placement.veteran.station,
                "done_at": None,
                "done_by": None,
            },
        )


_RETENTION_CALLS = (
    (PlacementState.RETAINED_1M, FollowUpKind.RETENTION_1M),
    (PlacementState.RETAINED_3M, FollowUpKind.RETENTION_3M),
    (PlacementState.RETAINED_6M, FollowUpKind.RETENTION_6M),
    (PlacementState.RETAINED_12M, FollowUpKind.RETENTION_12M),
)


def _kinds_answered_by(state: str) -> list[FollowUpKind]:
    states = [row[0] for row in _RETENTION_CALLS]
    return [kind for _, kind in _RETENTION_CALLS[: states.index(PlacementState(state)) + 1]]


def hand_over(*, station: Station, into: Station, of_its_people: bool = False) -> int:
    """Give the waiting follow-ups of `station` to `into`; how many. With `of_its_people` only those of people
    whose files are at `into` now.
    """
    waiting = FollowUp.objects.filter(station=station, state=FollowUpState.PENDING)
    if of_its_people:
        waiting = waiting.filter(placement__veteran__station=into)
    return waiting.update(station=into, updated_at=timezone.now())


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
    FollowUpAttempt.objects.create(follow_up=follow_up, by=by, outcome=outcome, note=note.strip())
    follow_up.tries += 1
    if outcome != AttemptOutcome.NOT_REACHED or follow_up.tries >= MAX_TRIES:
        follow_up.state = FollowUpState.DONE
        follow_up.done_at = timezone.now()
        follow_up.done_by = by
    follow_up.save()
    audit.record(by=by, verb="placements.follow_up", target=follow_up, outcome=outcome, tries=follow_up.tries)
    return follow_up
