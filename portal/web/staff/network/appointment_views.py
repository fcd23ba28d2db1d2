"""Who serves at a station, and since when: posts given, ended and moved."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.accounts.actions import appoint, end_post, move_post
from portal.accounts.enums import StationRole
from portal.accounts.models import Appointment, User
from portal.accounts.permissions import can_appoint, can_end, roles_to_give
from portal.stations.models import Station
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import any_staff
from portal.web.staff.network.forms import AppointForm, EndPostForm, MovePostForm
from portal.web.staff.network.station_views import A_PAGE, station_or_refuse


@any_staff
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Everybody who serves or served here; those who may, appoint."""
    station = station_or_refuse(user, pk)
    roles = roles_to_give(user, station) if station.is_open else []
    if request.method == "POST" and not roles:
        raise PermissionDenied("您现在的任职不能安排这个服务站的人员。")
    form = AppointForm(roles, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["phone"]
        role = StationRole(form.cleaned_data["role"])
        try:
            appoint(
                user=person, station=station, role=role, by=user, starts_on=form.cleaned_data["starts_on"]
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已安排 {person.name} 担任{role.label}。")
            return redirect("staff:network-staff", pk=station.pk)
    today = timezone.localdate()
    posts = station.memberships.select_related("user", "station").order_by("ends_on", "-starts_on", "pk")
    page = Paginator(posts, A_PAGE).get_page(request.GET.get("page"))
    rows = [(post, _is_past(post, today), not _is_past(post, today) and can_end(user, post)) for post in page]
    context = {"station": station, "page": page, "rows": rows, "form": form if roles else None}
    return render(request, "staff/network/station_staff.html", context)


def _is_past(post: Appointment, today: Any) -> bool:
    return post.ends_on is not None and post.ends_on < today


@any_staff
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """End somebody's post, or move them to another station."""
    found = get_object_or_404(Appointment.objects.select_related("user", "station"), pk=pk)
    if not can_end(user, found):
        raise PermissionDenied("这项任职不由您安排。")
    moving = request.POST.get("do") == "move"
    sent = request.POST if request.method == "POST" else None
    paths = [own.station.path for own in user.current_appointments]
    places = Station.objects.in_subtrees(paths).open_on(timezone.localdate()).exclude(pk=found.station_id)
    end = EndPostForm(None if moving else sent)
    move = MovePostForm(places, sent if moving else None)
    form = move if moving else end
    if sent is not None and form.is_valid():
        try:
            if moving:
                station = form.cleaned_data["station"]
                if not can_appoint(user, station, found.role):
                    raise PermissionDenied("您不能安排到这个服务站。")
                move_post(post=found, by=user, **form.cleaned_data)
                messages.success(request, f"{found.user.name} 已调到{station.name}。")
            else:
                end_post(post=found, by=user, **form.cleaned_data)
                messages.success(request, f"{found.user.name} 的任职已登记结束。")
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("staff:network-staff", pk=found.station_id)
    context = {"post": found, "end": end, "move": move, "is_past": _is_past(found, timezone.localdate())}
    return render(request, "staff/network/appointment.html", context)
