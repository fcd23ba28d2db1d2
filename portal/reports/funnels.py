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
from portal.reports.figures import Number, booths, intentions, registrations, shown_positions, visitors
from portal.reports.scope import Scope
from portal.reports.slices import COUNTY, GROUP, NO_FAIR, Slice, month_of
from portal.reports.stages import CHAIN, gaps, ranked
from portal.stations.models import Station

DIMENSIONS = {
    "fair": "招聘会",
    "employer": "用人单位",
    "occupation": "职业",
    "district": "工作地区",
    "station": "服务站",
    "month": "登记月份",
}


# Values of the fields that tell groups apart -> a group's label, its key, and its part of the cut.
Grouping = Callable[..., tuple[str, Any, Slice]]
Grouped = tuple[tuple[str, ...], Grouping]


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar of a funnel: how many, and the share (0..1) of the stage before; None where that was nobody."""

    label: str
    count: int
    share: float | None
    number: Number | None = None
    days: float | None = None  # median since the stage before
    pairs: Number | None = None  # of so many


@dataclass(frozen=True, slots=True)
class Funnel:
    as_of: datetime
    stages: tuple[Stage, ...]
    people: Number
    reached: Number


def placement_stages(placements: PlacementQuerySet) -> tuple[Stage, ...]:
    """How far the given placements got, by their logs. A correction takes back the steps that it undid."""
    by_rank = dict(ranked(placements).order_by().values_list("rank").annotate(n=Count("pk")))
    counts = [sum(n for rank, n in by_rank.items() if rank >= i) for i in range(len(CHAIN))]
    return tuple(
        Stage(label=state.label, count=counts[i], share=_share(counts, i)) for i, state in enumerate(CHAIN)
    )


def _share(counts: Sequence[int], i: int) -> float | None:
    return counts[i] / counts[i - 1] if i and counts[i - 1] else None


def funnel(scope: Scope, cut: Slice) -> Funnel:
    """The stages of one cut with the median days between them, in two queries."""
    cell = Cell("", cut)
    for row in loaded(intentions(scope, cut)):
        cell.add(row)
    between = gaps(intentions(scope, cut))
    stages = []
    for i, state in enumerate(CHAIN):
        days = [gap.days for gap in between.get(state, ())]
        stages.append(
            Stage(
                label=state.label,
                count=cell.counts[i],
                share=_share(cell.counts, i),
                number=cell.numbers[i],
                days=median(days) if days else None,
                pairs=Number(f"gap.{state}", cut, len(days)) if days else None,
            )
        )
    return Funnel(timezone.now(), tuple(stages), cell.number("people"), cell.number("reached"))


@dataclass(frozen=True, slots=True)
class FairReport:
    """Figures of one fair, each recounted from rows at `as_of`.

    employers: confirmed booths. positions: distinct positions shown there; headcount: people they look for.
    registered: live registrations. visitors: everybody counted in; veterans: distinct veterans among them.
    sheets: intentions written down; reached: those that both sides confirmed; people: distinct veterans in
    them. All of them are figures of `portal.reports.figures` by the same name, cut by `cut`.
    """

    as_of: datetime
    cut: Slice
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
    def numbers(self) -> tuple[Number, ...]:
        return tuple(Number(name, self.cut, getattr(self, name)) for name in FAIR_FIGURES)


FAIR_FIGURES = (
    "employers", "positions", "headcount", "registered", "visitors", "veterans", "sheets", "people",
    "reached",
)  # fmt: skip


def cut_of(fair: JobFairPage) -> tuple[Scope, Slice]:
    """Everything of one fair, whoever the people."""
    return Scope((fair.organiser.path,), ()), Slice(fair=fair.pk, at_fairs=True)


def fair_report(fair: JobFairPage) -> FairReport:
    """The fair's figures and funnel, in a fixed number of queries."""
    scope, cut = cut_of(fair)
    shown = shown_positions(scope, cut).aggregate(n=Count("pk"), headcount=Sum("position__headcount"))
    doors = visitors(scope, cut).aggregate(
        n=Count("pk"), veterans=Count("registration", filter=Q(kind=VisitorKind.VETERAN))
    )
    way = funnel(scope, cut)
    return FairReport(
        as_of=way.as_of,
        cut=cut,
        employers=booths(scope, cut).count(),
        positions=shown["n"],
        headcount=shown["headcount"] or 0,
        registered=registrations(scope, cut).count(),
        visitors=doors["n"],
        veterans=doors["veterans"],
        sheets=way.stages[0].count,
        reached=way.reached.value,
        people=way.people.value,
        stages=way.stages,
    )


# --- groups ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Loaded:
    """What is counted of one intention."""

    veteran: int
    rank: int
    reached: bool
    key: Any = None


