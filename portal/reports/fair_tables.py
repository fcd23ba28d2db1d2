"""Fairs beside each other, and one fair by district and occupation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr

from cms.models import JobFairPage
from portal.fairs.enums import VisitorKind
from portal.reports.figures import FigureValue, attendances, booth_positions, booths, intentions, visitors
from portal.reports.funnels import (
    CohortCounts,
    district_names,
    fair_scope,
    group_placements,
    iter_placement_counts,
    occupation_group_names,
)
from portal.reports.report_filter import (
    COUNTY_CODE_LENGTH,
    NO_DISTRICT,
    OCCUPATION_GROUP_LENGTH,
    ReportFilter,
)
from portal.reports.report_scope import ReportScope

COMPARISON_COLUMNS = (
    "employers", "positions", "headcount", "visitors", "veterans", "sheets", "reached", "people",
    "stage.interviewed", "stage.onboarded", "stage.retained_3m",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table: its name and a number, or nothing, for each column."""

    label: str
    numbers: tuple[FigureValue | None, ...]
    share: float | None = None


# --- fairs beside each other -----------------------------------------------------------------------------
def compare_fairs(scope: ReportScope, fairs: Sequence[JobFairPage]) -> list[TableRow]:
    """`COMPARED` of each fair and the share of its intentions that came into a post. Four queries."""
    base = ReportFilter(at_fairs=True)
    ours = Q(fair__in=[fair.pk for fair in fairs])
    cells = {fair.pk: CohortCounts(fair.title, base.replace(fair=fair.pk)) for fair in fairs}
    for row in iter_placement_counts(intentions(scope, base).filter(ours), "fair"):
        cells[row.key[0]].add(row)
    given = _by("fair", booths(scope, base).filter(ours), n=Count("pk"))
    shown = _by(
        "booth__fair",
        booth_positions(scope, base).filter(booth__fair__in=[fair.pk for fair in fairs]),
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
            FigureValue(name, cell.filters, values[name]) if name in values else cell.number(name)
            for name in COMPARISON_COLUMNS
        )
        lines.append(TableRow(fair.title, numbers, cell.placed))
    return lines


def _by(field: str, rows: "QuerySet[Any]", **counts: Any) -> dict[Any, dict[str, int]]:
    found = rows.order_by().values(key=F(field)).annotate(**counts)
    return {row.pop("key"): row for row in found}


# --- one fair by district and occupation -----------------------------------------------------------------
DISTRICT_COLUMNS = ("employers", "positions", "headcount", "veterans", "sheets", "people", "reached")
OCCUPATION_COLUMNS = ("employers", "positions", "headcount", "sheets", "people", "reached")
DISTRICT_NOTE = (
    "单位按所在地区，岗位、招聘人数和意向按岗位的工作地区，参会退役军人按现居住地归入各县（市、区）。"
)
OCCUPATION_NOTE = "都按岗位的职业分类（中类）归类。单位按其带来的岗位归类，岗位属于几类就在几类里各计一次。"


def fair_by_district(fair: JobFairPage) -> list[TableRow]:
    """In four queries and one for the names."""
    scope, filters = fair_scope(fair)
    given = _by_code("employer__region_id", COUNTY_CODE_LENGTH, booths(scope, filters), employers=Count("pk"))
    shown = _by_code(
        "position__region_id",
        COUNTY_CODE_LENGTH,
        booth_positions(scope, filters),
        positions=Count("pk"),
        headcount=Sum("position__headcount"),
    )
    came = _by_code(
        "registration__veteran__living_region_id",
        COUNTY_CODE_LENGTH,
        attendances(scope, filters).filter(registration__isnull=False),
        veterans=Count("registration__veteran", distinct=True),
    )
    names = district_names() | {NO_DISTRICT: "未填写居住地"}
    cells = {cell.filters.district: cell for cell in group_placements(scope, filters, "district")}
    return _lines(
        DISTRICT_COLUMNS, names, cells, [given, shown, came], lambda code: filters.replace(district=code)
    )


def fair_by_occupation(fair: JobFairPage) -> list[TableRow]:
    """In two queries and one for the names."""
    scope, filters = fair_scope(fair)
    shown = _by_code(
        "position__occupation_id",
        OCCUPATION_GROUP_LENGTH,
        booth_positions(scope, filters),
        employers=Count("booth", distinct=True),
        positions=Count("pk"),
        headcount=Sum("position__headcount"),
    )
    cells = {cell.filters.occupation: cell for cell in group_placements(scope, filters, "occupation")}
    return _lines(
        OCCUPATION_COLUMNS,
        occupation_group_names(),
        cells,
        [shown],
        lambda code: filters.replace(occupation=code),
    )


def _by_code(field: str, length: int, rows: "QuerySet[Any]", **counts: Any) -> dict[str, dict[str, int]]:
    """Counts by the first `length` characters of a code; of none under `NO_DISTRICT`."""
    found = rows.order_by().annotate(code=Substr(field, 1, length)).values("code").annotate(**counts)
    return {row.pop("code") or NO_DISTRICT: row for row in found}


def _lines(
    columns: Iterable[str],
    names: dict[str, str],
    cells: dict[str, CohortCounts],
    counts: Sequence[dict[str, dict[str, int]]],
    cut_by: Any,
) -> list[TableRow]:
    """A line for each code that anything was counted for, in the order of the codes."""
    columns = tuple(columns)
    lines = []
    for code in sorted({*cells, *(code for part in counts for code in part)}):
        cell = cells.get(code) or CohortCounts("", cut_by(code))
        values = {name: n for part in counts for name, n in part.get(code, {}).items()}
        numbers = tuple(_number(name, cell, values, code) for name in columns)
        lines.append(TableRow(names.get(code, code), numbers))
    return lines


def _number(name: str, cell: CohortCounts, values: dict[str, int], code: str) -> FigureValue | None:
    """Where somebody lives is the only thing that may not be known."""
    if code == NO_DISTRICT and name != "veterans":
        return None
    if name in {"sheets", "people", "reached"}:
        return cell.number(name)
    return FigureValue(name, cell.filters, values.get(name, 0) or 0)
