"""Who reads reports, and whose rows they count."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from portal.accounts.enums import StationRole
from portal.accounts.models import FILE_ROLES, User
from portal.fairs.models import DESK_ROLES
from portal.stations.models import in_subtrees
from portal.veterans.permissions import EXPORT_ROLES

# Whoever runs fairs or follows people up reads the figures of the own stations; auditors check them.
REPORT_ROLES = DESK_ROLES | {StationRole.AUDITOR}


@dataclass(frozen=True, slots=True)
class ReportScope:
    """Tree paths of the stations whose subtrees the figures cover, and of those whose people may be named:
    a reviewer or an auditor counts people without learning who they are.
    """

    paths: tuple[str, ...]
    named: tuple[str, ...]

    def covers(self, field: str) -> Q:
        """Condition that the station reached by `field` lies in the subtrees."""
        return in_subtrees(field, self.paths)

    def names(self, path: str) -> bool:
        """May people of the station with this path be named?"""
        return any(path.startswith(own) for own in self.named)


def report_scope_of(user: User, roles: Iterable[StationRole] = REPORT_ROLES) -> ReportScope:
    return ReportScope(tuple(user.station_paths(roles)), tuple(user.station_paths(FILE_ROLES)))


def can_read_reports(user: User) -> bool:
    return bool(user.station_paths(REPORT_ROLES))


def can_export_reports(user: User) -> bool:
    """Taking figures out is a right of its own, as with files."""
    return bool(user.station_paths(EXPORT_ROLES))
