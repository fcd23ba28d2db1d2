"""The report of one month: what was held, written down and done in it, beside the month before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from portal.reports.figures import FIGURES, Figure, Number, intentions, steps
from portal.reports.funnels import Cell, Funnel, funnel, grouped
from portal.reports.satisfaction import DEGREES, Degrees, said_in
from portal.reports.scope import Scope
from portal.reports.slices import Slice, month_of
from portal.reports.survival import Point, curve, lives, milestones

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
    number: Number
    before: Number


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
    stations: tuple[Cell, ...]
    said: tuple[Degrees, Degrees]
    funnel: Funnel
    curve: tuple[Point, ...]
    milestones: tuple[Point, ...]

    @property
    def name(self) -> str:
        return f"{self.first.year}年{self.first.month}月"

    def line(self, figure: str) -> MonthLine:
        return next(line for _, lines in self.sections for line in lines if line.figure.key == figure)


def month_report(scope: Scope, day: date) -> MonthReport:
    """Of the month that the day lies in."""
    first, last = month_of(day)
    this = Slice(since=first, until=last)
    earlier = month_of(first - timedelta(days=1))
    before = Slice(since=earlier[0], until=earlier[1])
    done = {cut: _steps(scope, cut) for cut in (this, before)}
    stays = lives(intentions(scope, Slice()))
    said = {cut: said_in(scope, cut) for cut in (this, before)}
    degrees = {(one.figure, cut): one for cut in said for one in (said[cut].answered, *said[cut].numbers)}

    def number(name: str, cut: Slice) -> Number:
        if name.startswith(_SAID):
            return degrees[name, cut]
        if name.startswith(_STEP) and name != "step.ended":
            return Number(name, cut, done[cut].get(name.removeprefix(_STEP), 0))
        return Number(name, cut, FIGURES[name].count(scope, cut))

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
        stations=tuple(grouped(scope, this, "station")),
        said=(said[this], said[before]),
        funnel=funnel(scope, this),
        curve=tuple(curve(stays)),
        milestones=tuple(milestones(stays)),
    )


def _steps(scope: Scope, cut: Slice) -> dict[str, int]:
    rows = steps(scope, cut).order_by().values_list("to_state").annotate(n=Count("pk"))
    return dict(rows)
