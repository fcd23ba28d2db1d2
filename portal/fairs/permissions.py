"""Permission checks of the fair desk."""

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.fairs.models import Registration, fairs_operated_by
from portal.veterans import permissions as veterans
from portal.veterans.models import Veteran


def can_operate(user: User, fair: JobFairPage) -> bool:
    """Return whether the user may use the desk of the fair: door, booths, intentions."""
    return fairs_operated_by(user).filter(pk=fair.pk).exists()


def can_manage(user: User, fair: JobFairPage) -> bool:
    """Return whether the user may confirm booths and read the report: staff of the organiser or above."""
    return user.has_permission_at(Permission.RUN_FAIRS, fair.organiser)


def can_register(user: User, veteran: Veteran) -> bool:
    """Return whether the user is the person, or staff that may act on the person's behalf."""
    return veterans.can_edit(user, veteran)


def can_cancel(user: User, registration: Registration) -> bool:
    return veterans.can_edit(user, registration.veteran)
