"""Worklists of records that need attention: the count of each list, and the rows of one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.reports import worklists
from portal.reports.report_scope import report_scope_of
from portal.veterans.shown_records import log_shown
from portal.web.shared.query_params import BadParameterError, read_key
from portal.web.staff.access import record_staff
from portal.web.staff.reports.row_tables import (
    Cell,
    Reader,
    RowTable,
    TableRow,
    build_reader,
    build_row,
    row_table_for,
    veterans_of,
)

PAGE_SIZE = 20
# Worklists that show the placements of one row of another list, and the field that selects them.
DETAIL_LISTS = {"declines": "position__employer", "waiting": "position"}


@record_staff
@require_safe
def worklist(request: HttpRequest, user: User, key: str = "overdue") -> HttpResponse:
    """Show the counts of all worklists and the rows of one."""
    current = worklists.WORKLISTS.get(key)
    if current is None:
        raise Http404(key)
    queryset: Any = current.rows(user)
    if key in DETAIL_LISTS:
        detail_of = read_key(request.GET, "of")
        if detail_of is None:
            raise BadParameterError("of", "缺少编号")
        queryset = queryset.filter(**{DETAIL_LISTS[key]: detail_of})
    table, reader = row_table_for(queryset), build_reader(user, report_scope_of(user))
    page = Paginator(queryset.select_related(*table.related), PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=veterans_of(page), place=f"疑难清单：{current.label}")
    context = {
        "worklist": current,
        "counts": [
            {
                "label": row.label,
                "value": page.paginator.count if row.key == key else row.rows(user).count(),
                "unit": row.unit,
                "url": reverse("staff:worklist", args=[row.key]),
            }
            for row in worklists.MAIN_WORKLISTS
        ],
        "columns": (*table.columns, _COUNT_HEADERS[current.row_kind])
        if current.row_kind in _COUNT_HEADERS
        else table.columns,
        "page": page,
        "rows": [_build_row(table, reader, row) for row in page],
        "as_of": timezone.now(),
    }
    return render(request, "staff/reports/worklist.html", context)


# Header of the column with the number of placements behind an employer or position.
_COUNT_HEADERS = {"employer": "未录用", "position": "等待面试"}
_COUNT_FIELDS = {"declines": "declines", "waiting": "waiting"}


def _build_row(table: RowTable, reader: Reader, row: Any) -> TableRow:
    """Return the row's cells, with the number of placements behind an employer or position."""
    table_row = build_row(table, reader, row)
    for name, key in _COUNT_FIELDS.items():
        count = getattr(row, name, None)
        if isinstance(count, int):
            url = f"{reverse('staff:worklist', args=[key])}?of={row.pk}"
            table_row = TableRow((*table_row.cells, Cell(f"{count} 份", url, count)))
    return table_row
