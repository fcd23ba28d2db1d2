"""Funnel of intentions: how many reached each stage, and the median days between stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Count
from django.utils import timezone

from portal.placements.models import PlacementQuerySet
from portal.reports.cohorts import count_cohort
from portal.reports.figures import FigureValue, intentions
from portal.reports.furthest_stage import STAGES, intervals_between_stages, with_furthest_stage
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar of a funnel.

    count: placements that reached the stage. share: their share (0..1) of the stage before, None where that
    is empty. days: median days since the stage before, of the placements in `pairs`.
    """

    label: str
    count: int
    share: float | None
    number: FigureValue | None = None
    days: float | None = None
    pairs: FigureValue | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Funnel with the number of people, and of intentions that both sides confirmed."""

    as_of: datetime
    stages: tuple[Stage, ...]
    people: FigureValue
    confirmed_intentions: FigureValue


def count_stages(placements: PlacementQuerySet) -> tuple[Stage, ...]:
    """Count the placements by the furthest stage in their logs. One query."""
    count_by_rank = dict(
        with_furthest_stage(placements).order_by().values_list("rank").annotate(n=Count("pk"))
    )
    counts = [
        sum(n for furthest, n in count_by_rank.items() if furthest >= rank) for rank in range(len(STAGES))
    ]
    return tuple(
        Stage(label=state.label, count=counts[rank], share=_share_of_previous(counts, rank))
        for rank, state in enumerate(STAGES)
    )


def _share_of_previous(counts: Sequence[int], rank: int) -> float | None:
    return counts[rank] / counts[rank - 1] if rank and counts[rank - 1] else None


def build_funnel(scope: ReportScope, filters: ReportFilter) -> Funnel:
    """Build the funnel of the intentions of the filters. Two queries."""
    cohort = count_cohort(scope, filters)
    intervals = intervals_between_stages(intentions(scope, filters))
    stages = []
    for rank, state in enumerate(STAGES):
        days = [interval.days for interval in intervals.get(state, ())]
        stages.append(
            Stage(
                label=state.label,
                count=cohort.counts[rank],
                share=_share_of_previous(cohort.counts, rank),
                number=cohort.numbers[rank],
                days=median(days) if days else None,
                pairs=FigureValue(f"gap.{state}", filters, len(days)) if days else None,
            )
        )
    return Funnel(
        timezone.now(), tuple(stages), cohort.figure_value("people"), cohort.figure_value("reached")
    )
