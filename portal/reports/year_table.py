"""The bureau's table of the last years: fairs, enterprises, posts, people, intentions and what became of
them, by year and together, recounted from rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone

from portal.fairs.enums import VisitorKind
from portal.reports import figures
from portal.reports.figures import FIGURES, Figure, FigureValue
from portal.reports.funnels import count_by_period
from portal.reports.report_filter import ReportFilter, filters_by_year
from portal.reports.report_scope import ReportScope

YEARS = 4
ROW_KEYS = (
    "fairs", "booths", "employers", "positions", "headcount", "visitors", "attendances", "veterans",
    "sheets", "people", "reached", "reached_people",
    "stage.interviewed", "people.interviewed", "stage.offered", "stage.onboarded", "people.onboarded",
    "stage.retained_3m", "people.retained_3m", "stage.retained_12m", "people.retained_12m",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearRow:
    figure: Figure
    numbers: tuple[FigureValue, ...]


@dataclass(frozen=True, slots=True)
class YearTable:
    """`columns`: the years and their sum; distinct people and enterprises of the sum are counted once."""

    as_of: datetime
    columns: tuple[str, ...]
    lines: tuple[YearRow, ...]

    def line(self, figure: str) -> YearRow:
        return next(line for line in self.lines if line.figure.key == figure)


def recent_years(until: int | None = None) -> list[int]:
    until = until or timezone.localdate().year
    return list(range(until - YEARS + 1, until + 1))


def build_year_table(scope: ReportScope, years: Sequence[int]) -> YearTable:
    """The table of these years, in ten queries."""
    parts = filters_by_year(years, ReportFilter())
    cuts = [filters for _, filters in parts]
    whole = cuts[-1]
    people = Q(kind=VisitorKind.VETERAN)
    values: dict[str, list[int]] = {
        **_counted(figures.fairs(scope, whole), cuts, "starts_at", fairs=("pk", Q())),
        **_counted(
            figures.booths(scope, whole),
            cuts,
            "fair__starts_at",
            booths=("pk", Q()),
            employers=("employer", Q()),
        ),
        **_counted(
            figures.booth_positions(scope, whole), cuts, "booth__fair__starts_at", positions=("position", Q())
        ),
        **_counted(
            figures.visitors(scope, whole),
            cuts,
            "fair__starts_at",
            visitors=("pk", Q()),
            attendances=("pk", people),
            veterans=("registration__veteran", people),
        ),
        "headcount": [FIGURES["headcount"].count(scope, filters) for filters in cuts],
    }
    cells = count_by_period(scope, whole, parts)
    lines = tuple(
        YearRow(
            FIGURES[name],
            tuple(
                FigureValue(name, filters, values[name][at]) if name in values else cells[at].number(name)
                for at, filters in enumerate(cuts)
            ),
        )
        for name in ROW_KEYS
    )
    return YearTable(timezone.now(), tuple(label for label, _ in parts), lines)


def _counted(
    rows: "QuerySet[Model]", cuts: Sequence[ReportFilter], moment: str, **counts: tuple[str, Q]
) -> dict[str, list[int]]:
    """Name -> count in each filters by the moment; each name with what is counted, and on which condition."""
    wanted: dict[str, Any] = {
        f"{name}_{at}": Count(of, filter=filters.within(moment) & condition, distinct=of != "pk")
        for name, (of, condition) in counts.items()
        for at, filters in enumerate(cuts)
    }
    found = rows.order_by().aggregate(**wanted)
    return {name: [found[f"{name}_{at}"] for at in range(len(cuts))] for name in counts}
