"""Appointments of a station's staff: create, end, transfer."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.accounts.actions import appoint, end_appointment, move_appointment
from portal.accounts.models import Appointment, User
from portal.accounts.permissions import can_appoint, can_end, can_manage_sign_in, roles_to_give
from portal.accounts.roles import StationRole
from portal.stations.models import Station
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import any_staff
from portal.web.staff.network.forms import AppointForm, EndAppointmentForm, TransferForm
from portal.web.staff.network.station_views import PAGE_SIZE, station_or_refuse


@any_staff
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """List current and past staff of a station; POST appoints a person."""
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
    appointments = station.appointments.select_related("user", "station").order_by(
        "ends_on", "-starts_on", "pk"
    )
    page = Paginator(appointments, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(row, _is_past(row, today), not _is_past(row, today) and can_end(user, row)) for row in page]
    context = {"station": station, "page": page, "rows": rows, "form": form if roles else None}
    return render(request, "staff/network/station_staff.html", context)


def _is_past(appointment: Appointment, today: date) -> bool:
    return appointment.ends_on is not None and appointment.ends_on < today


@any_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """End an appointment, or transfer the person to another station."""
    appointment = get_object_or_404(Appointment.objects.select_related("user", "station"), pk=pk)
    if not can_end(user, appointment):
        raise PermissionDenied("这项任职不由您安排。")
    is_transfer = request.POST.get("do") == "move"
    data = request.POST if request.method == "POST" else None
    paths = [current.station.path for current in user.current_appointments]
    destinations = (
        Station.objects.in_subtrees(paths).open_on(timezone.localdate()).exclude(pk=appointment.station_id)
    )
    end_form = EndAppointmentForm(None if is_transfer else data)
    transfer_form = TransferForm(destinations, data if is_transfer else None)
    form = transfer_form if is_transfer else end_form
    if data is not None and form.is_valid():
        try:
            if is_transfer:
                station = form.cleaned_data["station"]
                if not can_appoint(user, station, appointment.role):
                    raise PermissionDenied("您不能安排到这个服务站。")
                move_appointment(appointment=appointment, by=user, **form.cleaned_data)
                messages.success(request, f"{appointment.user.name} 已调到{station.name}。")
            else:
                end_appointment(appointment=appointment, by=user, **form.cleaned_data)
                messages.success(request, f"{appointment.user.name} 的任职已登记结束。")
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("staff:network-staff", pk=appointment.station_id)
    context = {
        "appointment": appointment,
        "end_form": end_form,
        "transfer_form": transfer_form,
        "is_past": _is_past(appointment, timezone.localdate()),
        "can_manage_sign_in": can_manage_sign_in(user, appointment.user),
    }
    return render(request, "staff/network/appointment.html", context)
