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


@dataclass(frozen=True, slots=True)
class FairReport:
    """Figures of one fair, each counted from rows at `as_of`.

    numbers: values of figures of `portal.reports.figures`. stages: funnel of the intentions at the fair.
    """

    as_of: datetime
    numbers: tuple[FigureValue, ...]
    stages: tuple[Stage, ...]

    def value(self, figure: str) -> int:
        """Return the value of the figure with this key."""
        return next(number.value for number in self.numbers if number.figure == figure)


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
    values = {
        "employers": booths(scope, filters).count(),
        "positions": position_totals["n"],
        "headcount": position_totals["headcount"] or 0,
        "registered": registrations(scope, filters).count(),
        "visitors": visitor_totals["n"],
        "veterans": visitor_totals["veterans"],
        "sheets": funnel.stages[0].count,
        "people": funnel.people.value,
        "reached": funnel.confirmed_intentions.value,
    }
    return FairReport(
        as_of=funnel.as_of,
        numbers=tuple(FigureValue(key, filters, value) for key, value in values.items()),
        stages=funnel.stages,
    )
