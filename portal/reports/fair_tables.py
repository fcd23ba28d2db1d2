"""Tables of fairs: a comparison of several fairs, and one fair by district and by occupation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Substr

from cms.models import JobFairPage
from portal.fairs.enums import VisitorKind
from portal.reports.cohorts import (
    CohortCounts,
    count_by_dimension,
    district_names,
    occupation_group_names,
    placement_facts,
)
from portal.reports.fair_report import fair_scope
from portal.reports.figures import FigureValue, attendances, booth_positions, booths, intentions, visitors
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
    """Row of a table: a value or None for each column, and the share of intentions that led to a job."""

    label: str
    numbers: tuple[FigureValue | None, ...]
    share: float | None = None


# --- comparison of fairs ---------------------------------------------------------------------------------
def compare_fairs(scope: ReportScope, fairs: Sequence[JobFairPage]) -> list[TableRow]:
    """Return the `COMPARISON_COLUMNS` of each fair. Four queries."""
    filters = ReportFilter(at_fairs=True)
    of_fairs = Q(fair__in=[fair.pk for fair in fairs])
    cohorts = {fair.pk: CohortCounts(fair.title, filters.replace(fair=fair.pk)) for fair in fairs}
    for facts in placement_facts(intentions(scope, filters).filter(of_fairs), "fair"):
        cohorts[facts.key[0]].add(facts)
    booth_counts = _count_by("fair", booths(scope, filters).filter(of_fairs), employers=Count("pk"))
    position_counts = _count_by(
        "booth__fair",
        booth_positions(scope, filters).filter(booth__fair__in=[fair.pk for fair in fairs]),
        positions=Count("position"),
        headcount=Sum("position__headcount"),
    )
    visitor_counts = _count_by(
        "fair",
        visitors(scope, filters).filter(of_fairs),
        visitors=Count("pk"),
        veterans=Count("registration", filter=Q(kind=VisitorKind.VETERAN)),
    )
    rows = []
    for fair in fairs:
        cohort = cohorts[fair.pk]
        values = dict.fromkeys(("employers", "positions", "headcount", "visitors", "veterans"), 0)
        for counts in (booth_counts, position_counts, visitor_counts):
            values |= counts.get(fair.pk, {})
        numbers = tuple(
            FigureValue(key, cohort.filters, values[key]) if key in values else cohort.figure_value(key)
            for key in COMPARISON_COLUMNS
        )
        rows.append(TableRow(fair.title, numbers, cohort.onboarded_share))
    return rows


def _count_by(field: str, rows: "QuerySet[Any]", **counts: Any) -> dict[Any, dict[str, int]]:
    """Return value of the field -> counts of its rows."""
    groups = rows.order_by().values(key=F(field)).annotate(**counts)
    return {group.pop("key"): group for group in groups}


# --- one fair by district and occupation -----------------------------------------------------------------
DISTRICT_COLUMNS = ("employers", "positions", "headcount", "veterans", "sheets", "people", "reached")
OCCUPATION_COLUMNS = ("employers", "positions", "headcount", "sheets", "people", "reached")
DISTRICT_NOTE = (
    "单位按所在地区，岗位、招聘人数和意向按岗位的工作地区，参会退役军人按现居住地归入各县（市、区）。"
)
OCCUPATION_NOTE = "都按岗位的职业分类（中类）归类。单位按其带来的岗位归类，岗位属于几类就在几类里各计一次。"


def fair_by_district(fair: JobFairPage) -> list[TableRow]:
    """Count one fair by district. Five queries."""
    scope, filters = fair_scope(fair)
    booth_counts = _count_by_code(
        "employer__region_id", COUNTY_CODE_LENGTH, booths(scope, filters), employers=Count("pk")
    )
    position_counts = _count_by_code(
        "position__region_id",
        COUNTY_CODE_LENGTH,
        booth_positions(scope, filters),
        positions=Count("pk"),
        headcount=Sum("position__headcount"),
    )
    veteran_counts = _count_by_code(
        "registration__veteran__living_region_id",
        COUNTY_CODE_LENGTH,
        attendances(scope, filters).filter(registration__isnull=False),
        veterans=Count("registration__veteran", distinct=True),
    )
    names = district_names() | {NO_DISTRICT: "未填写居住地"}
    cohorts = {cohort.filters.district: cohort for cohort in count_by_dimension(scope, filters, "district")}
    return _table_rows(
        DISTRICT_COLUMNS,
        names,
        cohorts,
        [booth_counts, position_counts, veteran_counts],
        lambda code: filters.replace(district=code),
    )


def fair_by_occupation(fair: JobFairPage) -> list[TableRow]:
    """Count one fair by group of occupations. Three queries."""
    scope, filters = fair_scope(fair)
    position_counts = _count_by_code(
        "position__occupation_id",
        OCCUPATION_GROUP_LENGTH,
        booth_positions(scope, filters),
        employers=Count("booth", distinct=True),
        positions=Count("pk"),
        headcount=Sum("position__headcount"),
    )
    cohorts = {
        cohort.filters.occupation: cohort for cohort in count_by_dimension(scope, filters, "occupation")
    }
    return _table_rows(
        OCCUPATION_COLUMNS,
        occupation_group_names(),
        cohorts,
        [position_counts],
        lambda code: filters.replace(occupation=code),
    )


def _count_by_code(
    field: str, length: int, rows: "QuerySet[Any]", **counts: Any
) -> dict[str, dict[str, int]]:
    """Return prefix of a code -> counts of its rows; rows without a code are under `NO_DISTRICT`."""
    groups = rows.order_by().annotate(code=Substr(field, 1, length)).values("code").annotate(**counts)
    return {group.pop("code") or NO_DISTRICT: group for group in groups}


def _table_rows(
    columns: Iterable[str],
    names: dict[str, str],
    cohorts: dict[str, CohortCounts],
    counts: Sequence[dict[str, dict[str, int]]],
    filters_for: Callable[[str], ReportFilter],
) -> list[TableRow]:
    """Return a row for each code that has a count, ordered by code."""
    columns = tuple(columns)
    rows = []
    for code in sorted({*cohorts, *(code for by_code in counts for code in by_code)}):
        cohort = cohorts.get(code) or CohortCounts("", filters_for(code))
        values = {key: n for by_code in counts for key, n in by_code.get(code, {}).items()}
        numbers = tuple(_cell_value(key, cohort, values, code) for key in columns)
        rows.append(TableRow(names.get(code, code), numbers))
    return rows


def _cell_value(key: str, cohort: CohortCounts, values: dict[str, int], code: str) -> FigureValue | None:
    """Return the value of a cell; without a district only veterans are counted, by their residence."""
    if code == NO_DISTRICT and key != "veterans":
        return None
    if key in {"sheets", "people", "reached"}:
        return cohort.figure_value(key)
    return FigureValue(key, cohort.filters, values.get(key, 0) or 0)
