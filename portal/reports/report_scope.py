"""Stations whose rows a report counts, and the permission to export them."""

from dataclasses import dataclass

from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.stations.models import in_subtrees


@dataclass(frozen=True, slots=True)
class ReportScope:
    """Stations of a report's reader, as tree paths.

    paths: stations whose subtrees the figures cover. named_paths: stations in whose subtrees people may be
    named; a reviewer or an auditor counts people without learning who they are.
    """

    paths: tuple[str, ...]
    named_paths: tuple[str, ...]

    def covers(self, field: str) -> Q:
        """Return the condition that the station in `field` lies in the subtrees."""
        return in_subtrees(field, self.paths)

    def can_name_people_at(self, path: str) -> bool:
        """Return whether people of the station with this path may be named."""
        return any(path.startswith(named_path) for named_path in self.named_paths)


def report_scope_of(user: User, permission: Permission = Permission.READ_REPORTS) -> ReportScope:
    """Return the scope of the stations where `user` has the permission."""
    return ReportScope(
        tuple(user.station_paths(permission)), tuple(user.station_paths(Permission.OPEN_RECORDS))
    )


def can_export_reports(user: User) -> bool:
    """Return whether the user may export figures: the permission that exports of records need too."""
    return user.has_station_permission(Permission.EXPORT_DATA)
