"""Permissions to send links and to answer, and the names that an employer may see."""

from collections.abc import Iterable

from portal.accounts.models import User
from portal.confirmations.enums import Question
from portal.employers.models import Employer, HiddenRecord
from portal.placements.contacts import shared_placement_ids
from portal.placements.models import Placement
from portal.placements.permissions import acts_for_employer, can_follow, is_own
from portal.placements.workflow import EMPLOYED_STATES, LIVE_STATES, OPEN_STATES

__all__ = ["can_answer_for_employer", "can_ask", "is_own", "question_of", "states_of", "with_shareable_name"]


def states_of(question: Question) -> frozenset[str]:
    """Return the states of a placement in which the question is asked."""
    return EMPLOYED_STATES if question == Question.EMPLOYMENT else OPEN_STATES


def question_of(placement: Placement) -> Question | None:
    """Return the question that fits the placement's state; None once it has ended."""
    if placement.state not in LIVE_STATES:
        return None
    return Question.EMPLOYMENT if placement.state in EMPLOYED_STATES else Question.PROGRESS


def can_ask(user: User, placement: Placement) -> bool:
    """Return whether the user may send a link: the same people may record its answers as steps."""
    return can_follow(user, placement)


def with_shareable_name(placements: Iterable[Placement]) -> list[Placement]:
    """Filter to placements whose person the employer may know by name. Three queries.

    The person confirmed the intention or shared the phone, and does not hide from the employer.

    Args:
        placements: loaded `with_details`.
    """
    rows = list(placements)
    shared_ids = shared_placement_ids(rows)
    hidden_records = HiddenRecord.objects.in_force().filter(
        veteran__in={row.veteran_id for row in rows}, employer__in={row.position.employer_id for row in rows}
    )
    hidden_pairs = set(hidden_records.order_by().values_list("veteran", "employer"))
    return [
        row
        for row in rows
        if (row.veteran_confirmed_at is not None or row.pk in shared_ids)
        and (row.veteran_id, row.position.employer_id) not in hidden_pairs
    ]


def can_answer_for_employer(user: User, placement: Placement) -> bool:
    """Return whether the user is a member of the employer and it may know the person by name."""
    return acts_for_employer(user, placement) and bool(with_shareable_name([placement]))


def is_reachable(employer: Employer) -> bool:
    """Return whether a link can be sent to the employer's contact."""
    return employer.is_verified and bool(employer.contact_phone)
