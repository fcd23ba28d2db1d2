"""Who may do what for or to an employer."""

from portal.accounts.models import REVIEW_ROLES, User
from portal.employers.models import Employer


def acts_for(user: User, employer: Employer) -> bool:
    return employer.memberships.filter(user=user).exists()


def can_review(user: User, employer: Employer) -> bool:
    return any(employer.station.path.startswith(path) for path in user.station_paths(REVIEW_ROLES))
