"""Permissions on visits."""

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.veterans.permissions import serves
from portal.visits.models import Visit


def can_record(user: User, veteran: Veteran) -> bool:
    """Staff of the file's station or above it; not the person: a visit is what staff did."""
    return serves(user, veteran)


def can_correct(user: User, visit: Visit) -> bool:
    """Whoever may record one today; what is corrected already is corrected by its correction."""
    return serves(user, visit.veteran) and not visit.withdrawn and not visit.is_corrected


def can_open_records_at(user: User, station: Station) -> bool:
    """May open a file for somebody at this station: staff of it or of one above."""
    return user.has_permission_at(Permission.OPEN_RECORDS, station)
