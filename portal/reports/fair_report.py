"""Report of one fair: its figures and its funnel."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from cms.models import JobFairPage
from portal.fairs.enums import VisitorKind
from portal.reports.figures import FigureValue, booth_positions, booths, registrations, visitors
from portal.reports.funnels import Stage, build_funnel
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope

FAIR_FIGURES = (
    "employers", "positions", "headcount", "registered", "visitors", "veterans", "sheets", "people",
    "reached",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FairReport:
    """Figures of one fair, each counted from rows at `as_of`.

    employers: confirmed booths. positions: distinct positions shown there; headcount: people they look for.
    registered: active registrations. visitors: all check-ins; veterans: distinct veterans among them. sheets:
    recorded intentions; reached: those that both sides confirmed; people: distinct veterans in them. All of
    them are figures of `portal.reports.figures` with the same key; `filters` select their rows.
    """

    as_of: datetime
    filters: ReportFilter
    employers: int
    positions: int
    headcount: int
    registered: int
    visitors: int
    veterans: int
    sheets: int
    reached: int
    people: int
    stages: tuple[Stage, ...]

    @property
    def numbers(self) -> tuple[FigureValue, ...]:
        return tuple(FigureValue(key, self.filters, getattr(self, key)) for key in FAIR_FIGURES)


def fair_scope(fair: JobFairPage) -> tuple[ReportScope, ReportFilter]:
    """Return the scope and the filters of all rows of one fair, wherever the people live."""
    return ReportScope((fair.organiser.path,), ()), ReportFilter(fair=fair.pk, at_fairs=True)


def build_fair_report(fair: JobFairPage) -> FairReport:
    """Count the fair's figures and funnel, in a fixed number of queries."""
    scope, filters = fair_scope(fair)
    position_totals = booth_positions(scope, filters).aggregate(
        n=Count("pk"), headcount=Sum("position__headcount")
    )
    visitor_totals = visitors(scope, filters).aggregate(
        n=Count("pk"), veterans=Count("registration", filter=Q(kind=VisitorKind.VETERAN))
    )
    funnel = build_funnel(scope, filters)
    return FairReport(
        as_of=funnel.as_of,
        filters=filters,
        employers=booths(scope, filters).count(),
        positions=position_totals["n"],
        headcount=position_totals["headcount"] or 0,
        registered=registrations(scope, filters).count(),
        visitors=visitor_totals["n"],
        veterans=visitor_totals["veterans"],
        sheets=funnel.stages[0].count,
        reached=funnel.reached.value,
        people=funnel.people.value,
        stages=funnel.stages,
    )
