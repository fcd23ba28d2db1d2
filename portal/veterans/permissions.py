"""Permissions on a veteran's record."""

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.veterans.models import Veteran


def can_view(user: User, veteran: Veteran) -> bool:
    return Veteran.objects.visible_to(user).filter(pk=veteran.pk).exists()


def serves(user: User, veteran: Veteran) -> bool:
    """Return whether the user is staff of the record's station or of one above it."""
    return user.has_permission_at(Permission.OPEN_RECORDS, veteran.station)


def can_edit(user: User, veteran: Veteran) -> bool:
    return veteran.account_id == user.pk or serves(user, veteran)


def can_open_records(user: User) -> bool:
    """Return whether the user may open a record for a person without an account."""
    return user.has_station_permission(Permission.OPEN_RECORDS)


def can_export(user: User) -> bool:
    """Return whether the user may export records of the own stations; clerks may not."""
    return user.has_station_permission(Permission.EXPORT_DATA)
