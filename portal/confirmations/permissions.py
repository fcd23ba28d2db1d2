"""Who may ask, and whom an employer may be asked about by name."""

from collections.abc import Iterable

from portal.accounts.models import User
from portal.confirmations.enums import Question
from portal.employers.models import Employer, HiddenRecord
from portal.placements.contacts import shared_with
from portal.placements.models import Placement
from portal.placements.permissions import acts_for_employer, can_follow, is_own
from portal.placements.workflow import IN_POST_STATES, LIVE_STATES, OPEN_STATES

__all__ = ["can_ask", "is_own", "may_answer_for_employer", "named", "question_of", "states_of"]


def states_of(question: Question) -> frozenset[str]:
    """States of a placement in which it is asked."""
    return IN_POST_STATES if question == Question.IN_POST else OPEN_STATES


def question_of(placement: Placement) -> Question | None:
    """What is asked about a placement now; None once it has ended."""
    if placement.state not in LIVE_STATES:
        return None
    return Question.IN_POST if placement.state in IN_POST_STATES else Question.PROGRESS


def can_ask(user: User, placement: Placement) -> bool:
    """May send a link: whoever may record what is answered."""
    return can_follow(user, placement)


def named(placements: Iterable[Placement]) -> list[Placement]:
    """Those whose person the employer may know by name: agreed to this intention or to be called, and does
    not hide from it. Three queries; expects `with_details`.
    """
    rows = list(placements)
    shared = shared_with(rows)
    hiding = HiddenRecord.objects.in_force().filter(
        veteran__in={row.veteran_id for row in rows}, employer__in={row.position.employer_id for row in rows}
    )
    hidden = set(hiding.order_by().values_list("veteran", "employer"))
    return [
        row
        for row in rows
        if (row.veteran_confirmed_at is not None or row.pk in shared)
        and (row.veteran_id, row.position.employer_id) not in hidden
    ]


def may_answer_for_employer(user: User, placement: Placement) -> bool:
    """A member, about somebody the employer may know by name."""
    return acts_for_employer(user, placement) and bool(named([placement]))


def is_reachable(employer: Employer) -> bool:
    """A link can be proved by its contact's phone."""
    return employer.is_verified and bool(employer.contact_phone)
