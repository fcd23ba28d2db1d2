"""Filters that choose the rows of a figure, the same for a number and for the list behind it."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from portal.reports.report_scope import ReportScope
from portal.stations.models import path_range

COUNTY_CODE_LENGTH, OCCUPATION_GROUP_LENGTH = (
    6,
    4,
)  # so many characters of a region's and of an occupation's code
NO_FAIR = 0
NO_DISTRICT = "none"  # who lives nowhere that the file says


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Filters, all of which hold together; empty means no such filter.

    since, until: first and last day. fair: a fair's number, `NO_FAIR` for what began at none. employer: a
    credit code, or part of a name. occupation, district: what the code begins with; the district is that of
    the place of work. station: a station's number and path, everything below it. at_fairs: what began at the
    fairs of the reader's stations, whoever the person; otherwise the people of the reader's stations,
    wherever it began. days: of a retention curve.
    """

    since: date | None = None
    until: date | None = None
    fair: int | None = None
    employer: str = ""
    occupation: str = ""
    district: str = ""
    station: int | None = None
    station_path: str = ""
    at_fairs: bool = False
    days: int | None = None

    def replace(self, **changes: object) -> "ReportFilter":
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    @property
    def query(self) -> dict[str, str]:
        """As parts of an address; what is not set is left out."""
        parts = {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "fair": "" if self.fair is None else str(self.fair),
            "employer": self.employer,
            "occupation": self.occupation,
            "district": self.district,
            "station": "" if self.station is None else str(self.station),
            "at_fairs": "1" if self.at_fairs else "",
            "days": "" if self.days is None else str(self.days),
        }
        return {name: value for name, value in parts.items() if value}

    def within(self, field: str) -> Q:
        """Condition that the moment in `field` lies in the period."""
        found = Q()
        if self.since:
            found &= Q(**{f"{field}__gte": start_of_day(self.since)})
        if self.until:
            found &= Q(**{f"{field}__lt": start_of_day(self.until + timedelta(days=1))})
        return found

    def on_days(self, field: str) -> Q:
        """Condition that the day in `field` lies in the period."""
        found = Q()
        if self.since:
            found &= Q(**{f"{field}__gte": self.since})
        if self.until:
            found &= Q(**{f"{field}__lte": self.until})
        return found

    def below(self, field: str) -> Q:
        """Condition that the station reached by `field` lies below the chosen one."""
        return path_range(f"{field}__path", self.station_path) if self.station is not None else Q()


def start_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def filters_by_year(years: Iterable[int], slice_: ReportFilter) -> list[tuple[str, ReportFilter]]:
    """('2026年', that year's part) for each year, then ('合计', all of them together)."""
    each = [(f"{year}年", slice_.replace(since=date(year, 1, 1), until=date(year, 12, 31))) for year in years]
    return [*each, ("合计", slice_.replace(since=each[0][1].since, until=each[-1][1].until))]


def month_bounds(day: date) -> tuple[date, date]:
    """First and last day of the day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


# --- conditions on the rows of each table ----------------------------------------------------------------
def placement_condition(scope: ReportScope, filters: ReportFilter, way: str = "") -> Q:
    """Condition on placements, or on what leads to one by `way` ('placement__')."""
    whose = "fair__organiser" if filters.at_fairs else "veteran__station"
    found = scope.covers(way + whose) & filters.below(f"{way}veteran__station")
    if filters.fair is not None:
        found &= (
            Q(**{f"{way}fair": filters.fair})
            if filters.fair != NO_FAIR
            else Q(**{f"{way}fair__isnull": True})
        )
    if filters.employer:
        found &= _employer(f"{way}position__employer", filters.employer)
    if filters.occupation:
        found &= Q(**{f"{way}position__occupation__code__startswith": filters.occupation})
    if filters.district:
        found &= path_range(f"{way}position__region_id", filters.district)
    return found


def _employer(way: str, text: str) -> Q:
    return Q(**{f"{way}__uscc": text}) | Q(**{f"{way}__name__contains": text})


def fair_condition(scope: ReportScope, filters: ReportFilter, way: str = "") -> Q:
    """Condition on published fairs organised in the reader's stations, or on what leads to one by `way`
    ('fair__'). A fair that has not begun is counted only where it is asked for by its number.
    """
    found = Q(**{f"{way}live": True}) & scope.covers(f"{way}organiser")
    found &= filters.within(f"{way}starts_at") & filters.below(f"{way}organiser")
    if filters.fair is not None:
        return found & Q(**{f"{way}pk": filters.fair})
    return found & Q(**{f"{way}starts_at__lte": timezone.now()})
