"""Fairs beside each other, and one fair by district and occupation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr

from cms.models import JobFairPage
from portal.fairs.enums import VisitorKind
from portal.reports.figures import Number, attendances, booths, intentions, shown_positions, visitors
from portal.reports.funnels import Cell, cut_of, districts, grouped, loaded, occupation_groups
from portal.reports.scope import Scope
from portal.reports.slices import COUNTY, GROUP, NO_DISTRICT, Slice

COMPARED = (
    "employers", "positions", "headcount", "visitors", "veterans", "sheets", "reached", "people",
    "stage.interviewed", "stage.onboarded", "stage.retained_3m",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its name and a number, or nothing, for each column."""

    label: str
    numbers: tuple[Number | None, ...]
    share: float | None = None


# --- fairs beside each other -----------------------------------------------------------------------------
def compared(scope: Scope, fairs: Sequence[JobFairPage]) -> list[Line]:
    """`COMPARED` of each fair and the share of its intentions that came into a post. Four queries."""
    base = Slice(at_fairs=True)
    ours = Q(fair__in=[fair.pk for fair in fairs])
    cells = {fair.pk: Cell(fair.title, base.but(fair=fair.pk)) for fair in fairs}
    for row in loaded(intentions(scope, base).filter(ours), "fair"):
        cells[row.key[0]].add(row)
    given = _by("fair", booths(scope, base).filter(ours), n=Count("pk"))
    shown = _by(
        "booth__fair",
        shown_positions(scope, base).filter(booth__fair__in=[fair.pk for fair in fairs]),
        n=Count("position"),
        headcount=Sum("position__headcount"),
    )
    doors = _by(
        "fair",
        visitors(scope, base).filter(ours),
        n=Count("pk"),
        veterans=Count("registration", filter=Q(kind=VisitorKind.VETERAN)),
    )
    lines = []
    for fair in fairs:
        cell = cells[fair.pk]
        values = {
            "employers": given.get(fair.pk, {}).get("n", 0),
            "positions": shown.get(fair.pk, {}).get("n", 0),
            "headcount": shown.get(fair.pk, {}).get("headcount", 0),
            "visitors": doors.get(fair.pk, {}).get("n", 0),
            "veterans": doors.get(fair.pk, {}).get("veterans", 0),
        }
        numbers = tuple(
            Number(name, cell.cut, values[name]) if name in values else cell.number(name) for name in COMPARED
        )
        lines.append(Line(fair.title, numbers, cell.placed))
    return lines


def _by(field: str, rows: "QuerySet[Any]", **counts: Any) -> dict[Any, dict[str, int]]:
    found = rows.order_by().values(key=F(field)).annotate(**counts)
    return {row.pop("key"): row for row in found}


# --- one fair by district and occupation -----------------------------------------------------------------
BY_DISTRICT = ("employers", "positions", "headcount", "veterans", "sheets", "people", "reached")
BY_OCCUPATION = ("employers", "positions", "headcount", "sheets", "people", "reached")
WHOSE_DISTRICT = (
    "单位按所在地区，岗位、招聘人数和意向按岗位的工作地区，参会退役军人按现居住地归入各县（市、区）。"
)
WHOSE_OCCUPATION = "都按岗位的职业分类（中类）归类。单位按其带来的岗位归类，岗位属于几类就在几类里各计一次。"


def by_district(fair: JobFairPage) -> list[Line]:
    """In four queries and one for the names."""
    scope, cut = cut_of(fair)
    given = _by_code("employer__region_id", COUNTY, booths(scope, cut), employers=Count("pk"))
    shown = _by_code(
        "position__region_id",
        COUNTY,
        shown_positions(scope, cut),
        positions=Count("pk"),
        headcount=Sum("position__headcount"),
    )
    came = _by_code(
        "registration__veteran__living_region_id",
        COUNTY,
        attendances(scope, cut).filter(registration__isnull=False),
        veterans=Count("registration__veteran", distinct=True),
    )
    names = districts() | {NO_DISTRICT: "未填写居住地"}
    cells = {cell.cut.district: cell for cell in grouped(scope, cut, "district")}
    return _lines(BY_DISTRICT, names, cells, [given, shown, came], lambda code: cut.but(district=code))


def by_occupation(fair: JobFairPage) -> list[Line]:
    """In two queries and one for the names."""
    scope, cut = cut_of(fair)
    shown = _by_code(
        "position__occupation_id",
        GROUP,
        shown_positions(scope, cut),
        employers=Count("booth", distinct=True),
        positions=Count("pk"),
        headcount=Sum("position__headcount"),
    )
    cells = {cell.cut.occupation: cell for cell in grouped(scope, cut, "occupation")}
    return _lines(BY_OCCUPATION, occupation_groups(), cells, [shown], lambda code: cut.but(occupation=code))


def _by_code(field: str, length: int, rows: "QuerySet[Any]", **counts: Any) -> dict[str, dict[str, int]]:
    """Counts by the first `length` characters of a code; of none under `NO_DISTRICT`."""
    found = rows.order_by().annotate(code=Substr(field, 1, length)).values("code").annotate(**counts)
    return {row.pop("code") or NO_DISTRICT: row for row in found}


def _lines(
    columns: Iterable[str],
    names: dict[str, str],
    cells: dict[str, Cell],
    counts: Sequence[dict[str, dict[str, int]]],
    cut_by: Any,
) -> list[Line]:
    """A line for each code that anything was counted for, in the order of the codes."""
    columns = tuple(columns)
    lines = []
    for code in sorted({*cells, *(code for part in counts for code in part)}):
        cell = cells.get(code) or Cell("", cut_by(code))
        values = {name: n for part in counts for name, n in part.get(code, {}).items()}
        numbers = tuple(_number(name, cell, values, code) for name in columns)
        lines.append(Line(names.get(code, code), numbers))
    return lines


def _number(name: str, cell: Cell, values: dict[str, int], code: str) -> Number | None:
    """Where somebody lives is the only thing that may not be known."""
    if code == NO_DISTRICT and name != "veterans":
        return None
    if name in {"sheets", "people", "reached"}:
        return cell.number(name)
    return Number(name, cell.cut, values.get(name, 0) or 0)
