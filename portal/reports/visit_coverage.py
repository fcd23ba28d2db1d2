"""How far the stations have come with this year's visits (走访)."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from portal.stations.models import Station, path_range
from portal.veterans.models import Veteran
from portal.visits.models import Visit


@dataclass(frozen=True, slots=True)
class StationCoverage:
    """One station with everything below it: files, people seen this year, and visits of this year."""

    station: Station
    files: int
    seen: int
    visits: int

    @property
    def share(self) -> float:
        return self.seen / self.files if self.files else 0.0


def visit_coverage(station: Station, children: list[Station]) -> list[StationCoverage]:
    """The station with everything below it, then its own people alone, then each child, in three queries.

    Files count where they are kept today, visits where they took place.
    """
    length = len(station.path) + Station.steplen
    files = dict(
        _by_child(Veteran.objects.filter(path_range("station__path", station.path)), length)
        .annotate(n=Count("pk"))
        .values_list("child", "n")
    )
    year = Q(held_on__gte=timezone.localdate().replace(month=1, day=1))
    held = Visit.objects.current().reached().filter(year, path_range("station__path", station.path))
    visits = {
        child: (people, times)
        for child, people, times in _by_child(held, length)
        .annotate(people=Count("veteran", distinct=True), times=Count("pk"))
        .values_list("child", "people", "times")
    }
    rows = [
        StationCoverage(child, files.get(child.path, 0), *visits.get(child.path, (0, 0)))
        for child in children
    ]
    people = held.aggregate(people=Count("veteran", distinct=True))["people"]
    total = StationCoverage(station, sum(files.values()), people, sum(times for _, times in visits.values()))
    own = StationCoverage(station, files.get(station.path, 0), *visits.get(station.path, (0, 0)))
    return [total, own, *rows]


def _by_child(rows: QuerySet, length: int) -> QuerySet:
    """Rows grouped by the first `length` characters of their station's path; the station's own are its own
    group.
    """
    return rows.order_by().annotate(child=Substr("station__path", 1, length)).values("child")
