"""Who may do what to a position."""

from portal.accounts.models import User
from portal.employers import permissions as employers
from portal.positions.models import Position


def can_edit(user: User, position: Position) -> bool:
    return employers.acts_for(user, position.employer)


def can_review(user: User, position: Position) -> bool:
    return employers.can_review(user, position.employer)
