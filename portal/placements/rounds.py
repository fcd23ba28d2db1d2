"""A round of calls: several vain tries noted at once, and what was tapped by mistake taken back."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.placements import actions, duties
from portal.placements.absences import repace
from portal.placements.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.placements.follow_ups import wait_again
from portal.placements.models import AttemptReversal, FollowUp, FollowUpAttempt, Placement
from portal.placements.steps import locked

MISTAKEN = "登记回访时点错，当天撤销"


@transaction.atomic
def record_in_vain(*, follow_ups: Iterable[FollowUp], by: User) -> list[FollowUp]:
    """Note one vain try for each; those noted. What somebody has finished meanwhile is left as it is.

    Raises:
        PermissionDenied: one of them is not the user's stations'; none is noted then.
    """
    noted = []
    for follow_up in follow_ups:
        try:
            noted.append(actions.record_call(follow_up=follow_up, by=by, outcome=AttemptOutcome.NOT_REACHED))
        except ValidationError:
            continue
    return noted


@transaction.atomic
def take_back(*, placement: Placement, by: User) -> Placement:
    """Correct the last step to the state before it; both stay in the log.

    Raises:
        PermissionDenied: not staff of the person's station or above.
        ValidationError: the last step is another's, of another day, or a correction itself.
    """
    last = placement.transitions.order_by("-sequence").first()
    if (
        last is None
        or last.step in {"declare", "correct"}
        or last.by_id != by.pk
        or timezone.localdate(last.at) != timezone.localdate()
    ):
        raise ValidationError("只能撤销自己今天刚记录的进展，其他的请打开意向更正。")
    return actions.correct(placement=placement, to_state=last.from_state, by=by, reason=MISTAKEN)


def mistakable(follow_up: FollowUp, user: User) -> FollowUpAttempt | None:
    """The call's last try, where the user may still take it back: it is of today and the user's own, told of
    no step, and nothing has come of it since.
    """
    last = follow_up.attempts.standing().order_by("-at", "-pk").first()
    if (
        last is None
        or follow_up.state == FollowUpState.CANCELLED
        or last.by_id != user.pk
        or timezone.localdate(last.at) != timezone.localdate()
        or follow_up.placement.veteran.closed_on is not None
        or follow_up.placement.transitions.filter(at__gte=last.at).exists()
    ):
        return None
    return last


@transaction.atomic
def take_back_try(*, follow_up: FollowUp, by: User) -> FollowUp:
    """Have the last try be a mistake; both rows stay. The call waits again, where that try had ended it, and
    those that were made since to call again go.

    Raises:
        PermissionDenied: the follow-up is not one of the user's stations'.
        ValidationError: see `mistakable`.
    """
    if not FollowUp.objects.visible_to(by).filter(pk=follow_up.pk).exists():
        raise PermissionDenied("not a follow-up of this user's stations")
    placement = locked(follow_up.placement)
    follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    follow_up.placement = placement
    last = mistakable(follow_up, by)
    if last is None:
        raise ValidationError("只能撤销自己今天最后一次记录的联系。")
    AttemptReversal.objects.create(attempt=last, by=by)
    follow_up.tries -= 1
    if follow_up.state == FollowUpState.DONE:
        wait_again(follow_up)
    follow_up.save()
    repace(veterans=[placement.veteran_id], by=by)
    again = placement.follow_ups.pending().filter(kind=FollowUpKind.AGAIN, created_at__gte=last.at)
    again.update(state=FollowUpState.CANCELLED, updated_at=timezone.now())
    audit.record(by=by, verb="placements.follow_up_taken_back", target=follow_up, outcome=last.outcome)
    return follow_up


@transaction.atomic
def assign_many(*, follow_ups: Iterable[FollowUp], clerk: User | None, by: User) -> int:
    """Put a name to many waiting calls (None: whoever is there); how many. All of them or none.

    Raises:
        PermissionDenied, ValidationError: as `duties.assign`, for any of them.
    """
    return len([duties.assign(follow_up=follow_up, clerk=clerk, by=by) for follow_up in follow_ups])
