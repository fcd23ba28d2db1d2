"""Who may do what to a veteran's file."""

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.veterans.models import Veteran

# Taking files out of the portal is a right of its own: clerks work with them inside.


def can_view(user: User, veteran: Veteran) -> bool:
    return Veteran.objects.visible_to(user).filter(pk=veteran.pk).exists()


def serves(user: User, veteran: Veteran) -> bool:
    """The user is staff of a station at or above the file's."""
    return user.has_permission_at(Permission.OPEN_RECORDS, veteran.station)


def can_edit(user: User, veteran: Veteran) -> bool:
    return veteran.account_id == user.pk or serves(user, veteran)


def can_open_files(user: User) -> bool:
    """May open a file for somebody who has no account."""
    return user.has_station_permission(Permission.OPEN_RECORDS)


def can_export(user: User) -> bool:
    """May take files of the own stations out as a sheet."""
    return user.has_station_permission(Permission.EXPORT_DATA)
