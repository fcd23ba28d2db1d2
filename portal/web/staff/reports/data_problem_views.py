"""Worklists that find trouble: how many stand in each, one of them opened, each row leading to what to do."""

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
from portal.web.staff.access import record_staff
from portal.web.staff.reports.row_tables import Cell, Entry, Reader, entry, listing_of, reader_of

PAGE_SIZE = 20
# Lists behind a row of another, and what they may be narrowed to.
BEHIND = {"declines": "position__employer", "waiting": "position"}


@record_staff
@require_safe
def lists(request: HttpRequest, user: User, key: str = "overdue") -> HttpResponse:
    """Counts of all lists on top, the rows of one below."""
    shown = worklists.WORKLISTS.get(key)
    if shown is None:
        raise Http404(key)
    found: Any = shown.rows(user)
    if key in BEHIND:
        of = request.GET.get("of", "")
        if not of.isdigit():
            raise Http404(of)
        found = found.filter(**{BEHIND[key]: int(of)})
    listing, reader = listing_of(found), reader_of(user, report_scope_of(user))
    page = Paginator(found.select_related(*listing.along), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "counts": [
            {
                "label": one.label,
                "value": page.paginator.count if one.key == key else one.rows(user).count(),
                "unit": one.unit,
                "url": reverse("staff:data-problem-list", args=[one.key]),
            }
            for one in worklists.MAIN_WORKLISTS
        ],
        "columns": (*listing.columns, _MORE[shown.what]) if shown.what in _MORE else listing.columns,
        "page": page,
        "entries": [_entry(listing, reader, row) for row in page.object_list],
        "as_of": timezone.now(),
    }
    return render(request, "staff/reports/data_problems.html", context)


# What a firm and a post are told besides: how many, leading to them.
_MORE = {"employer": "未录用", "position": "等待面试"}
_BEHIND = {"declines": "declines", "waiting": "waiting"}


def _entry(listing: Any, reader: Reader, row: Any) -> Entry:
    """The row's own cells, and for a firm or a post how many intentions stand behind it."""
    made = entry(listing, reader, row)
    for name, key in _BEHIND.items():
        n = getattr(row, name, None)
        if isinstance(n, int):
            url = f"{reverse('staff:data-problem-list', args=[key])}?of={row.pk}"
            made = Entry((*made.cells, Cell(f"{n} 份", url, n)))
    return made
