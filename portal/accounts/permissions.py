"""Permissions to change the station network and to appoint staff."""

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission, StationRole
from portal.stations.models import Station


def serves_at_or_above(user: User, station: Station) -> bool:
    """Return whether the user has an appointment of any role at this station or above it."""
    return any(station.path.startswith(row.station.path) for row in user.current_appointments)


def can_change_network(user: User) -> bool:
    """Return whether the user may open, rename, merge, split and close stations."""
    return user.has_station_permission(Permission.CHANGE_NETWORK)


def can_change_contact(user: User, station: Station) -> bool:
    """Return whether the user may change the station's address, phone and opening hours."""
    return user.has_permission_at(Permission.CHANGE_STATION_CONTACT, station)


def can_appoint(user: User, station: Station, role: StationRole | str) -> bool:
    """Return whether the user may begin and end appointments of this role at this station."""
    if user.has_permission_at(Permission.APPOINT_STAFF, station):
        return True
    return role == StationRole.CLERK and user.has_permission_at(Permission.APPOINT_CLERKS, station)


def can_manage_sign_in(user: User, person: User) -> bool:
    """Return whether the user may permit and reset the second factor of `person`, a member of staff.

    Every station that the person serves must lie in the user's area: a device opens all of them.
    """
    appointments = person.current_appointments
    return (
        user.pk != person.pk
        and not person.is_superuser
        and bool(appointments)
        and all(user.has_permission_at(Permission.APPOINT_STAFF, row.station) for row in appointments)
    )


def may_go_without_app(person: User) -> bool:
    """Return whether text messages or printed codes do as second factor: clerks often have no app."""
    roles = {appointment.role for appointment in person.current_appointments}
    return roles == {StationRole.CLERK} and not person.is_superuser


def roles_to_give(user: User, station: Station) -> list[StationRole]:
    """Return the roles that the user may appoint others to at this station."""
    return [role for role in StationRole if can_appoint(user, station, role)]


def can_end(user: User, appointment: Appointment) -> bool:
    """Return whether the user may end or move this appointment."""
    return can_appoint(user, appointment.station, appointment.role)
