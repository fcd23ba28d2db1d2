"""The station network: how it stood on a day, and its changes."""

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

A_PAGE = 20
LAST_CHANGES = 30


def station_or_refuse(user: User, pk: int) -> Station:
    """The station, if the user serves there or above it.

    Raises:
        Http404: there is none.
        PermissionDenied: it stands above or beside the user's stations.
    """
    station = get_object_or_404(Station.objects.select_related("region", "succeeded_by"), pk=pk)
    if not serves_at_or_above(user, station):
        raise PermissionDenied("这个服务站不在您现任服务站的辖区内。")
    return station


@any_staff
@require_safe
def tree(request: HttpRequest, user: User, pk: int | None = None) -> HttpResponse:
    """One station and those right below it, as they stood on a day."""
    mine = list({post.station.pk: post.station for post in user.current_appointments}.values())
    station = station_or_refuse(user, mine[0].pk if pk is None else pk)
    form = StationDayForm(request.GET if request.GET.get("day") else None)
    day = timezone.localdate()
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["day"] or day
    else:
        form.initial["day"] = day
    lines = stations_on(station, day)
    own = next((line for line in lines if line.station.pk == station.pk), None)
    below = [line for line in lines if line is not own]
    context = {
        "station": station,
        "own": own,
        "page": Paginator(below, A_PAGE).get_page(request.GET.get("page")),
        "day": day,
        "form": form,
        "asked": f"?day={day:%Y-%m-%d}" if day != timezone.localdate() else "",
        "crumbs": _crumbs(user, station),
        "others": [other for other in mine if other.pk != station.pk],
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
        ("档案", f"本站 {line.files} 份，连同下级 {line.files_below} 份"),
        ("在任工作人员", f"{line.staff} 人"),
        ("地址", station.address),
        ("办公电话", station.phone),
        ("办公时间", station.opening_hours),
    ]


def _crumbs(user: User, station: Station) -> list[tuple[str, str]]:
    """From the topmost station that the user may see down to this one."""
    above = [one for one in station.get_ancestors() if serves_at_or_above(user, one)]
    return [(one.name, reverse("staff:network-station", args=[one.pk])) for one in above] + [
        (station.name, "")
    ]


def _changes(user: User, station: Station) -> list[tuple[str, str]]:
    """(words, address) of the changes that the user may make here."""
    return [
        (change.label, reverse("staff:network-change", args=[station.pk, name]))
        for name, change in CHANGES.items()
        if station.is_open and change.may(user, station) and change.fits(station)
    ]


class Change:
    """One kind of change: its words, its form, who may make it, and the action."""

    def __init__(
        self,
        label: str,
        form: Callable[..., Any],
        act: Callable[..., Station],
        *,
        previews: bool = False,
        may: Callable[[User, Station], bool] = lambda user, _station: can_change_network(user),
        fits: Callable[[Station], bool] = lambda _station: True,
    ) -> None:
        self.label, self.form, self.act, self.previews = label, form, act, previews
        self.may, self.fits = may, fits


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
    "contact": Change("修改联系方式", ContactForm, _contact, may=can_change_contact),
    "open": Change("新设下级服务站", OpenForm, _open, fits=_not_village),
    "rename": Change("更名", RenameForm, _rename),
    "merge": Change("并入其他服务站", EndForm, _merge, previews=True, fits=_not_root),
    "split": Change("拆分出新站", SplitForm, _split, previews=True),
    "close": Change("停用", EndForm, _close, previews=True, fits=_not_root),
}


@any_staff
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, user: User, pk: int, change: str) -> HttpResponse:
    """Fill in a change; what moves people is shown in numbers before the yes."""
    kind = CHANGES.get(change)
    if kind is None:
        raise Http404
    station = station_or_refuse(user, pk)
    if not kind.may(user, station):
        raise PermissionDenied("只有全市的业务管理员可以变更服务站。")
    if not kind.fits(station):
        raise Http404
    form = kind.form(station, request.POST if request.method == "POST" else None)
    preview: list[tuple[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            if kind.previews and "sure" not in request.POST:
                preview = _preview(station, form)
            else:
                done = kind.act(station=station, form=form, by=user)
                messages.success(request, f"{station.name}：{kind.label}，已登记。")
                return redirect("staff:network-station", pk=done.pk)
        except ValidationError as error:
            add_errors(form, error)
    context = {"station": station, "form": form, "label": kind.label, "preview": preview}
    return render(request, "staff/network/station_change.html", context)


def _preview(station: Station, form: forms.Form) -> list[tuple[str, Any]]:
    """What will happen, as labels and values.

    Raises:
        ValidationError: the change is senseless.
    """
    values = form.cleaned_data
    on: date = values["on"]
    if "regions" in values:
        actions.check_split(station, values["level"], values["regions"], on)
        follows = count_affected_rows(station, [region.code for region in values["regions"]])
    else:
        actions.check_end(station, values["into"], on)
        follows = count_affected_rows(station)
    told = [
        ("生效日期", f"{on:%Y-%m-%d}"),
        ("转走的档案", f"{follows.files} 份"),
        ("转走的待办回访", f"{follows.follow_ups} 项"),
    ]
    if "into" in values:
        told += [
            ("接收服务站", values["into"].name),
            ("结束的任职", f"{follows.posts} 项（人员不随之调动，请另行安排）"),
            ("转走的用人单位", f"{follows.employers} 家"),
        ]
    return told
