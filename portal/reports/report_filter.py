"""Filters that choose the rows of a figure, the same for a number and for the list behind it."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from portal.core.text_folding import fold_code, fold_name
from portal.reports.report_scope import ReportScope
from portal.stations.models import path_range

# Characters of a region's code that name its county, and of an occupation's code that name its group.
COUNTY_CODE_LENGTH, OCCUPATION_GROUP_LENGTH = 6, 4
NO_FAIR = 0
NO_DISTRICT = "none"  # people whose record has no place of residence


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Filters of a report, combined with AND; an empty value means no such filter.

    since, until: first and last day. fair: primary key of a fair, `NO_FAIR` for intentions outside fairs.
    employer: a credit code, or part of a name. occupation, district: prefix of the code; the district is that
    of the place of work. station, station_path: primary key and tree path; the subtree is included. at_fairs:
    rows of the fairs of the reader's stations, wherever the person lives; otherwise people of the reader's
    stations, wherever the intention began. days: point of a retention curve, in days since the first day.
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

    def replace(self, **changes: Any) -> "ReportFilter":
        """Return a copy with these fields changed."""
        return dataclasses.replace(self, **changes)

    @property
    def query(self) -> dict[str, str]:
        """Parameters of a query string; filters that are not set are left out."""
        params = {
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
        return {name: value for name, value in params.items() if value}

    def within(self, field: str) -> Q:
        """Return the condition that the datetime in `field` lies in the period."""
        condition = Q()
        if self.since:
            condition &= Q(**{f"{field}__gte": start_of_day(self.since)})
        if self.until:
            condition &= Q(**{f"{field}__lt": start_of_day(self.until + timedelta(days=1))})
        return condition

    def on_days(self, field: str) -> Q:
        """Return the condition that the date in `field` lies in the period."""
        condition = Q()
        if self.since:
            condition &= Q(**{f"{field}__gte": self.since})
        if self.until:
            condition &= Q(**{f"{field}__lte": self.until})
        return condition

    def below(self, field: str) -> Q:
        """Return the condition that the station in `field` lies in the subtree of the chosen station."""
        return path_range(f"{field}__path", self.station_path) if self.station is not None else Q()


def start_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def filters_by_year(years: Iterable[int], base: ReportFilter) -> list[tuple[str, ReportFilter]]:
    """Return ('2026年', filters of that year) for each year, then ('合计', filters of all years)."""
    by_year = [
        (f"{year}年", base.replace(since=date(year, 1, 1), until=date(year, 12, 31))) for year in years
    ]
    return [*by_year, ("合计", base.replace(since=by_year[0][1].since, until=by_year[-1][1].until))]


def month_bounds(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month of `day`."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


# --- conditions on the rows of each table ----------------------------------------------------------------
def placement_condition(scope: ReportScope, filters: ReportFilter, prefix: str = "") -> Q:
    """Return the condition on placements, or on rows that refer to one by `prefix` ('placement__')."""
    station_field = "fair__organiser" if filters.at_fairs else "veteran__station"
    condition = scope.covers(prefix + station_field) & filters.below(f"{prefix}veteran__station")
    if filters.fair == NO_FAIR:
        condition &= Q(**{f"{prefix}fair__isnull": True})
    elif filters.fair is not None:
        condition &= Q(**{f"{prefix}fair": filters.fair})
    if filters.employer:
        condition &= _employer_condition(f"{prefix}position__employer", filters.employer)
    if filters.occupation:
        condition &= Q(**{f"{prefix}position__occupation__code__startswith": filters.occupation})
    if filters.district:
        condition &= path_range(f"{prefix}position__region_id", filters.district)
    return condition


def _employer_condition(field: str, text: str) -> Q:
    return Q(**{f"{field}__uscc": fold_code(text)}) | Q(**{f"{field}__name_key__contains": fold_name(text)})


def fair_condition(scope: ReportScope, filters: ReportFilter, prefix: str = "") -> Q:
    """Return the condition on published fairs of the reader's stations.

    `prefix`: for rows that refer to a fair ('fair__'). A fair that has not begun counts only where the filter
    names it.
    """
    condition = Q(**{f"{prefix}live": True}) & scope.covers(f"{prefix}organiser")
    condition &= filters.within(f"{prefix}starts_at") & filters.below(f"{prefix}organiser")
    if filters.fair is not None:
        return condition & Q(**{f"{prefix}pk": filters.fair})
    return condition & Q(**{f"{prefix}starts_at__lte": timezone.now()})
