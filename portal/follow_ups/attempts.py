"""Calls: attempts to reach the person of a follow-up, their outcome, and their reversal."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.follow_ups.absences import reschedule_for_absences
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import AttemptReversal, FollowUp, FollowUpAttempt
from portal.follow_ups.next_calls import schedule_next_call
from portal.follow_ups.schedule import MAX_TRIES
from portal.follow_ups.scheduling import reopen_follow_up
from portal.placements.actions import advance
from portal.placements.permissions import can_take_back
from portal.placements.placement_steps import lock_placement


@transaction.atomic
def record_attempt(*, follow_up: FollowUp, by: User, outcome: AttemptOutcome, note: str = "") -> FollowUp:
    """Record one attempt. Any outcome but NOT_REACHED completes the follow-up; so does attempt MAX_TRIES.

    Raises:
        PermissionDenied: the follow-up does not belong to one of the user's stations.
        ValidationError: it is no longer pending.
    """
    placement = lock_placement(follow_up.placement)
    follow_up = locked(follow_up)
    follow_up.placement = placement
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


@transaction.atomic
def record_call(
    *,
    follow_up: FollowUp,
    by: User,
    outcome: AttemptOutcome,
    note: str = "",
    step: str = "",
    on: date | None = None,
    close_others: bool = False,
    planned_first_day: date | None = None,
    wants_another: bool | None = None,
) -> FollowUp:
    """Record an attempt together with the step that the person reported (see `placements.actions.advance`);
    a call without an update schedules the next one.
    """
    follow_up = record_attempt(follow_up=follow_up, by=by, outcome=outcome, note=note)
    if step and outcome == AttemptOutcome.REACHED:
        advance(
            placement=follow_up.placement,
            step=step,
            by=by,
            on=on,
            note=note,
            close_others=close_others,
            planned_first_day=planned_first_day,
            wants_another=wants_another,
        )
    elif outcome == AttemptOutcome.REACHED:
        schedule_next_call(follow_up.placement, by=by)
    return follow_up


@transaction.atomic
def record_unreached(*, follow_ups: Iterable[FollowUp], by: User) -> list[FollowUp]:
    """Record an unsuccessful attempt for each; follow-ups completed meanwhile are skipped.

    Returns:
        The follow-ups for which an attempt was recorded.

    Raises:
        PermissionDenied: one does not belong to the user's stations; none is recorded then.
    """
    recorded = []
    for follow_up in follow_ups:
        try:
            recorded.append(record_call(follow_up=follow_up, by=by, outcome=AttemptOutcome.NOT_REACHED))
        except ValidationError:
            continue
    return recorded


def reversible_attempt(follow_up: FollowUp, user: User) -> FollowUpAttempt | None:
    """Return the last attempt if the user may still reverse it: see `can_take_back`; no step was recorded
    with it or after it.
    """
    last = follow_up.attempts.not_reversed().order_by("-at", "-pk").first()
    if (
        last is None
        or follow_up.state == FollowUpState.CANCELLED
        or not can_take_back(user, recorded_by_id=last.by_id, recorded_at=last.at)
        or follow_up.placement.veteran.closed_on is not None
        or follow_up.placement.transitions.filter(at__gte=last.at).exists()
    ):
        return None
    return last


@transaction.atomic
def reverse_attempt(*, follow_up: FollowUp, by: User) -> FollowUp:
    """Reverse the last attempt; both rows stay in the log.

    A follow-up completed by it is pending again, and next calls scheduled since are cancelled.

    Raises:
        PermissionDenied: the follow-up does not belong to one of the user's stations.
        ValidationError: see `reversible_attempt`.
    """
    placement = lock_placement(follow_up.placement)
    follow_up = locked(follow_up)
    follow_up.placement = placement
    if not FollowUp.objects.visible_to(by).filter(pk=follow_up.pk).exists():
        raise PermissionDenied("not a follow-up of this user's stations")
    last = reversible_attempt(follow_up, by)
    if last is None:
        raise ValidationError("只能撤销自己今天最后一次记录的联系。")
    AttemptReversal.objects.create(attempt=last, by=by)
    follow_up.tries -= 1
    if follow_up.state == FollowUpState.DONE:
        reopen_follow_up(follow_up)
    follow_up.save()
    reschedule_for_absences(veteran_ids=[placement.veteran_id], by=by)
    next_calls = placement.follow_ups.pending().filter(kind=FollowUpKind.AGAIN, created_at__gte=last.at)
    next_calls.update(state=FollowUpState.CANCELLED, updated_at=timezone.now())
    audit.record(by=by, verb="placements.follow_up_taken_back", target=follow_up, outcome=last.outcome)
    return follow_up
