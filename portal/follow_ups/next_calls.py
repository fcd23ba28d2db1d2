"""Schedule another follow-up when a call brought no update or the number changed."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind
from portal.follow_ups.follow_up_rules import days_by_kind
from portal.follow_ups.models import FollowUp, FollowUpAttempt
from portal.follow_ups.scheduling import needs_follow_up, open_follow_up
from portal.placements.models import Placement
from portal.veterans.models import Veteran

_UNREACHED = frozenset({AttemptOutcome.NOT_REACHED, AttemptOutcome.WRONG_NUMBER})


def schedule_next_call(placement: Placement, *, by: User) -> list[FollowUp]:
    """Open the follow-ups after a call that brought no update, unless one is pending or none is needed.

    Call it in the transaction that recorded the call.
    """
    if placement.follow_ups.pending().exists() or not needs_follow_up(placement):
        return []
    today = timezone.localdate()
    return [
        open_follow_up(
            placement=placement,
            kind=FollowUpKind.AGAIN,
            due_on=today + timedelta(days=days),
            by=by,
        )
        for days in days_by_kind()[FollowUpKind.AGAIN]
    ]


def schedule_calls_to_new_numbers(*, veterans: Iterable[Veteran], by: User | None) -> list[FollowUp]:
    """Open a follow-up today for each placement of these people whose last call did not reach the old number
    and that has none pending. Call it in the transaction that changed the numbers.
    """
    today, follow_ups = timezone.localdate(), []
    open_ids = [veteran.pk for veteran in veterans if veteran.closed_on is None]
    placements = Placement.objects.select_for_update(of=("self",)).with_details()
    for placement in placements.filter(veteran__in=open_ids).order_by("pk"):
        if placement.follow_ups.pending().exists() or not needs_follow_up(placement):
            continue
        attempts = FollowUpAttempt.objects.not_reversed().filter(follow_up__placement=placement)
        last_outcome = attempts.order_by("-at", "-pk").values_list("outcome", flat=True).first()
        if last_outcome in _UNREACHED:
            follow_ups.append(
                open_follow_up(placement=placement, kind=FollowUpKind.AGAIN, due_on=today, by=by)
            )
    return follow_ups
