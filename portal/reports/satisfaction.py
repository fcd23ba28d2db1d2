"""Satisfaction of people with the job they started, from their own answers: by degree, with the mean.

Of each placement the latest answer with a degree counts, once: a person who answered 2 in the first month and
4 in the sixth counts as 4. An answer without a degree does not revoke an earlier one. A placement whose
onboarding was corrected does not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from portal.confirmations.enums import Satisfaction
from portal.confirmations.models import AnswerQuerySet
from portal.reports.cohorts import grouping_of
from portal.reports.figures import FigureValue, answers_in_period, latest_answers, onboarded_placements
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope

DEGREES = tuple(Satisfaction)
MEAN_LABEL, MEAN_UNIT = "平均满意程度", "分"
MEAN_DEFINITION = "5 分是“很满意”，1 分是“很不满意”；没有回答的不算。"


@dataclass(slots=True)
class SatisfactionCounts:
    """Answers of one group by degree.

    `filters` and the figures named after `figure` select their rows.
    """

    label: str
    filters: ReportFilter
    figure: str = "satisfaction"
    counts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(DEGREES, 0))

    def add(self, degree: int, count: int) -> None:
        self.counts[degree] += count

    @property
    def total(self) -> FigureValue:
        return FigureValue(self.figure, self.filters, sum(self.counts.values()))

    @property
    def numbers(self) -> list[FigureValue]:
        """Values of the degrees, in the order of `DEGREES`."""
        return [
            FigureValue(f"{self.figure}.{degree}", self.filters, self.counts[degree]) for degree in DEGREES
        ]

    @property
    def shares(self) -> list[float | None]:
        """Share (0..1) of each degree; None without answers."""
        total = self.total.value
        return [self.counts[degree] / total if total else None for degree in DEGREES]

    @property
    def mean(self) -> float | None:
        """Mean degree, 1 to 5 with one decimal; None without answers."""
        total = self.total.value
        return round(sum(degree * n for degree, n in self.counts.items()) / total, 1) if total else None

    @property
    def mean_text(self) -> str:
        return "—" if self.mean is None else f"{self.mean:.1f} {MEAN_UNIT}"


def count_satisfaction(scope: ReportScope, filters: ReportFilter) -> SatisfactionCounts:
    """Count the latest answers of the placements of the filters. One query."""
    counts = SatisfactionCounts("合计", filters)
    return _add_answers(counts, latest_answers(scope, filters))


def count_onboarded(scope: ReportScope, filters: ReportFilter) -> FigureValue:
    """Count the placements that led to a job, whose people could be asked. One query."""
    return FigureValue("in_post", filters, onboarded_placements(scope, filters).count())


def count_new_answers(scope: ReportScope, filters: ReportFilter) -> SatisfactionCounts:
    """Count the answers given in the period, whenever the intention was recorded. One query."""
    counts = SatisfactionCounts("合计", filters, "new_satisfaction")
    return _add_answers(counts, answers_in_period(scope, filters))


def _add_answers(counts: SatisfactionCounts, answers: AnswerQuerySet) -> SatisfactionCounts:
    for degree, n in _count_by_degree(answers):
        counts.add(degree, n)
    return counts


def satisfaction_by_dimension(
    scope: ReportScope, filters: ReportFilter, dimension: str
) -> list[SatisfactionCounts]:
    """Count the latest answers by a dimension of the funnel, most answers first (months: latest first)."""
    fields, group_of = grouping_of(scope, filters, dimension)
    groups: dict[Any, SatisfactionCounts] = {}
    for degree, *values, n in _count_by_degree(latest_answers(scope, filters), *fields):
        label, key, group_filters = group_of(*values)
        groups.setdefault(key, SatisfactionCounts(label, group_filters)).add(degree, n)
    if dimension == "month":
        return [groups[key] for key in sorted(groups, reverse=True)]
    return sorted(groups.values(), key=lambda group: (-group.total.value, group.label))


def _count_by_degree(answers: AnswerQuerySet, *fields: str) -> Iterable[Any]:
    """Return rows (degree, values of the placement's `fields`, count)."""
    rows = answers.order_by().values_list("satisfaction", *(f"placement__{name}" for name in fields))
    return rows.annotate(n=Count("pk"))
