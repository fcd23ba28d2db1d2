"""The report of one month: what was held, written down and done in it, beside the month before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from portal.reports.figures import FIGURES, Figure, FigureValue, intentions, steps
from portal.reports.funnels import CohortCounts, Funnel, build_funnel, group_placements
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
            "step.interviewed", "step.offered", "step.onboarded", "step.retained_1m", "step.retained_3m",
            "step.retained_6m", "step.retained_12m", "step.left", "step.ended",
        ),
    ),
    ("回访", ("calls_due", "calls_done", "calls_missed")),
    ("满意程度", ("new_satisfaction", *(f"new_satisfaction.{degree}" for degree in DEGREES))),
)  # fmt: skip
_STEP, _SAID = "step.", "new_satisfaction"


@dataclass(frozen=True, slots=True)
class MonthLine:
    figure: Figure
    number: FigureValue
    before: FigureValue


@dataclass(frozen=True, slots=True)
class MonthReport:
    """`stations`: the month's intentions by station, and what became of them by now. `said`: how content
    people called themselves in the month, and in the one before. `funnel`: of the month's intentions, by now.
    `curve`, `milestones`: how long people stay, of all who ever came into a post.
    """

    as_of: datetime
    first: date
    last: date
    sections: tuple[tuple[str, tuple[MonthLine, ...]], ...]
    stations: tuple[CohortCounts, ...]
    said: tuple[SatisfactionCounts, SatisfactionCounts]
    funnel: Funnel
    curve: tuple[CurvePoint, ...]
    milestones: tuple[CurvePoint, ...]

    @property
    def name(self) -> str:
        return f"{self.first.year}年{self.first.month}月"

    def line(self, figure: str) -> MonthLine:
        return next(line for _, lines in self.sections for line in lines if line.figure.key == figure)


def build_month_report(scope: ReportScope, day: date) -> MonthReport:
    """Of the month that the day lies in."""
    first, last = month_bounds(day)
    this = ReportFilter(since=first, until=last)
    earlier = month_bounds(first - timedelta(days=1))
    before = ReportFilter(since=earlier[0], until=earlier[1])
    done = {filters: _steps(scope, filters) for filters in (this, before)}
    stays = employment_spells(intentions(scope, ReportFilter()))
    said = {filters: count_new_answers(scope, filters) for filters in (this, before)}
    degrees = {
        (one.figure, filters): one
        for filters in said
        for one in (said[filters].answered, *said[filters].numbers)
    }

    def number(name: str, filters: ReportFilter) -> FigureValue:
        if name.startswith(_SAID):
            return degrees[name, filters]
        if name.startswith(_STEP) and name != "step.ended":
            return FigureValue(name, filters, done[filters].get(name.removeprefix(_STEP), 0))
        return FigureValue(name, filters, FIGURES[name].count(scope, filters))

    return MonthReport(
        as_of=timezone.now(),
        first=first,
        last=last,
        sections=tuple(
            (
                title,
                tuple(MonthLine(FIGURES[name], number(name, this), number(name, before)) for name in names),
            )
            for title, names in SECTIONS
        ),
        stations=tuple(group_placements(scope, this, "station")),
        said=(said[this], said[before]),
        funnel=build_funnel(scope, this),
        curve=tuple(estimate_retention_curve(stays)),
        milestones=tuple(estimate_at_milestones(stays)),
    )


def _steps(scope: ReportScope, filters: ReportFilter) -> dict[str, int]:
    rows = steps(scope, filters).order_by().values_list("to_state").annotate(n=Count("pk"))
    return dict(rows)
