"""Rows behind a figure; the number of rows equals the value of the figure."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.reports.figures import FIGURES, Figure
from portal.reports.report_scope import can_export_reports
from portal.web.staff.reports.report_filters import filter_labels, parse_filters_or_404, report_staff
from portal.web.staff.reports.row_tables import build_reader, build_row, order_rows, row_table_for

PAGE_SIZE = 20


def figure_or_404(key: str) -> Figure:
    """Return the figure with this key.

    Raises:
        Http404: no such figure exists.
    """
    if key not in FIGURES:
        raise Http404(key)
    return FIGURES[key]


@report_staff
@require_safe
def rows(request: HttpRequest, user: User) -> HttpResponse:
    """List the rows of one figure; the query string holds `figure` and the filters."""
    if "figure" not in request.GET:
        return redirect("staff:report-funnels")
    figure = figure_or_404(request.GET["figure"])
    scope, filters = parse_filters_or_404(user, request.GET)
    queryset = figure.rows(scope, filters)
    table, reader = row_table_for(queryset), build_reader(user, scope)
    page = Paginator(order_rows(queryset), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "figure": figure,
        "total": figure.count(scope, filters) if figure.sum_field else page.paginator.count,
        "active_filters": filter_labels(filters),
        "columns": table.columns,
        "page": page,
        "rows": [build_row(table, reader, row) for row in page.object_list],
        "can_export": can_export_reports(user),
        "query": {"figure": figure.key, **filters.query},
    }
    return render(request, "staff/reports/rows.html", context)
