"""What a head sees: how many calls wait and are late, where and with whom; and giving them to others."""

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
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.insights.load import by_clerk, by_station
from portal.placements import rounds
from portal.placements.duties import LEADING_ROLES
from portal.placements.enums import FollowUpKind
from portal.placements.models import Cover, FollowUp, FollowUpQuerySet
from portal.placements.rules import can_set_rules
from portal.stations.models import Station, path_range
from portal.web.redirects import safe_next
from portal.web.staff.duty_forms import AssignForm, staff_at_or_above, staff_below
from portal.web.staff.guard import staff_with

A_PAGE = 30
STATES = {"late": "逾期", "raised": "已上报", "due": "今天及以前", "coming": "全部待办"}

lead_staff = staff_with(LEADING_ROLES)


def _stations(user: User) -> QuerySet[Station]:
    return Station.objects.in_subtrees(user.station_paths(LEADING_ROLES))


def _station(request: HttpRequest, user: User) -> Station:
    """The station that is asked for, or the highest that the user leads."""
    asked = request.GET.get("station", "")
    if asked:
        return get_object_or_404(
            _stations(user), pk=int(asked) if asked.isdecimal() and len(asked) < 16 else 0
        )
    found = _stations(user).order_by("depth", "path").first()
    assert found is not None  # lead_staff lets nobody in who leads none
    return found


def _crumbs(station: Station, user: User, url: str) -> list[tuple[str, str]]:
    """The way down to the station, from the highest that the user leads."""
    lines = [station.path[:end] for end in range(Station.steplen, len(station.path), Station.steplen)]
    above = _stations(user).annotate(length=Length("path")).filter(path__in=lines).order_by("length")
    return [*((row.name, f"{url}?station={row.pk}") for row in above), (station.name, "")]


@lead_staff
@require_safe
def overview(request: HttpRequest, user: User) -> HttpResponse:
    """Load and what is late below one station, by the stations below it and by clerk."""
    station = _station(request, user)
    children = Station.objects.in_subtrees([station.path]).filter(depth=station.depth + 1, closed_on=None)
    page = Paginator(children, A_PAGE).get_page(request.GET.get("page"))
    total, own, *rows = by_station(station, page)
    people = staff_below([station.path]).order_by("name", "pk")
    clerks = Paginator(people, A_PAGE).get_page(request.GET.get("clerks"))
    covers = Cover.objects.visible_to(user).on().filter(clerk__in=people).select_related("cover")
    stands_in = {cover.clerk_id: cover.cover.name for cover in covers}
    context = {
        "station": station,
        "station_key": str(station.pk),
        "sets_rules": can_set_rules(user),
        "total": total.counts,
        "own": own,
        "rows": rows,
        "page": page,
        "clerks": [(row, stands_in.get(row.clerk.pk, "")) for row in by_clerk(list(clerks))],
        "clerk_page": clerks,
        "crumbs": _crumbs(station, user, reverse("staff:team")),
        "as_of": timezone.now(),
    }
    return render(request, "web/staff/team.html", context)


class CallsFilter(forms.Form):
    """Which calls: how late, of what kind, whose."""

    state = forms.ChoiceField(label="情况", choices=list(STATES.items()), required=False)
    kind = forms.ChoiceField(label="回访类型", choices=[("", "全部"), *FollowUpKind.choices], required=False)
    clerk = forms.ChoiceField(label="经办人", required=False)
    station = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, people: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "全部"), ("none", "没有指定"), *((str(pk), name) for pk, name in people)]
        self.fields["clerk"].choices = choices  # type: ignore[attr-defined]

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        self.is_valid()
        state = self.cleaned_data.get("state") or "late"
        if state == "coming":
            rows = rows.pending().order_by("call_on", "pk")
        elif state == "late":
            rows = rows.overdue()
        else:
            rows = rows.due().filter(**({"raised__gt": 0} if state == "raised" else {}))
        if kind := self.cleaned_data.get("kind"):
            rows = rows.filter(kind=kind)
        if clerk := self.cleaned_data.get("clerk"):
            rows = rows.filter(clerk=None if clerk == "none" else int(clerk))
        return rows


def _reach(station: Station) -> QuerySet[User]:
    """Whom calls at this station and just below may be given to: a long network is gone down step by step."""
    below = staff_below([station.path]).filter(station_memberships__station__depth__lte=station.depth + 1)
    return (below | staff_at_or_above([station.path])).distinct().order_by("name", "pk")


@lead_staff
@require_safe
def calls(request: HttpRequest, user: User) -> HttpResponse:
    """The calls below one station, the longest overdue first, to be given to somebody."""
    station = _station(request, user)
    people = _reach(station)
    data = request.GET.copy()
    data.setdefault("state", "late")
    form = CallsFilter(list(people.values_list("pk", "name")), data)
    rows = FollowUp.objects.visible_to(user).filter(
        path_range("placement__veteran__station__path", station.path)
    )
    found = form.narrow(rows).select_related(
        "placement__veteran__station", "placement__position__employer", "station", "clerk"
    )
    context = {
        "station": station,
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "assign_form": AssignForm(people),
        "crumbs": _crumbs(station, user, reverse("staff:team-calls")),
        "today": timezone.localdate(),
        "next": request.get_full_path(),
    }
    return render(request, "web/staff/team_calls.html", context)


@lead_staff
@require_POST
def assign(request: HttpRequest, user: User) -> HttpResponse:
    """Give the ticked calls to somebody, or to whoever is there."""
    back = safe_next(request, reverse("staff:team-calls"))
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 16]
    rows = list(FollowUp.objects.visible_to(user).filter(pk__in=ticked)[:100])
    paths = user.station_paths(LEADING_ROLES)
    form = AssignForm(staff_below(paths) | staff_at_or_above(paths), request.POST)
    if not rows or not form.is_valid():
        messages.error(request, "请先勾选要交出的回访，再选择交给谁。")
        return redirect(back)
    clerk = form.cleaned_data["clerk"]
    try:
        given = rounds.assign_many(follow_ups=rows, clerk=clerk, by=user)
    except ValidationError as error:
        messages.error(request, f"没有交出：{' '.join(error.messages)}")
    except PermissionDenied as error:
        raise PermissionDenied("其中有不归您负责的回访。") from error
    else:
        whom = f"交给{clerk.name}" if clerk else "改为不指定经办人"
        messages.success(request, f"已把{given}个回访{whom}。")
    return redirect(back)
