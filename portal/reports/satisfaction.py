"""How content people are with the post they came into: what they said themselves, by degree, with the mean.

Of each placement the latest answer that names a degree counts, once: who said 2 in the first month and 4 in
the sixth is content now. An answer without a degree takes nothing back. A placement that a correction took
out of the post again has no post to be content with.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from portal.confirmations.enums import Satisfaction
from portal.confirmations.models import AnswerQuerySet
from portal.reports.figures import FigureValue, answers_in_period, latest_answers, onboarded_placements
from portal.reports.funnels import grouping_of
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope

DEGREES = tuple(Satisfaction)
MEAN_LABEL, MEAN_UNIT = "平均满意程度", "分"
MEAN_DEFINITION = "5 分是“很满意”，1 分是“很不满意”；没有回答的不算。"


@dataclass(slots=True)
class SatisfactionCounts:
    """Answers of one group by degree; `filters` and the figures named after `figure` select their rows."""

    label: str
    filters: ReportFilter
    figure: str = "satisfaction"
    counts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(DEGREES, 0))

    def add(self, degree: int, answers: int) -> None:
        self.counts[degree] += answers

    @property
    def answered(self) -> FigureValue:
        return FigureValue(self.figure, self.filters, sum(self.counts.values()))

    @property
    def numbers(self) -> list[FigureValue]:
        """The best degree first."""
        return [
            FigureValue(f"{self.figure}.{degree}", self.filters, self.counts[degree]) for degree in DEGREES
        ]

    @property
    def shares(self) -> list[float | None]:
        """Of those who answered (0..1); None where nobody did."""
        answered = self.answered.value
        return [self.counts[degree] / answered if answered else None for degree in DEGREES]

    @property
    def mean(self) -> float | None:
        """1 to 5 with one decimal; None where nobody answered."""
        answered = self.answered.value
        said = sum(degree * n for degree, n in self.counts.items())
        return round(said / answered, 1) if answered else None

    @property
    def mean_said(self) -> str:
        return "—" if self.mean is None else f"{self.mean:.1f} {MEAN_UNIT}"


def count_satisfaction(scope: ReportScope, filters: ReportFilter) -> SatisfactionCounts:
    """Of the placements of one filters. One query."""
    return _counted(SatisfactionCounts("合计", filters), latest_answers(scope, filters))


def count_onboarded(scope: ReportScope, filters: ReportFilter) -> FigureValue:
    """The placements that could be asked: who ever came into a post. One query."""
    return FigureValue("in_post", filters, onboarded_placements(scope, filters).count())


def count_new_answers(scope: ReportScope, filters: ReportFilter) -> SatisfactionCounts:
    """Count the answers given in the period, whenever the intention was recorded. One query."""
    return _counted(
        SatisfactionCounts("合计", filters, "new_satisfaction"), answers_in_period(scope, filters)
    )


def _counted(degrees: SatisfactionCounts, found: AnswerQuerySet) -> SatisfactionCounts:
    for degree, n in _by_degree(found):
        degrees.add(degree, n)
    return degrees


def satisfaction_by_dimension(
    scope: ReportScope, filters: ReportFilter, dimension: str
) -> list[SatisfactionCounts]:
    """By a dimension of the funnel, the most answers first (months: the latest first)."""
    fields, cell_of = grouping_of(scope, filters, dimension)
    groups: dict[Any, SatisfactionCounts] = {}
    for degree, *values, n in _by_degree(latest_answers(scope, filters), *fields):
        label, key, part = cell_of(*values)
        groups.setdefault(key, SatisfactionCounts(label, part)).add(degree, n)
    if dimension == "month":
        return [groups[key] for key in sorted(groups, reverse=True)]
    return sorted(groups.values(), key=lambda one: (-one.answered.value, one.label))


def _by_degree(found: AnswerQuerySet, *fields: str) -> Iterable[Any]:
    """(degree, the placement's `fields`, how many)."""
    told = found.order_by().values_list("satisfaction", *(f"placement__{name}" for name in fields))
    return told.annotate(n=Count("pk"))
