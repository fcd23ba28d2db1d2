"""Fairs of the user's stations: figures, funnel and door shifts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.fairs import actions
from portal.fairs.models import DoorShift
from portal.fairs.permissions import can_manage, fairs_operated_by
from portal.reports.fair_report import build_fair_report
from portal.reports.fair_tables import (
    DISTRICT_COLUMNS,
    DISTRICT_NOTE,
    OCCUPATION_COLUMNS,
    OCCUPATION_NOTE,
    fair_by_district,
    fair_by_occupation,
)
from portal.reports.figures import FIGURES
from portal.reports.public_totals import count_booths
from portal.web.staff.access import fair_staff
from portal.web.staff.fairs.forms import DoorShiftForm

PAGE_SIZE = 15
MAX_SHIFTS = 50


@fair_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List fairs organised below the user's stations, the latest first."""
    rows = fairs_operated_by(user).select_related("region").order_by("-starts_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = count_booths(list(page.object_list))
    rows_with_counts = [(fair, *counts.get(fair.pk, (0, 0))) for fair in page]
    return render(request, "staff/fairs/fairs.html", {"page": page, "rows": rows_with_counts})


@fair_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, page_id: int) -> HttpResponse:
    """Show the fair's report, counted now, and its door shifts; POST assigns a shift."""
    fair = get_object_or_404(fairs_operated_by(user).select_related("organiser"), pk=page_id)
    if not can_manage(user, fair):
        raise PermissionDenied("serves at this fair, but does not run it")
    form = DoorShiftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        helper = form.cleaned_data["phone"]
        actions.assign_door_shift(fair=fair, user=helper, by=user)
        messages.success(request, f"已安排 {helper.name} 现场值守。")
        return redirect("staff:fair", page_id=page_id)
    report = build_fair_report(fair)
    context = {
        "fair": fair,
        "report": report,
        "districts": fair_by_district(fair),
        "district_figures": [FIGURES[name] for name in DISTRICT_COLUMNS],
        "district_note": DISTRICT_NOTE,
        "occupations": fair_by_occupation(fair),
        "occupation_figures": [FIGURES[name] for name in OCCUPATION_COLUMNS],
        "occupation_note": OCCUPATION_NOTE,
        "definitions": [FIGURES[number.figure] for number in report.numbers],
        "form": form,
        "door_shifts": list(
            DoorShift.objects.filter(fair=fair).select_related("user").order_by("pk")[:MAX_SHIFTS]
        ),
    }
    return render(request, "staff/fairs/fair.html", context)
