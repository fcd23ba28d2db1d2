"""Table of the last years (四年汇总): fairs, employers, people and intentions by year and in total."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone

from portal.fairs.enums import VisitorKind
from portal.placements.milestones import HEADLINE_MILESTONES
from portal.reports import figures
from portal.reports.cohorts import count_by_period
from portal.reports.figures import FIGURES, Figure, FigureValue
from portal.reports.report_filter import ReportFilter, filters_by_year
from portal.reports.report_scope import ReportScope

YEAR_COUNT = 4
ROW_KEYS = (
    "fairs", "booths", "employers", "positions", "headcount", "visitors", "attendances", "veterans",
    "sheets", "people", "reached", "reached_people",
    "stage.interviewed", "people.interviewed", "stage.offered", "stage.onboarded", "people.onboarded",
    *(f"{figure}.{milestone.state}" for milestone in HEADLINE_MILESTONES for figure in ("stage", "people")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearRow:
    """One figure with its value in each column."""

    figure: Figure
    numbers: tuple[FigureValue, ...]


@dataclass(frozen=True, slots=True)
class YearTable:
    """Columns are the years and their total, which counts distinct people and employers once."""

    as_of: datetime
    columns: tuple[str, ...]
    rows: tuple[YearRow, ...]

    def row(self, figure: str) -> YearRow:
        """Return the row of the figure with this key."""
        return next(row for row in self.rows if row.figure.key == figure)


def recent_years(last_year: int | None = None) -> list[int]:
    """Return the `YEAR_COUNT` years up to `last_year`, by default the current one."""
    last_year = last_year or timezone.localdate().year
    return list(range(last_year - YEAR_COUNT + 1, last_year + 1))


def build_year_table(scope: ReportScope, years: Sequence[int]) -> YearTable:
    """Build the table of these years. Ten queries."""
    periods = filters_by_year(years, ReportFilter())
    columns = [period for _, period in periods]
    total = columns[-1]
    is_veteran = Q(kind=VisitorKind.VETERAN)
    values: dict[str, list[int]] = {
        **_count_by_column(figures.fairs(scope, total), columns, "starts_at", fairs=("pk", Q())),
        **_count_by_column(
            figures.booths(scope, total),
            columns,
            "fair__starts_at",
            booths=("pk", Q()),
            employers=("employer", Q()),
        ),
        **_count_by_column(
            figures.booth_positions(scope, total),
            columns,
            "booth__fair__starts_at",
            positions=("position", Q()),
        ),
        **_count_by_column(
            figures.visitors(scope, total),
            columns,
            "fair__starts_at",
            visitors=("pk", Q()),
            attendances=("pk", is_veteran),
            veterans=("registration__veteran", is_veteran),
        ),
        "headcount": [FIGURES["headcount"].count(scope, column) for column in columns],
    }
    cohorts = count_by_period(scope, total, periods)
    rows = tuple(
        YearRow(
            FIGURES[key],
            tuple(
                FigureValue(key, column, values[key][index])
                if key in values
                else cohorts[index].figure_value(key)
                for index, column in enumerate(columns)
            ),
        )
        for key in ROW_KEYS
    )
    return YearTable(timezone.now(), tuple(label for label, _ in periods), rows)


def _count_by_column(
    rows: "QuerySet[Model]", columns: Sequence[ReportFilter], moment: str, **counts: tuple[str, Q]
) -> dict[str, list[int]]:
    """Count several figures in each column, in one query.

    Args:
        rows: of all columns together.
        columns: filters whose period chooses the rows by the datetime field `moment`.
        counts: figure -> (field, condition); fields other than 'pk' are counted distinct.
    """
    aggregates: dict[str, Any] = {
        f"{name}_{index}": Count(
            counted_field, filter=column.within(moment) & condition, distinct=counted_field != "pk"
        )
        for name, (counted_field, condition) in counts.items()
        for index, column in enumerate(columns)
    }
    values = rows.order_by().aggregate(**aggregates)
    return {name: [values[f"{name}_{index}"] for index in range(len(columns))] for name in counts}
