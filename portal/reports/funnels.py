"""Funnels, counted from rows each time. Nothing here is stored."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from cms.models import JobFairPage
from portal.core.enums import RegionLevel
from portal.core.models import Occupation, Region
from portal.fairs.enums import VisitorKind
from portal.placements.models import PlacementQuerySet
from portal.reports.figures import FigureValue, booth_positions, booths, intentions, registrations, visitors
from portal.reports.furthest_stage import STAGES, intervals_between_stages, with_furthest_stage
from portal.reports.report_filter import (
    COUNTY_CODE_LENGTH,
    NO_FAIR,
    OCCUPATION_GROUP_LENGTH,
    ReportFilter,
    month_bounds,
)
from portal.reports.report_scope import ReportScope
from portal.stations.models import Station

DIMENSIONS = {
    "fair": "招聘会",
    "employer": "用人单位",
    "occupation": "职业",
    "district": "工作地区",
    "station": "服务站",
    "month": "登记月份",
}


# Values of the fields that tell groups apart -> a group's label, its key, and its part of the filters.
Grouping = Callable[..., tuple[str, Any, ReportFilter]]
Grouped = tuple[tuple[str, ...], Grouping]


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar of a funnel: how many, and the share (0..1) of the stage before; None where that was nobody."""

    label: str
    count: int
    share: float | None
    number: FigureValue | None = None
    days: float | None = None  # median since the stage before
    pairs: FigureValue | None = None  # of so many


@dataclass(frozen=True, slots=True)
class Funnel:
    as_of: datetime
    stages: tuple[Stage, ...]
    people: FigureValue
    reached: FigureValue


def count_stages(placements: PlacementQuerySet) -> tuple[Stage, ...]:
    """How far the given placements got, by their logs. A correction takes back the steps that it undid."""
    by_rank = dict(with_furthest_stage(placements).order_by().values_list("rank").annotate(n=Count("pk")))
    counts = [sum(n for rank, n in by_rank.items() if rank >= i) for i in range(len(STAGES))]
    return tuple(
        Stage(label=state.label, count=counts[i], share=_share(counts, i)) for i, state in enumerate(STAGES)
    )


def _share(counts: Sequence[int], i: int) -> float | None:
    return counts[i] / counts[i - 1] if i and counts[i - 1] else None


def build_funnel(scope: ReportScope, filters: ReportFilter) -> Funnel:
    """The stages of one filters with the median days between them, in two queries."""
    cell = CohortCounts("", filters)
    for row in iter_placement_counts(intentions(scope, filters)):
        cell.add(row)
    between = intervals_between_stages(intentions(scope, filters))
    stages = []
    for i, state in enumerate(STAGES):
        days = [gap.days for gap in between.get(state, ())]
        stages.append(
            Stage(
                label=state.label,
                count=cell.counts[i],
                share=_share(cell.counts, i),
                number=cell.numbers[i],
                days=median(days) if days else None,
                pairs=FigureValue(f"gap.{state}", filters, len(days)) if days else None,
            )
        )
    return Funnel(timezone.now(), tuple(stages), cell.number("people"), cell.number("reached"))


@dataclass(frozen=True, slots=True)
class FairReport:
    """Figures of one fair, each recounted from rows at `as_of`.

    employers: confirmed booths. positions: distinct positions shown there; headcount: people they look for.
    registered: live registrations. visitors: everybody counted in; veterans: distinct veterans among them.
    sheets: intentions written down; reached: those that both sides confirmed; people: distinct veterans in
    them. All of them are figures of `portal.reports.figures` by the same name, filters by `filters`.
    """

    as_of: datetime
    filters: ReportFilter
    employers: int
    positions: int
    headcount: int
    registered: int
    visitors: int
    veterans: int
    sheets: int
    reached: int
    people: int
    stages: tuple[Stage, ...]

    @property
    def numbers(self) -> tuple[FigureValue, ...]:
        return tuple(FigureValue(name, self.filters, getattr(self, name)) for name in FAIR_FIGURES)


FAIR_FIGURES = (
    "employers", "positions", "headcount", "registered", "visitors", "veterans", "sheets", "people",
    "reached",
)  # fmt: skip


