"""Who may change the network's stations, and who gives whom a post."""

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission, StationRole
from portal.stations.models import Station


def serves_at_or_above(user: User, station: Station) -> bool:
    """The user has a post, of any role, at this station or above it."""
    return any(station.path.startswith(post.station.path) for post in user.current_appointments)


def can_change_network(user: User) -> bool:
    """May open, rename, merge, split and close stations: operators of the whole city."""
    return user.has_station_permission(Permission.CHANGE_NETWORK)


def can_change_contact(user: User, station: Station) -> bool:
    """May change address, phone and opening hours: also the head of this station or of one above it."""
    return user.has_permission_at(Permission.CHANGE_STATION_CONTACT, station)


def can_appoint(user: User, station: Station, role: StationRole | str) -> bool:
    """May give and end posts of this role at this station; never above or beside the own station."""
    if user.has_permission_at(Permission.APPOINT_STAFF, station):
        return True
    return role == StationRole.CLERK and user.has_permission_at(Permission.APPOINT_CLERKS, station)


def roles_to_give(user: User, station: Station) -> list[StationRole]:
    return [role for role in StationRole if can_appoint(user, station, role)]


def can_end(user: User, post: Appointment) -> bool:
    return can_appoint(user, post.station, post.role)
