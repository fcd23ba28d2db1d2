"""Who decides how the city's list is ranked."""

from portal.accounts.enums import StationRole
from portal.accounts.models import User


def can_change_ranking(user: User) -> bool:
    """Operators of the whole city: a list is the same for all stations."""
    return any(
        post.role == StationRole.OPERATOR and post.station.is_root() for post in user.current_appointments
    )
