"""Visits (走访): overdue visits, one veteran's history, and each station's coverage this year."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.reports.visit_coverage import visit_coverage
from portal.stations.enums import StationLevel
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.veterans.shown_records import log_shown
from portal.visits import actions
from portal.visits.models import Visit
from portal.visits.permissions import can_correct
from portal.web.shared.form_fields import add_errors
from portal.web.shared.query_params import get_row
from portal.web.shared.typed_fields import model_choice_field
from portal.web.staff.access import record_staff, veteran_or_refuse
from portal.web.staff.records.visit_forms import CorrectVisitForm, VisitForm

PAGE_SIZE = 20
STATION_PAGE_SIZE = 30
NEVER = "never"
LAST_VISIT_CHOICES = [
    ("3", "超过3个月未走访"),
    ("6", "超过6个月未走访"),
    ("12", "超过12个月未走访"),
    (NEVER, "从未走访"),
]
MONTH = timedelta(days=30)


class WorklistForm(forms.Form):
    """Filters of the list: time since the last visit, and station."""

    waiting = forms.ChoiceField(label="情况", choices=LAST_VISIT_CHOICES, required=False)
    station = forms.ModelChoiceField(
        label="服务站", queryset=Station.objects.none(), required=False, empty_label="全部"
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stations = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS))
        field = model_choice_field(self, "station")
        field.queryset = stations.filter(level__in=[StationLevel.COUNTY, StationLevel.TOWN])


@record_staff
@require_safe
def worklist(request: HttpRequest, user: User) -> HttpResponse:
    """List veterans without a visit for some months, the longest first."""
    form = WorklistForm(user, request.GET or {"waiting": "6"})
    form.is_valid()
    months = form.cleaned_data.get("waiting") or "6"
    veterans = Veteran.objects.followed_by(user, at=form.cleaned_data.get("station"))
    if months == NEVER:
        rows = veterans.never_visited()
    else:
        rows = veterans.not_visited_since(timezone.localdate() - int(months) * MONTH)
    page = Paginator(rows.select_related("station"), PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=page, place="待走访名单")
    context = {"page": page, "form": form, "clear_url": reverse("staff:visits") if request.GET else ""}
    return render(request, "staff/records/visits.html", context)


@record_staff
@require_http_methods(["GET", "POST"])
def visits_of_veteran(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """List the visits of one veteran, the latest first; POST records another."""
    veteran = veteran_or_refuse(user, pk)
    form = VisitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            visit = actions.record_visit(veteran=veteran, by=user, once=True, **form.values())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已记录 {visit.held_on:%Y-%m-%d} 的走访。")
            return redirect("staff:veteran-visits", pk=pk)
    log_access(actor=user, file_id=veteran.pk, kind=AccessKind.VIEW, field="走访记录")
    rows = Visit.objects.visible_to(user).of(veteran).with_details()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"veteran": veteran, "form": form, "page": page}
    return render(request, "staff/records/veteran_visits.html", context)


@record_staff
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Correct a visit; the list keeps the old entry, marked as replaced."""
    rows = Visit.objects.visible_to(user).select_related("veteran__station", "station", "correction")
    visit = get_object_or_404(rows.prefetch_related("needs"), pk=pk)
    if not can_correct(user, visit):
        raise PermissionDenied("这次走访已经更正过，或不属于您现任的服务站。")
    form = CorrectVisitForm.for_visit(visit, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_visit(visit=visit, by=user, **form.values())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已更正，原记录保留。")
            return redirect("staff:veteran-visits", pk=visit.veteran_id)
    log_access(actor=user, file_id=visit.veteran_id, kind=AccessKind.VIEW, field="走访记录")
    return render(request, "staff/records/visit_correct.html", {"visit": visit, "form": form})


@record_staff
@require_safe
def coverage(request: HttpRequest, user: User) -> HttpResponse:
    """Show the share of veterans visited this year, by the children of one station."""
    own_stations = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS))
    highest = own_stations.order_by("depth", "path")
    station = get_row(own_stations, request.GET, "station") or get_object_or_404(highest[:1])
    page = Paginator(station.get_children(), STATION_PAGE_SIZE).get_page(request.GET.get("page"))
    total, own, *rows = visit_coverage(station, list(page))
    context = {
        "station": station,
        "total": total,
        "own": own,
        "rows": rows,
        "page": page,
        "crumbs": _crumbs(station, own_stations),
        "as_of": timezone.now(),
        "year": timezone.localdate().year,
    }
    return render(request, "staff/records/visit_coverage.html", context)


def _crumbs(station: Station, own_stations: QuerySet[Station]) -> list[tuple[str, str]]:
    """Return (name, URL) of the stations from the user's highest one down to `station`."""
    ancestors = own_stations.annotate(length=Length("path")).filter(
        path__in=[station.path[:n] for n in range(Station.steplen, len(station.path), Station.steplen)]
    )
    url = reverse("staff:visit-coverage")
    return [
        *((row.name, f"{url}?station={row.pk}") for row in ancestors.order_by("length")),
        (station.name, ""),
    ]
