"""Coverage of this year's visits (走访): people who were visited, by station."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from portal.stations.models import Station, path_range
from portal.veterans.models import Veteran
from portal.visits.models import Visit


@dataclass(frozen=True, slots=True)
class StationCoverage:
    """A station with its records, and this year's visits and the distinct people they reached."""

    station: Station
    records: int
    people: int
    visits: int

    @property
    def share(self) -> float:
        return self.people / self.records if self.records else 0.0


def visit_coverage(station: Station, children: list[Station]) -> list[StationCoverage]:
    """Count the station's subtree, then the station's own people, then each child. Three queries.

    Records count at their present station, visits at the station where they took place.
    """
    length = len(station.path) + Station.steplen
    records = dict(
        _by_child(Veteran.objects.filter(path_range("station__path", station.path)), length)
        .annotate(n=Count("pk"))
        .values_list("child", "n")
    )
    this_year = Q(held_on__gte=timezone.localdate().replace(month=1, day=1))
    below = path_range("station__path", station.path)
    visits = Visit.objects.current().with_contact().filter(this_year, below)
    visit_counts = {
        child: (people, n)
        for child, people, n in _by_child(visits, length)
        .annotate(people=Count("veteran", distinct=True), n=Count("pk"))
        .values_list("child", "people", "n")
    }

    def own_coverage(at: Station) -> StationCoverage:
        return StationCoverage(at, records.get(at.path, 0), *visit_counts.get(at.path, (0, 0)))

    total = StationCoverage(
        station,
        records=sum(records.values()),
        people=visits.aggregate(people=Count("veteran", distinct=True))["people"],
        visits=sum(n for _, n in visit_counts.values()),
    )
    return [total, own_coverage(station), *map(own_coverage, children)]


def _by_child(rows: "QuerySet[Any]", length: int) -> "QuerySet[Any]":
    """Group rows by the first `length` characters of their station's path."""
    return rows.order_by().annotate(child=Substr("station__path", 1, length)).values("child")