def fair_scope(fair: JobFairPage) -> tuple[ReportScope, ReportFilter]:
    """Everything of one fair, whoever the people."""
    return ReportScope((fair.organiser.path,), ()), ReportFilter(fair=fair.pk, at_fairs=True)


def build_fair_report(fair: JobFairPage) -> FairReport:
    """The fair's figures and funnel, in a fixed number of queries."""
    scope, filters = fair_scope(fair)
    shown = booth_positions(scope, filters).aggregate(n=Count("pk"), headcount=Sum("position__headcount"))
    doors = visitors(scope, filters).aggregate(
        n=Count("pk"), veterans=Count("registration", filter=Q(kind=VisitorKind.VETERAN))
    )
    way = build_funnel(scope, filters)
    return FairReport(
        as_of=way.as_of,
        filters=filters,
        employers=booths(scope, filters).count(),
        positions=shown["n"],
        headcount=shown["headcount"] or 0,
        registered=registrations(scope, filters).count(),
        visitors=doors["n"],
        veterans=doors["veterans"],
        sheets=way.stages[0].count,
        reached=way.reached.value,
        people=way.people.value,
        stages=way.stages,
    )


# --- groups ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PlacementCount:
    """What is counted of one intention."""

    veteran: int
    rank: int
    reached: bool
    key: Any = None


@dataclass(slots=True)
class CohortCounts:
    """Counts of one group of intentions; `filters` finds its rows again."""

    label: str
    filters: ReportFilter
    counts: list[int] = field(default_factory=lambda: [0] * len(STAGES))
    _reached: int = 0
    _people: list[set[int]] = field(default_factory=lambda: [set() for _ in STAGES])
    _reached_people: set[int] = field(default_factory=set)

    def add(self, row: PlacementCount) -> None:
        for rank in range(row.rank + 1):
            self.counts[rank] += 1
            self._people[rank].add(row.veteran)
        if row.reached:
            self._reached += 1
            self._reached_people.add(row.veteran)

    def number(self, figure: str) -> FigureValue:
        """Of 'sheets', 'people', 'reached', 'reached_people', 'stage.<state>' or 'people.<state>'."""
        kind, _, state = figure.partition(".")
        rank = STAGES.index(state) if state else 0
        value = {
            "sheets": self.counts[0],
            "new_sheets": self.counts[0],
            "people": len(self._people[rank]),
            "reached": self._reached,
            "reached_people": len(self._reached_people),
            "stage": self.counts[rank],
        }[kind]
        return FigureValue(figure, self.filters, value)

    @property
    def numbers(self) -> list[FigureValue]:
        return [self.number(f"stage.{state}") for state in STAGES]

    @property
    def placed(self) -> float | None:
        """Share of the intentions that came into a post."""
        return self.counts[3] / self.counts[0] if self.counts[0] else None


def iter_placement_counts(placements: PlacementQuerySet, *key: str) -> Iterable[PlacementCount]:
    """One query, whatever the `key`, the fields that tell groups apart."""
    rows = (
        with_furthest_stage(placements)
        .order_by()
        .values_list("veteran", "rank", "veteran_confirmed_at", "employer_confirmed_at", *key)
    )
    for veteran, rank, ours, theirs, *rest in rows.iterator(chunk_size=5_000):
        yield PlacementCount(veteran, rank, ours is not None and theirs is not None, tuple(rest))


def count_all(scope: ReportScope, filters: ReportFilter) -> CohortCounts:
    cell = CohortCounts("合计", filters)
    for row in iter_placement_counts(intentions(scope, filters)):
        cell.add(row)
    return cell


def group_placements(scope: ReportScope, filters: ReportFilter, dimension: str) -> list[CohortCounts]:
    """The intentions of one filters by a dimension, the most first (months: the latest first)."""
    fields, cell_of = grouping_of(scope, filters, dimension)
    cells: dict[Any, CohortCounts] = {}
    for row in iter_placement_counts(intentions(scope, filters), *fields):
        label, key, part = cell_of(*row.key)
        if key not in cells:
            cells[key] = CohortCounts(label, part)
        cells[key].add(row)
    if dimension == "month":
        return [cells[key] for key in sorted(cells, reverse=True)]
    return sorted(cells.values(), key=lambda cell: (-cell.counts[0], cell.label))


