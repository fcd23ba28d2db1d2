"""Permissions on positions."""

from portal.accounts.models import User
from portal.employers import permissions as employers
from portal.employers.models import Employer
from portal.positions.models import Position


def can_edit(user: User, position: Position) -> bool:
    """Members of the position's employer may edit it."""
    return employers.acts_for(user, position.employer)


def can_write_for(user: User, employer: Employer) -> bool:
    """Members may import positions for their employer, its reviewers on its behalf."""
    return employers.acts_for(user, employer) or employers.can_review(user, employer)


def can_review(user: User, position: Position) -> bool:
    """Reviewers of the employer's station may review its positions."""
    return employers.can_review(user, position.employer)