@dataclass(slots=True)
class Cell:
    """Counts of one group of intentions; `cut` finds its rows again."""

    label: str
    cut: Slice
    counts: list[int] = field(default_factory=lambda: [0] * len(CHAIN))
    _reached: int = 0
    _people: list[set[int]] = field(default_factory=lambda: [set() for _ in CHAIN])
    _reached_people: set[int] = field(default_factory=set)

    def add(self, row: Loaded) -> None:
        for rank in range(row.rank + 1):
            self.counts[rank] += 1
            self._people[rank].add(row.veteran)
        if row.reached:
            self._reached += 1
            self._reached_people.add(row.veteran)

    def number(self, figure: str) -> Number:
        """Of 'sheets', 'people', 'reached', 'reached_people', 'stage.<state>' or 'people.<state>'."""
        kind, _, state = figure.partition(".")
        rank = CHAIN.index(state) if state else 0
        value = {
            "sheets": self.counts[0],
            "new_sheets": self.counts[0],
            "people": len(self._people[rank]),
            "reached": self._reached,
            "reached_people": len(self._reached_people),
            "stage": self.counts[rank],
        }[kind]
        return Number(figure, self.cut, value)

    @property
    def numbers(self) -> list[Number]:
        return [self.number(f"stage.{state}") for state in CHAIN]

    @property
    def placed(self) -> float | None:
        """Share of the intentions that came into a post."""
        return self.counts[3] / self.counts[0] if self.counts[0] else None


def loaded(placements: PlacementQuerySet, *key: str) -> Iterable[Loaded]:
    """One query, whatever the `key`, the fields that tell groups apart."""
    rows = (
        ranked(placements)
        .order_by()
        .values_list("veteran", "rank", "veteran_confirmed_at", "employer_confirmed_at", *key)
    )
    for veteran, rank, ours, theirs, *rest in rows.iterator(chunk_size=5_000):
        yield Loaded(veteran, rank, ours is not None and theirs is not None, tuple(rest))


def total(scope: Scope, cut: Slice) -> Cell:
    cell = Cell("合计", cut)
    for row in loaded(intentions(scope, cut)):
        cell.add(row)
    return cell


def grouped(scope: Scope, cut: Slice, dimension: str) -> list[Cell]:
    """The intentions of one cut by a dimension, the most first (months: the latest first)."""
    fields, cell_of = grouping(scope, cut, dimension)
    cells: dict[Any, Cell] = {}
    for row in loaded(intentions(scope, cut), *fields):
        label, key, part = cell_of(*row.key)
        if key not in cells:
            cells[key] = Cell(label, part)
        cells[key].add(row)
    if dimension == "month":
        return [cells[key] for key in sorted(cells, reverse=True)]
    return sorted(cells.values(), key=lambda cell: (-cell.counts[0], cell.label))


def grouping(scope: Scope, cut: Slice, dimension: str) -> Grouped:
    """The fields of a placement that tell a dimension's groups apart, and what tells their group."""
    return _DIMENSIONS[dimension](scope, cut)


def cells_of(scope: Scope, cut: Slice, parts: Sequence[tuple[str, Slice]]) -> list[Cell]:
    """The intentions of one cut by parts of its period, which may overlap. One query."""
    cells = [Cell(label, part) for label, part in parts]
    for row in loaded(intentions(scope, cut), "recorded_at"):
        day = timezone.localdate(row.key[0])
        for cell in cells:
            if (cell.cut.since or date.min) <= day <= (cell.cut.until or date.max):
                cell.add(row)
    return cells


def _by_fair(_scope: Scope, cut: Slice) -> Grouped:
    def cell(pk: int | None, title: str | None) -> tuple[str, Any, Slice]:
        return title or "日常登记（不在招聘会上）", pk, cut.but(fair=pk or NO_FAIR)

    return ("fair", "fair__title"), cell


def _by_employer(_scope: Scope, cut: Slice) -> Grouped:
    return (
        ("position__employer__uscc", "position__employer__name"),
        lambda code, name: (name, code, cut.but(employer=code)),
    )


def _by_occupation(_scope: Scope, cut: Slice) -> Grouped:
    names = occupation_groups()

    def cell(code: str) -> tuple[str, Any, Slice]:
        group = code[:GROUP]
        return names.get(group, group), group, cut.but(occupation=group)

    return ("position__occupation_id",), cell


def _by_district(_scope: Scope, cut: Slice) -> Grouped:
    names = districts()

    def cell(code: str) -> tuple[str, Any, Slice]:
        county = code[:COUNTY]
        return names.get(county, county), county, cut.but(district=county)

    return ("position__region_id",), cell


def _by_station(scope: Scope, cut: Slice) -> Grouped:
    """The stations right below the chosen one, or below the reader's own; a station's own people apart."""
    tops = [cut.station_path] if cut.station is not None else list(scope.paths)
    depth = max(len(path) for path in tops) + Station.steplen
    known = {path: (pk, name) for path, pk, name in _stations(tops, depth)}

    def cell(path: str) -> tuple[str, Any, Slice]:
        group = path[:depth]
        pk, name = known.get(group, (0, "其他服务站"))
        return name, group, cut.but(station=pk, station_path=group)

    return ("veteran__station__path",), cell


def _stations(tops: Iterable[str], depth: int) -> Iterable[tuple[str, int, str]]:
    rows = Station.objects.in_subtrees(tops).filter(depth__lte=depth // Station.steplen)
    return rows.values_list("path", "pk", "name")


def _by_month(_scope: Scope, cut: Slice) -> Grouped:
    def cell(at: datetime) -> tuple[str, Any, Slice]:
        first, last = month_of(timezone.localdate(at))
        part = cut.but(since=max(first, cut.since or first), until=min(last, cut.until or last))
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


def occupation_groups() -> dict[str, str]:
    """Code -> name of the groups ('4-02') of the classification."""
    rows = Occupation.objects.filter(level=2).values_list("code", "name")
    return {code[:GROUP]: name for code, name in rows}


def districts() -> dict[str, str]:
    return dict(Region.objects.filter(level=RegionLevel.COUNTY).values_list("code", "name"))