def grouping_of(scope: ReportScope, filters: ReportFilter, dimension: str) -> Grouped:
    """The fields of a placement that tell a dimension's groups apart, and what tells their group."""
    return _DIMENSIONS[dimension](scope, filters)


def count_by_period(
    scope: ReportScope, filters: ReportFilter, parts: Sequence[tuple[str, ReportFilter]]
) -> list[CohortCounts]:
    """The intentions of one filters by parts of its period, which may overlap. One query."""
    cells = [CohortCounts(label, part) for label, part in parts]
    for row in iter_placement_counts(intentions(scope, filters), "recorded_at"):
        day = timezone.localdate(row.key[0])
        for cell in cells:
            if (cell.filters.since or date.min) <= day <= (cell.filters.until or date.max):
                cell.add(row)
    return cells


def _by_fair(_scope: ReportScope, filters: ReportFilter) -> Grouped:
    def cell(pk: int | None, title: str | None) -> tuple[str, Any, ReportFilter]:
        return title or "日常登记（不在招聘会上）", pk, filters.replace(fair=pk or NO_FAIR)

    return ("fair", "fair__title"), cell


def _by_employer(_scope: ReportScope, filters: ReportFilter) -> Grouped:
    return (
        ("position__employer__uscc", "position__employer__name"),
        lambda code, name: (name, code, filters.replace(employer=code)),
    )


def _by_occupation(_scope: ReportScope, filters: ReportFilter) -> Grouped:
    names = occupation_group_names()

    def cell(code: str) -> tuple[str, Any, ReportFilter]:
        group = code[:OCCUPATION_GROUP_LENGTH]
        return names.get(group, group), group, filters.replace(occupation=group)

    return ("position__occupation_id",), cell


def _by_district(_scope: ReportScope, filters: ReportFilter) -> Grouped:
    names = district_names()

    def cell(code: str) -> tuple[str, Any, ReportFilter]:
        county = code[:COUNTY_CODE_LENGTH]
        return names.get(county, county), county, filters.replace(district=county)

    return ("position__region_id",), cell


def _by_station(scope: ReportScope, filters: ReportFilter) -> Grouped:
    """The stations right below the chosen one, or below the reader's own; a station's own people apart."""
    tops = [filters.station_path] if filters.station is not None else list(scope.paths)
    depth = max(len(path) for path in tops) + Station.steplen
    known = {path: (pk, name) for path, pk, name in _stations(tops, depth)}

    def cell(path: str) -> tuple[str, Any, ReportFilter]:
        group = path[:depth]
        pk, name = known.get(group, (0, "其他服务站"))
        return name, group, filters.replace(station=pk, station_path=group)

    return ("veteran__station__path",), cell


def _stations(tops: Iterable[str], depth: int) -> Iterable[tuple[str, int, str]]:
    rows = Station.objects.in_subtrees(tops).filter(depth__lte=depth // Station.steplen)
    return rows.values_list("path", "pk", "name")


def _by_month(_scope: ReportScope, filters: ReportFilter) -> Grouped:
    def cell(at: datetime) -> tuple[str, Any, ReportFilter]:
        first, last = month_bounds(timezone.localdate(at))
        part = filters.replace(
            since=max(first, filters.since or first), until=min(last, filters.until or last)
        )
        return f"{first.year}年{first.month}月", first, part

    return ("recorded_at",), cell


_DIMENSIONS = {
    "fair": _by_fair,
    "employer": _by_employer,
    "occupation": _by_occupation,
    "district": _by_district,
    "station": _by_station,
    "month": _by_month,
}


def occupation_group_names() -> dict[str, str]:
    """Code -> name of the groups ('4-02') of the classification."""
    rows = Occupation.objects.filter(level=2).values_list("code", "name")
    return {code[:OCCUPATION_GROUP_LENGTH]: name for code, name in rows}


def district_names() -> dict[str, str]:
    return dict(Region.objects.filter(level=RegionLevel.COUNTY).values_list("code", "name"))
