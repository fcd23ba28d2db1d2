"""Rows behind a figure; the number of rows equals the value of the figure."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.reports.figures import FIGURES, Figure
from portal.reports.report_scope import can_export_reports
from portal.veterans.shown_records import log_shown
from portal.web.shared.query_params import BadParameterError
from portal.web.staff.reports.report_filters import filter_labels, parse_filters, report_staff
from portal.web.staff.reports.row_tables import (
    build_reader,
    build_row,
    order_rows,
    row_table_for,
    veterans_of,
)

PAGE_SIZE = 20


def get_figure(key: str) -> Figure:
    """Return the figure with this key.

    Raises:
        BadParameterError: no such figure exists.
    """
    if key not in FIGURES:
        raise BadParameterError("figure", "不是统计指标")
    return FIGURES[key]


@report_staff
@require_safe
def rows(request: HttpRequest, user: User) -> HttpResponse:
    """List the rows of one figure; the query string holds `figure` and the filters."""
    if "figure" not in request.GET:
        return redirect("staff:report-funnels")
    figure = get_figure(request.GET["figure"])
    scope, filters = parse_filters(user, request.GET)
    queryset = figure.rows(scope, filters)
    table, reader = row_table_for(queryset), build_reader(user, scope)
    page = Paginator(order_rows(queryset), PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=veterans_of(page), place=f"统计明细：{figure.label}")
    context = {
        "figure": figure,
        "total": figure.count(scope, filters) if figure.sum_field else page.paginator.count,
        "active_filters": filter_labels(filters),
        "columns": table.columns,
        "page": page,
        "rows": [build_row(table, reader, row) for row in page],
        "can_export": can_export_reports(user),
        "query": {"figure": figure.key, **filters.query},
    }
    return render(request, "staff/reports/rows.html", context)
