"""Permission to change the ranking of the whole city."""

from portal.accounts.enums import StationRole
from portal.accounts.models import User


def can_change_ranking(user: User) -> bool:
    """Return whether the user is an operator of the whole city; the ranking is one for all stations."""
    return any(
        appointment.role == StationRole.OPERATOR and appointment.station.is_root()
        for appointment in user.current_appointments
    )
