"""Permission to change the ranking of the whole city."""

from portal.accounts.models import User
from portal.accounts.roles import Permission


def can_change_ranking(user: User) -> bool:
    """Return whether the user is an operator of the whole city; the ranking is one for all stations."""
    return user.has_station_permission(Permission.CHANGE_RANKING)
