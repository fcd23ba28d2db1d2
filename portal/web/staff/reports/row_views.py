"""The rows behind a number: every figure of every report leads here, and the list is as long as it says."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.reports.figures import FIGURES, Figure
from portal.reports.report_scope import can_export_reports
from portal.web.staff.reports.report_filters import cut_or_404, in_words, report_staff
from portal.web.staff.reports.row_tables import entry, listing_of, ordered, reader_of

PAGE_SIZE = 20


def figure_or_404(key: str) -> Figure:
    if key not in FIGURES:
        raise Http404(key)
    return FIGURES[key]


@report_staff
@require_safe
def rows(request: HttpRequest, user: User) -> HttpResponse:
    """What one figure counts in one cut; `figure` and the cut's parts stand in the address."""
    if "figure" not in request.GET:
        return redirect("staff:report-funnels")
    figure = figure_or_404(request.GET["figure"])
    scope, cut = cut_or_404(user, request.GET)
    found = figure.rows(scope, cut)
    listing, reader = listing_of(found), reader_of(user, scope)
    page = Paginator(ordered(found), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "figure": figure,
        "total": figure.count(scope, cut) if figure.summed else page.paginator.count,
        "said": in_words(cut),
        "columns": listing.columns,
        "page": page,
        "entries": [entry(listing, reader, row) for row in page.object_list],
        "can_export": can_export_reports(user),
        "query": {"figure": figure.key, **cut.query},
    }
    return render(request, "staff/reports/rows.html", context)
