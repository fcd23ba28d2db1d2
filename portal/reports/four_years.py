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
from portal.reports.figures import FIGURES, Figure, Number
from portal.reports.funnels import cells_of
from portal.reports.scope import Scope
from portal.reports.slices import Slice, years_of

YEARS = 4
LINES = (
    "fairs", "booths", "employers", "positions", "headcount", "visitors", "attendances", "veterans",
    "sheets", "people", "reached", "reached_people",
    "stage.interviewed", "people.interviewed", "stage.offered", "stage.onboarded", "people.onboarded",
    "stage.retained_3m", "people.retained_3m", "stage.retained_12m", "people.retained_12m",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearLine:
    figure: Figure
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class YearTable:
    """`columns`: the years and their sum; distinct people and enterprises of the sum are counted once."""

    as_of: datetime
    columns: tuple[str, ...]
    lines: tuple[YearLine, ...]

    def line(self, figure: str) -> YearLine:
        return next(line for line in self.lines if line.figure.key == figure)


def last_years(until: int | None = None) -> list[int]:
    until = until or timezone.localdate().year
    return list(range(until - YEARS + 1, until + 1))


def four_years(scope: Scope, years: Sequence[int]) -> YearTable:
    """The table of these years, in ten queries."""
    parts = years_of(years, Slice())
    cuts = [cut for _, cut in parts]
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
            figures.shown_positions(scope, whole), cuts, "booth__fair__starts_at", positions=("position", Q())
        ),
        **_counted(
            figures.visitors(scope, whole),
            cuts,
            "fair__starts_at",
            visitors=("pk", Q()),
            attendances=("pk", people),
            veterans=("registration__veteran", people),
        ),
        "headcount": [FIGURES["headcount"].count(scope, cut) for cut in cuts],
    }
    cells = cells_of(scope, whole, parts)
    lines = tuple(
        YearLine(
            FIGURES[name],
            tuple(
                Number(name, cut, values[name][at]) if name in values else cells[at].number(name)
                for at, cut in enumerate(cuts)
            ),
        )
        for name in LINES
    )
    return YearTable(timezone.now(), tuple(label for label, _ in parts), lines)


def _counted(
    rows: "QuerySet[Model]", cuts: Sequence[Slice], moment: str, **counts: tuple[str, Q]
) -> dict[str, list[int]]:
    """Name -> count in each cut by the moment; each name with what is counted, and on which condition."""
    wanted: dict[str, Any] = {
        f"{name}_{at}": Count(of, filter=cut.within(moment) & condition, distinct=of != "pk")
        for name, (of, condition) in counts.items()
        for at, cut in enumerate(cuts)
    }
    found = rows.order_by().aggregate(**wanted)
    return {name: [found[f"{name}_{at}"] for at in range(len(cuts))] for name in counts}
