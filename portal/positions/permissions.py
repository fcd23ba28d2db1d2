"""Who may do what to a position."""

from portal.accounts.models import User
from portal.employers import permissions as employers
from portal.employers.models import Employer
from portal.positions.models import Position


def can_edit(user: User, position: Position) -> bool:
    return employers.acts_for(user, position.employer)


def can_write_for(user: User, employer: Employer) -> bool:
    """Brings posts in by sheet: a member, or a reviewer on the employer's behalf."""
    return employers.acts_for(user, employer) or employers.can_review(user, employer)


def can_review(user: User, position: Position) -> bool:
    return employers.can_review(user, position.employer)
