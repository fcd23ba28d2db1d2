"""Permissions on API tokens."""

from portal.accounts.models import User
from portal.accounts.permissions import can_change_network
from portal.api_tokens.models import ApiToken
from portal.employers import permissions as employers
from portal.employers.enums import EmployerRole
from portal.employers.models import Employer


def can_issue(user: User, employer: Employer | None) -> bool:
    """Owners may issue tokens of their employer, city operators tokens for public data."""
    if employer is None:
        return can_change_network(user)
    return employer.memberships.filter(user=user, role=EmployerRole.OWNER).exists()


def can_revoke(user: User, token: ApiToken) -> bool:
    """Issuers of such a token may revoke it, and reviewers of its employer."""
    if can_issue(user, token.employer):
        return True
    return token.employer is not None and employers.can_review(user, token.employer)
