"""Calls beside the rules for a step: somebody with whom nothing is new, or who has another number now, is not
left without a call.
"""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.placements.enums import AttemptOutcome, FollowUpKind
from portal.placements.follow_ups import has_more_to_ask, open_duty
from portal.placements.models import FollowUp, FollowUpAttempt, Placement
from portal.placements.rules import days_by_kind
from portal.veterans.models import Veteran

_IN_VAIN = frozenset({AttemptOutcome.NOT_REACHED, AttemptOutcome.WRONG_NUMBER})


def call_again(placement: Placement, *, by: User) -> list[FollowUp]:
    """The calls after one that found nothing new: none while another waits, or where there is no more to ask.
    Call it in the transaction that noted the call.
    """
    if placement.follow_ups.pending().exists() or not has_more_to_ask(placement):
        return []
    today = timezone.localdate()
    return [
        open_duty(
            placement=placement,
            kind=FollowUpKind.AGAIN,
            due_on=today + timedelta(days=n),
            by=by,
        )
        for n in days_by_kind()[FollowUpKind.AGAIN]
    ]


def call_new_number(*, veteran: Veteran, by: User | None) -> list[FollowUp]:
    """A call today for each placement whose last one did not reach the old number, and that has none waiting.
    Call it in the transaction that changed the number.
    """
    if veteran.closed_on is not None:
        return []
    today, made = timezone.localdate(), []
    for placement in Placement.objects.select_for_update(of=("self",)).with_details().filter(veteran=veteran):
        if placement.follow_ups.pending().exists() or not has_more_to_ask(placement):
            continue
        tries = FollowUpAttempt.objects.standing().filter(follow_up__placement=placement)
        last = tries.order_by("-at", "-pk").values_list("outcome", flat=True).first()
        if last in _IN_VAIN:
            made.append(open_duty(placement=placement, kind=FollowUpKind.AGAIN, due_on=today, by=by))
    return made
