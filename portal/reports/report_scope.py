"""Who reads reports, and whose rows they count."""

from dataclasses import dataclass

from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.stations.models import in_subtrees

# Whoever runs fairs or follows people up reads the figures of the own stations; auditors check them.


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


def report_scope_of(user: User, permission: Permission = Permission.READ_REPORTS) -> ReportScope:
    return ReportScope(
        tuple(user.station_paths(permission)), tuple(user.station_paths(Permission.OPEN_RECORDS))
    )


def can_read_reports(user: User) -> bool:
    return user.has_station_permission(Permission.READ_REPORTS)


def can_export_reports(user: User) -> bool:
    """Taking figures out is a right of its own, as with files."""
    return user.has_station_permission(Permission.EXPORT_DATA)
