"""Who may do what to visits."""

from portal.accounts.models import FILE_ROLES, User
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


def can_open_files_at(user: User, station: Station) -> bool:
    """May open a file for somebody at this station: staff of it or of one above."""
    return any(station.path.startswith(path) for path in user.station_paths(FILE_ROLES))
