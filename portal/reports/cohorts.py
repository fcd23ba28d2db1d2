"""Counts of intentions by group: by fair, employer, occupation, district, station or month."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

from django.utils import timezone

from portal.core.enums import RegionLevel
from portal.core.models import Occupation, Region
from portal.placements.enums import PlacementState as S
from portal.placements.models import PlacementQuerySet
from portal.reports.figures import FigureValue, intentions
from portal.reports.furthest_stage import STAGE_RANKS, STAGES, with_furthest_stage
from portal.reports.report_filter import (
    COUNTY_CODE_LENGTH,
    NO_FAIR,
    OCCUPATION_GROUP_LENGTH,
    ReportFilter,
    month_bounds,
)
from portal.reports.report_scope import ReportScope
from portal.stations.models import Station


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """Facts of one intention that are counted: the veteran's primary key, the rank of the furthest stage,
    whether both sides confirmed, and the values of the fields that it is grouped by.
    """

    veteran: int
    rank: int
    is_confirmed: bool
    key: tuple[Any, ...]


@dataclass(slots=True)
class CohortCounts:
    """Counts of one group of intentions; `filters` select its rows. counts: placements by stage."""

    label: str
    filters: ReportFilter
    counts: list[int] = field(default_factory=lambda: [0] * len(STAGES))
    _confirmed_count: int = 0
    _people: list[set[int]] = field(default_factory=lambda: [set() for _ in STAGES])
    _confirmed_people: set[int] = field(default_factory=set)

    def add(self, facts: PlacementFacts) -> None:
        for rank in range(facts.rank + 1):
            self.counts[rank] += 1
            self._people[rank].add(facts.veteran)
        if facts.is_confirmed:
            self._confirmed_count += 1
            self._confirmed_people.add(facts.veteran)

    def figure_value(self, figure: str) -> FigureValue:
        """Return the value of 'sheets', 'people', 'reached', 'reached_people', 'stage.X' or 'people.X'."""
        kind, _, state = figure.partition(".")
        rank = STAGES.index(S(state)) if state else 0
        value = {
            "sheets": self.counts[0],
            "new_sheets": self.counts[0],
            "people": len(self._people[rank]),
            "reached": self._confirmed_count,
            "reached_people": len(self._confirmed_people),
            "stage": self.counts[rank],
        }[kind]
        return FigureValue(figure, self.filters, value)

    @property
    def numbers(self) -> list[FigureValue]:
        """Values of the stages, in their order."""
        return [self.figure_value(f"stage.{state}") for state in STAGES]

    @property
    def onboarded_share(self) -> float | None:
        """Share (0..1) of the intentions that led to a job; None without intentions."""
        return self.counts[STAGE_RANKS[S.ONBOARDED]] / self.counts[0] if self.counts[0] else None


# Values of the fields that a placement is grouped by -> label, sort key and filters of its group.
GroupOf: TypeAlias = Callable[..., tuple[str, Any, ReportFilter]]
Grouping: TypeAlias = tuple[tuple[str, ...], GroupOf]


def placement_facts(placements: PlacementQuerySet, *key_fields: str) -> Iterable[PlacementFacts]:
    """Yield the facts of each placement, with the values of `key_fields`. One query."""
    rows = (
        with_furthest_stage(placements)
        .order_by()
        .values_list("veteran", "rank", "veteran_confirmed_at", "employer_confirmed_at", *key_fields)
    )
    for veteran, rank, by_veteran, by_employer, *key in rows.iterator(chunk_size=5_000):
        is_confirmed = by_veteran is not None and by_employer is not None
        yield PlacementFacts(veteran, rank, is_confirmed, tuple(key))


def count_cohort(scope: ReportScope, filters: ReportFilter, label: str = "合计") -> CohortCounts:
    """Count all intentions of the filters. One query."""
    cohort = CohortCounts(label, filters)
    for facts in placement_facts(intentions(scope, filters)):
        cohort.add(facts)
    return cohort


def count_by_dimension(scope: ReportScope, filters: ReportFilter, dimension: str) -> list[CohortCounts]:
    """Count the intentions by a dimension, the largest group first (months: the latest first)."""
    fields, group_of = grouping_of(scope, filters, dimension)
    cohorts: dict[Any, CohortCounts] = {}
    for facts in placement_facts(intentions(scope, filters), *fields):
        label, key, group_filters = group_of(*facts.key)
        if key not in cohorts:
            cohorts[key] = CohortCounts(label, group_filters)
        cohorts[key].add(facts)
    if dimension == "month":
        return [cohorts[key] for key in sorted(cohorts, reverse=True)]
    return sorted(cohorts.values(), key=lambda cohort: (-cohort.counts[0], cohort.label))


def count_by_period(
    scope: ReportScope, filters: ReportFilter, periods: Sequence[tuple[str, ReportFilter]]
) -> list[CohortCounts]:
    """Count the intentions by periods (label, filters), which may overlap. One query."""
    cohorts = [CohortCounts(label, period) for label, period in periods]
    for facts in placement_facts(intentions(scope, filters), "recorded_at"):
        day = timezone.localdate(facts.key[0])
        for cohort in cohorts:
            if (cohort.filters.since or date.min) <= day <= (cohort.filters.until or date.max):
                cohort.add(facts)
    return cohorts


def grouping_of(scope: ReportScope, filters: ReportFilter, dimension: str) -> Grouping:
    """Return the fields of a placement that a dimension groups by, and the function to its group."""
    return DIMENSIONS[dimension].grouping(scope, filters)


def _by_fair(_scope: ReportScope, filters: ReportFilter) -> Grouping:
    def group_of(pk: int | None, title: str | None) -> tuple[str, Any, ReportFilter]:
        return title or "日常登记（不在招聘会上）", pk, filters.replace(fair=pk or NO_FAIR)

    return ("fair", "fair__title"), group_of


def _by_employer(_scope: ReportScope, filters: ReportFilter) -> Grouping:
    return (
        ("position__employer__uscc", "position__employer__name"),
        lambda code, name: (name, code, filters.replace(employer=code)),
    )


def _by_occupation(_scope: ReportScope, filters: ReportFilter) -> Grouping:
    names = occupation_group_names()

    def group_of(code: str) -> tuple[str, Any, ReportFilter]:
        group = code[:OCCUPATION_GROUP_LENGTH]
        return names.get(group, group), group, filters.replace(occupation=group)

    return ("position__occupation_id",), group_of


def _by_district(_scope: ReportScope, filters: ReportFilter) -> Grouping:
    names = district_names()

    def group_of(code: str) -> tuple[str, Any, ReportFilter]:
        county = code[:COUNTY_CODE_LENGTH]
        return names.get(county, county), county, filters.replace(district=county)

    return ("position__region_id",), group_of


def _by_station(scope: ReportScope, filters: ReportFilter) -> Grouping:
    """Group by the children of the chosen station, or of the reader's; a station's own people apart."""
    top_paths = [filters.station_path] if filters.station is not None else list(scope.paths)
    length = max(len(path) for path in top_paths) + Station.steplen
    stations = Station.objects.in_subtrees(top_paths).filter(depth__lte=length // Station.steplen)
    by_path = {path: (pk, name) for path, pk, name in stations.values_list("path", "pk", "name")}

    def group_of(path: str) -> tuple[str, Any, ReportFilter]:
        group = path[:length]
        pk, name = by_path.get(group, (0, "其他服务站"))
        return name, group, filters.replace(station=pk, station_path=group)

    return ("veteran__station__path",), group_of


def _by_month(_scope: ReportScope, filters: ReportFilter) -> Grouping:
    def group_of(recorded_at: datetime) -> tuple[str, Any, ReportFilter]:
        first, last = month_bounds(timezone.localdate(recorded_at))
        since, until = max(first, filters.since or first), min(last, filters.until or last)
        return f"{first.year}年{first.month}月", first, filters.replace(since=since, until=until)

    return ("recorded_at",), group_of


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to group intentions; its key is part of URLs."""

    label: str
    grouping: Callable[[ReportScope, ReportFilter], Grouping]


DIMENSIONS = {
    "fair": Dimension("招聘会", _by_fair),
    "employer": Dimension("用人单位", _by_employer),
    "occupation": Dimension("职业", _by_occupation),
    "district": Dimension("工作地区", _by_district),
    "station": Dimension("服务站", _by_station),
    "month": Dimension("登记月份", _by_month),
}
DIMENSION_LABELS = {key: dimension.label for key, dimension in DIMENSIONS.items()}


def occupation_group_names() -> dict[str, str]:
    """Return code ('4-02') -> name of the groups of the classification of occupations."""
    rows = Occupation.objects.filter(level=2).values_list("code", "name")
    return {code[:OCCUPATION_GROUP_LENGTH]: name for code, name in rows}


def district_names() -> dict[str, str]:
    """Return code -> name of all counties."""
    return dict(Region.objects.filter(level=RegionLevel.COUNTY).values_list("code", "name"))
