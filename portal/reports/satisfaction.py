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
from portal.reports.figures import Number, answers, answers_given, was_in_post
from portal.reports.funnels import grouping
from portal.reports.scope import Scope
from portal.reports.slices import Slice

DEGREES = tuple(Satisfaction)
MEAN, UNIT = "平均满意程度", "分"
MEAN_DEFINITION = "5 分是“很满意”，1 分是“很不满意”；没有回答的不算。"


@dataclass(slots=True)
class Degrees:
    """Answers of one group by degree; `cut` finds their rows again, by the figures named after `figure`."""

    label: str
    cut: Slice
    figure: str = "satisfaction"
    counts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(DEGREES, 0))

    def add(self, degree: int, answers: int) -> None:
        self.counts[degree] += answers

    @property
    def answered(self) -> Number:
        return Number(self.figure, self.cut, sum(self.counts.values()))

    @property
    def numbers(self) -> list[Number]:
        """The best degree first."""
        return [Number(f"{self.figure}.{degree}", self.cut, self.counts[degree]) for degree in DEGREES]

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
        return "—" if self.mean is None else f"{self.mean:.1f} {UNIT}"


def satisfaction(scope: Scope, cut: Slice) -> Degrees:
    """Of the placements of one cut. One query."""
    return _counted(Degrees("合计", cut), answers(scope, cut))


def in_post(scope: Scope, cut: Slice) -> Number:
    """The placements that could be asked: who ever came into a post. One query."""
    return Number("in_post", cut, was_in_post(scope, cut).count())


def said_in(scope: Scope, cut: Slice) -> Degrees:
    """What was said in the cut's period, whenever the intention was written down. One query."""
    return _counted(Degrees("合计", cut, "new_satisfaction"), answers_given(scope, cut))


def _counted(degrees: Degrees, found: AnswerQuerySet) -> Degrees:
    for degree, n in _by_degree(found):
        degrees.add(degree, n)
    return degrees


def by_dimension(scope: Scope, cut: Slice, dimension: str) -> list[Degrees]:
    """By a dimension of the funnel, the most answers first (months: the latest first)."""
    fields, cell_of = grouping(scope, cut, dimension)
    groups: dict[Any, Degrees] = {}
    for degree, *values, n in _by_degree(answers(scope, cut), *fields):
        label, key, part = cell_of(*values)
        groups.setdefault(key, Degrees(label, part)).add(degree, n)
    if dimension == "month":
        return [groups[key] for key in sorted(groups, reverse=True)]
    return sorted(groups.values(), key=lambda one: (-one.answered.value, one.label))


def _by_degree(found: AnswerQuerySet, *fields: str) -> Iterable[Any]:
    """(degree, the placement's `fields`, how many)."""
    told = found.order_by().values_list("satisfaction", *(f"placement__{name}" for name in fields))
    return told.annotate(n=Count("pk"))
