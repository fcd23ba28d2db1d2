"""Permissions on an employer.

| | owner 管理员 | recruiter 招聘专员 | reviewer of its station |
| --- | --- | --- | --- |
| positions, fairs, intentions, matched people | yes | yes | no |
| documents: add, view | yes | yes | view, judge |
| profile, renewal | yes | no | accepts changes of verified facts |
| members | yes | may leave | invites an owner where none can be reached |
"""

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.employers.enums import EmployerRole
from portal.employers.models import Employer, EmployerMembership, HiddenRecord
from portal.veterans.models import Veteran
from portal.veterans.permissions import can_edit


def acts_for(user: User, employer: Employer) -> bool:
    return employer.memberships.filter(user=user).exists()


def owns(user: User, employer: Employer) -> bool:
    """Return whether the user may change the profile and the members of the employer."""
    return employer.memberships.filter(user=user, role=EmployerRole.OWNER).exists()


def can_review(user: User, employer: Employer) -> bool:
    return user.has_permission_at(Permission.REVIEW_EMPLOYERS, employer.station)


def can_invite(user: User, employer: Employer, role: EmployerRole | str) -> bool:
    """Return whether the user may invite: an owner, or a reviewer who invites a new owner."""
    return owns(user, employer) or (role == EmployerRole.OWNER and can_review(user, employer))


def can_remove(user: User, membership: EmployerMembership) -> bool:
    """Return whether the user may end a membership: an owner, or the member."""
    return membership.user_id == user.pk or owns(user, membership.employer)


def can_hide(user: User, veteran: Veteran) -> bool:
    """Return whether the user may hide the record: the person, or staff on the person's behalf."""
    return can_edit(user, veteran)


def is_hidden_from(veteran: Veteran, employer: Employer) -> bool:
    return HiddenRecord.objects.for_employer(employer).filter(veteran=veteran).exists()
