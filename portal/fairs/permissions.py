"""Permission checks of the fair desk.

This module imports no model of this package, because the models' `visible_to` use it.
"""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.stations.models import in_subtrees
from portal.veterans import permissions as veterans
from portal.veterans.models import Veteran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def fairs_operated_by(user: "User | AnonymousUser") -> QuerySet[JobFairPage]:
    """Return the fairs whose desk `user` may use.

    These are the fairs organised in the subtrees of the user's stations, and those of current door shifts.
    """
    fairs = JobFairPage.objects.live()
    if not isinstance(user, User) or not user.is_active:
        return fairs.none()
    return fairs.filter(
        in_subtrees("organiser", user.station_paths(Permission.RUN_FAIRS))
        | Q(pk__in=user.door_shifts.current().values("fair"))
    )


def can_operate(user: User, fair: JobFairPage) -> bool:
    """Return whether the user may use the desk of the fair: door, booths, intentions."""
    return fairs_operated_by(user).filter(pk=fair.pk).exists()


def can_manage(user: User, fair: JobFairPage) -> bool:
    """Return whether the user may confirm booths and read the report: staff of the organiser or above."""
    return user.has_permission_at(Permission.RUN_FAIRS, fair.organiser)


def can_register(user: User, veteran: Veteran) -> bool:
    """Return whether the user may register the person and cancel: the person, or staff on their behalf."""
    return veterans.can_edit(user, veteran)
