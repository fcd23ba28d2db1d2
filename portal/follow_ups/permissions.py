"""Permissions on follow-ups, covers and rules."""

from datetime import date

from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.follow_ups.models import FollowUp
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.veterans.permissions import serves


def can_lead(user: User, station: Station) -> bool:
    """Head or operator of the station or of one above it."""
    return user.has_permission_at(Permission.LEAD_TEAM, station)


def can_assign(user: User, follow_up: FollowUp, clerk: User | None) -> bool:
    """Heads and operators assign to anybody; a clerk takes a follow-up, or gives up an own one.

    Expects the person's station.
    """
    veteran: Veteran = follow_up.placement.veteran
    if can_lead(user, veteran.station):
        return True
    is_own = clerk == user if clerk is not None else follow_up.clerk_id == user.pk
    return is_own and serves(user, veteran)


def station_paths_on(user: User, day: date) -> list[str]:
    """Return the paths of the stations where the user works with records on `day`."""
    appointments = Appointment.objects.current(day).with_permission(Permission.OPEN_RECORDS).filter(user=user)
    return list(appointments.values_list("station__path", flat=True))


def can_arrange_cover(user: User, clerk: User) -> bool:
    """The clerk, or a head or operator of one of the clerk's stations or above."""
    if user == clerk:
        return True
    leading_paths = user.station_paths(Permission.LEAD_TEAM)
    clerk_paths = station_paths_on(clerk, timezone.localdate())
    return any(path.startswith(leading_path) for path in clerk_paths for leading_path in leading_paths)


def can_set_rules(user: User) -> bool:
    """Operators of the city."""
    return user.has_station_permission(Permission.SET_FOLLOW_UP_RULES)
