"""Permissions on visits."""

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.veterans.permissions import serves
from portal.visits.models import Visit


def can_record(user: User, veteran: Veteran) -> bool:
    """Return whether the user is staff of the record's station or of one above it."""
    return serves(user, veteran)


def can_correct(user: User, visit: Visit) -> bool:
    """Return whether the user may correct this visit; of a corrected visit only the correction can be."""
    return serves(user, visit.veteran) and not visit.withdrawn and not visit.is_corrected


def can_open_records_at(user: User, station: Station) -> bool:
    """Return whether the user may open records at this station: staff of it or of one above."""
    return user.has_permission_at(Permission.OPEN_RECORDS, station)
