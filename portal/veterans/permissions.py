"""Who may do what to a veteran's file."""

from portal.accounts.enums import StationRole
from portal.accounts.models import FILE_ROLES, User
from portal.veterans.models import Veteran

# Taking files out of the portal is a right of its own: clerks work with them inside.
EXPORT_ROLES = frozenset({StationRole.HEAD, StationRole.OPERATOR})


def can_view(user: User, veteran: Veteran) -> bool:
    return Veteran.objects.visible_to(user).filter(pk=veteran.pk).exists()


def serves(user: User, veteran: Veteran) -> bool:
    """The user is staff of a station at or above the file's."""
    return any(veteran.station.path.startswith(path) for path in user.station_paths(FILE_ROLES))


def can_edit(user: User, veteran: Veteran) -> bool:
    return veteran.account_id == user.pk or serves(user, veteran)


def can_open_files(user: User) -> bool:
    """May open a file for somebody who has no account."""
    return bool(user.station_paths(FILE_ROLES))


def can_export(user: User) -> bool:
    """May take files of the own stations out as a sheet."""
    return bool(user.station_paths(EXPORT_ROLES))
