"""A round of calls: several vain tries noted at once, and a step that was tapped by mistake taken back."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.placements import actions, duties
from portal.placements.enums import AttemptOutcome
from portal.placements.models import FollowUp, Placement

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


@transaction.atomic
def assign_many(*, follow_ups: Iterable[FollowUp], clerk: User | None, by: User) -> int:
    """Put a name to many waiting calls (None: whoever is there); how many. All of them or none.

    Raises:
        PermissionDenied, ValidationError: as `duties.assign`, for any of them.
    """
    return len([duties.assign(follow_up=follow_up, clerk=clerk, by=by) for follow_up in follow_ups])
