"""The station network as of a day, and its changes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.accounts.permissions import can_change_contact, can_change_network, serves_at_or_above
from portal.reports.station_network import count_affected_rows, station_history, stations_on
from portal.stations import actions
from portal.stations.models import Station
from portal.web.shared.form_fields import add_errors
from portal.web.staff.access import any_staff
from portal.web.staff.network.forms import (
    ContactForm,
    EndForm,
    OpenForm,
    RenameForm,
    SplitForm,
    StationDayForm,
)

PAGE_SIZE = 20
LAST_CHANGES = 30


def station_or_refuse(user: User, pk: int) -> Station:
    """Return the station if the user serves there or above it.

    Raises:
        Http404: the station does not exist.
        PermissionDenied: the station is not below the user's stations.
    """
    station = get_object_or_404(Station.objects.select_related("region", "succeeded_by"), pk=pk)
    if not serves_at_or_above(user, station):
        raise PermissionDenied("这个服务站不在您现任服务站的辖区内。")
    return station


@any_staff
@require_safe
def tree(request: HttpRequest, user: User, pk: int | None = None) -> HttpResponse:
    """Show one station and its direct children as of a day."""
    own_stations = list({row.station.pk: row.station for row in user.current_appointments}.values())
    station = station_or_refuse(user, own_stations[0].pk if pk is None else pk)
    form = StationDayForm(request.GET if request.GET.get("day") else None)
    day = timezone.localdate()
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["day"] or day
    else:
        form.initial["day"] = day
    lines = stations_on(station, day)
    own = next((line for line in lines if line.station.pk == station.pk), None)
    children = [line for line in lines if line is not own]
    context = {
        "station": station,
        "own": own,
        "page": Paginator(children, PAGE_SIZE).get_page(request.GET.get("page")),
        "day": day,
        "form": form,
        "day_query": f"?day={day:%Y-%m-%d}" if day != timezone.localdate() else "",
        "crumbs": _crumbs(user, station),
        "others": [other for other in own_stations if other.pk != station.pk],
        "history": station_history(station)[:LAST_CHANGES],
        "facts": _facts(own) if own else [],
        "changes": _changes(user, station),
    }
    return render(request, "staff/network/station.html", context)


def _facts(line: Any) -> list[tuple[str, Any]]:
    station = line.station
    return [
        ("级别", station.get_level_display()),
        ("服务区划", "、".join(line.regions)),
        ("档案", f"本站 {line.records} 份，连同下级 {line.records_below} 份"),
        ("在任工作人员", f"{line.staff} 人"),
        ("地址", station.address),
        ("办公电话", station.phone),
        ("办公时间", station.opening_hours),
    ]


def _crumbs(user: User, station: Station) -> list[tuple[str, str]]:
    """Return (name, URL) from the highest station that the user may see down to this one."""
    ancestors = [row for row in station.get_ancestors() if serves_at_or_above(user, row)]
    return [(row.name, reverse("staff:network-station", args=[row.pk])) for row in ancestors] + [
        (station.name, "")
    ]


def _changes(user: User, station: Station) -> list[tuple[str, str]]:
    """Return (label, URL) of the changes that the user may make at this station."""
    return [
        (change.label, reverse("staff:network-change", args=[station.pk, name]))
        for name, change in CHANGES.items()
        if station.is_open and change.is_allowed(user, station) and change.is_applicable(station)
    ]


class Change:
    """Kind of network change: label, form, action and conditions."""

    def __init__(
        self,
        label: str,
        form: Callable[..., Any],
        action: Callable[..., Station],
        *,
        has_preview: bool = False,
        is_allowed: Callable[[User, Station], bool] = lambda user, _station: can_change_network(user),
        is_applicable: Callable[[Station], bool] = lambda _station: True,
    ) -> None:
        self.label, self.form, self.action, self.has_preview = label, form, action, has_preview
        self.is_allowed, self.is_applicable = is_allowed, is_applicable


def _open(*, station: Station, form: OpenForm, by: User) -> Station:
    return actions.open_station(parent=station, level=form.level, by=by, **form.cleaned_data)


def _rename(*, station: Station, form: forms.Form, by: User) -> Station:
    return actions.rename_station(station=station, by=by, **form.cleaned_data)


def _contact(*, station: Station, form: forms.Form, by: User) -> Station:
    return actions.change_contact(station=station, by=by, **form.cleaned_data)


def _merge(*, station: Station, form: forms.Form, by: User) -> Station:
    actions.merge_station(station=station, by=by, **form.cleaned_data)
    return station


def _close(*, station: Station, form: forms.Form, by: User) -> Station:
    actions.close_station(station=station, by=by, **form.cleaned_data)
    return station


def _split(*, station: Station, form: forms.Form, by: User) -> Station:
    return actions.split_station(station=station, by=by, **form.cleaned_data)


def _not_root(station: Station) -> bool:
    return not station.is_root()


def _not_village(station: Station) -> bool:
    return station.level != actions.LEVELS[-1]


CHANGES = {
    "contact": Change("修改联系方式", ContactForm, _contact, is_allowed=can_change_contact),
    "open": Change("新设下级服务站", OpenForm, _open, is_applicable=_not_village),
    "rename": Change("更名", RenameForm, _rename),
    "merge": Change("并入其他服务站", EndForm, _merge, has_preview=True, is_applicable=_not_root),
    "split": Change("拆分出新站", SplitForm, _split, has_preview=True),
    "close": Change("停用", EndForm, _close, has_preview=True, is_applicable=_not_root),
}


@any_staff
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, user: User, pk: int, change: str) -> HttpResponse:
    """Make a change; merging, splitting and closing show their consequences before confirmation."""
    kind = CHANGES.get(change)
    if kind is None:
        raise Http404
    station = station_or_refuse(user, pk)
    if not kind.is_allowed(user, station):
        raise PermissionDenied("只有全市的业务管理员可以变更服务站。")
    if not kind.is_applicable(station):
        raise Http404
    form = kind.form(station, request.POST if request.method == "POST" else None)
    preview: list[tuple[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            if kind.has_preview and "sure" not in request.POST:
                preview = _preview(station, form)
            else:
                result = kind.action(station=station, form=form, by=user)
                messages.success(request, f"{station.name}：{kind.label}，已登记。")
                return redirect("staff:network-station", pk=result.pk)
        except ValidationError as error:
            add_errors(form, error)
    context = {"station": station, "form": form, "label": kind.label, "preview": preview}
    return render(request, "staff/network/station_change.html", context)


def _preview(station: Station, form: forms.Form) -> list[tuple[str, Any]]:
    """Return the consequences of a change as (label, value) pairs.

    Raises:
        ValidationError: the change is not possible.
    """
    values = form.cleaned_data
    on: date = values["on"]
    if "regions" in values:
        actions.check_split(station, values["level"], values["regions"], on)
        affected = count_affected_rows(station, [region.code for region in values["regions"]])
    else:
        actions.check_end(station, values["into"], on)
        affected = count_affected_rows(station)
    rows = [
        ("生效日期", f"{on:%Y-%m-%d}"),
        ("转走的档案", f"{affected.records} 份"),
        ("转走的待办回访", f"{affected.follow_ups} 项"),
    ]
    if "into" in values:
        rows += [
            ("接收服务站", values["into"].name),
            ("结束的任职", f"{affected.appointments} 项（人员不随之调动，请另行安排）"),
            ("转走的用人单位", f"{affected.employers} 家"),
        ]
    return rows
