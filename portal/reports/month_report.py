"""Report of one month: figures of the month beside those of the month before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from portal.placements.enums import PlacementState as S
from portal.placements.milestones import HEADLINE_MILESTONES
from portal.placements.workflow import RETAINED_STATES
from portal.reports.cohorts import CohortCounts, count_by_dimension
from portal.reports.figures import FIGURES, Figure, FigureValue, intentions, transitions
from portal.reports.funnels import Funnel, build_funnel
from portal.reports.report_filter import ReportFilter, month_bounds
from portal.reports.report_scope import ReportScope
from portal.reports.retention_curve import (
    CurvePoint,
    employment_spells,
    estimate_at_milestones,
    estimate_retention_curve,
)
from portal.reports.satisfaction import DEGREES, SatisfactionCounts, count_new_answers

SECTIONS = (
    ("招聘会", ("fairs", "booths", "employers", "positions", "headcount", "visitors", "veterans")),
    ("就业意向", ("new_sheets", "people", "reached", "reached_people")),
    (
        "本月进展",
        (
            "step.interviewed", "step.offered", "step.onboarded",
            *(f"step.{state}" for state in RETAINED_STATES), "step.left", "step.ended",
        ),
    ),
    ("回访", ("calls_due", "calls_done", "calls_missed")),
    ("满意程度", ("new_satisfaction", *(f"new_satisfaction.{degree}" for degree in DEGREES))),
)  # fmt: skip
# Stages in the table by station.
STATION_STAGES = (S.INTENDED, S.INTERVIEWED, S.ONBOARDED, S(HEADLINE_MILESTONES[0].state))
_STEP_PREFIX, _SATISFACTION_PREFIX = "step.", "new_satisfaction"


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One figure with its value in the month (`number`) and in the month before (`previous`)."""

    figure: Figure
    number: FigureValue
    previous: FigureValue


@dataclass(frozen=True, slots=True)
class MonthReport:
    """Figures of the month from `first` to `last`.

    stations: the month's intentions by station, with their progress until now. satisfaction: answers given in
    the month, and in the month before. funnel: progress of the month's intentions until now. curve,
    milestones: retention of all people who ever started a job.
    """

    as_of: datetime
    first: date
    last: date
    sections: tuple[tuple[str, tuple[MonthRow, ...]], ...]
    stations: tuple[CohortCounts, ...]
    satisfaction: tuple[SatisfactionCounts, SatisfactionCounts]
    funnel: Funnel
    curve: tuple[CurvePoint, ...]
    milestones: tuple[CurvePoint, ...]

    @property
    def name(self) -> str:
        return f"{self.first.year}年{self.first.month}月"

    def row(self, figure: str) -> MonthRow:
        """Return the row of the figure with this key."""
        return next(row for _, rows in self.sections for row in rows if row.figure.key == figure)


def build_month_report(scope: ReportScope, day: date) -> MonthReport:
    """Build the report of the month of `day`."""
    first, last = month_bounds(day)
    previous_first, previous_last = month_bounds(first - timedelta(days=1))
    current = ReportFilter(since=first, until=last)
    previous = ReportFilter(since=previous_first, until=previous_last)
    transition_counts = {period: _count_transitions(scope, period) for period in (current, previous)}
    satisfaction = {period: count_new_answers(scope, period) for period in (current, previous)}
    satisfaction_values = {
        (value.figure, period): value
        for period, counts in satisfaction.items()
        for value in (counts.total, *counts.numbers)
    }

    def figure_value(key: str, period: ReportFilter) -> FigureValue:
        if key.startswith(_SATISFACTION_PREFIX):
            return satisfaction_values[key, period]
        if key.startswith(_STEP_PREFIX) and key != "step.ended":
            return FigureValue(key, period, transition_counts[period].get(key.removeprefix(_STEP_PREFIX), 0))
        return FigureValue(key, period, FIGURES[key].count(scope, period))

    spells = employment_spells(intentions(scope, ReportFilter()))
    return MonthReport(
        as_of=timezone.now(),
        first=first,
        last=last,
        sections=tuple(
            (
                title,
                tuple(
                    MonthRow(FIGURES[key], figure_value(key, current), figure_value(key, previous))
                    for key in keys
                ),
            )
            for title, keys in SECTIONS
        ),
        stations=tuple(count_by_dimension(scope, current, "station")),
        satisfaction=(satisfaction[current], satisfaction[previous]),
        funnel=build_funnel(scope, current),
        curve=tuple(estimate_retention_curve(spells)),
        milestones=tuple(estimate_at_milestones(spells)),
    )


def _count_transitions(scope: ReportScope, filters: ReportFilter) -> dict[str, int]:
    """Return state -> number of transitions to it in the period."""
    rows = transitions(scope, filters).order_by().values_list("to_state").annotate(n=Count("pk"))
    return dict(rows)
