"""Team pages of a head: workload and overdue follow-ups by station and clerk, and their assignment."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.text_folding import is_digits
from portal.follow_ups import assignment
from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.models import Cover, FollowUp, FollowUpQuerySet
from portal.follow_ups.permissions import can_set_rules
from portal.reports import workload
from portal.stations.models import Station
from portal.veterans.shown_records import log_shown
from portal.web.shared.primary_keys import parse_key, parse_keys
from portal.web.shared.query_params import get_row
from portal.web.shared.redirects import safe_next
from portal.web.shared.typed_fields import choice_field
from portal.web.staff.access import staff_with
from portal.web.staff.calls.forms import AssignForm, staff_at_or_above, staff_below

PAGE_SIZE = 30
MAX_SELECTED = 100
COMPLETED = "made"
# Sets of follow-ups that the team page counts, and all pending ones.
STATES = {
    "late": "逾期",
    "raised": "已上报",
    "due": "到期待办",
    "coming": "7天内到期",
    "pending": "全部待办",
    COMPLETED: "近7天完成",
}
UNASSIGNED = "shared"  # value of `whose`: without assignee, at the stations where the clerk serves

lead_staff = staff_with(Permission.LEAD_TEAM)


def _led_stations(user: User) -> QuerySet[Station]:
    return Station.objects.in_subtrees(user.station_paths(Permission.LEAD_TEAM))


def _station(request: HttpRequest, user: User) -> Station:
    """Return the requested station, or the highest station that the user leads."""
    if station := get_row(_led_stations(user), request.GET, "station"):
        return station
    highest = _led_stations(user).order_by("depth", "path").first()
    assert highest is not None  # lead_staff admits only users who lead a station
    return highest


def _crumbs(station: Station, user: User, url: str) -> list[tuple[str, str]]:
    """Return (name, URL) of the stations from the highest that the user leads down to `station`."""
    ancestor_paths = [
        station.path[:end] for end in range(Station.steplen, len(station.path), Station.steplen)
    ]
    ancestors = (
        _led_stations(user).annotate(length=Length("path")).filter(path__in=ancestor_paths).order_by("length")
    )
    return [*((row.name, f"{url}?station={row.pk}") for row in ancestors), (station.name, "")]


@lead_staff
@require_safe
def overview(request: HttpRequest, user: User) -> HttpResponse:
    """Show pending and overdue follow-ups below one station, by child station and by clerk."""
    station = _station(request, user)
    children = Station.objects.in_subtrees([station.path]).filter(depth=station.depth + 1, closed_on=None)
    page = Paginator(children, PAGE_SIZE).get_page(request.GET.get("page"))
    total, own, *rows = workload.station_workloads(station, page, user)
    follow_ups = workload.calls_below(station, user)
    clerks = Paginator(workload.rank_clerks(follow_ups, staff_below([station.path])), PAGE_SIZE).get_page(
        request.GET.get("clerks")
    )
    covers = Cover.objects.visible_to(user).on().filter(clerk__in=[row.clerk for row in clerks])
    substitute_names = {cover.clerk_id: cover.cover.name for cover in covers.select_related("cover")}
    context = {
        "station": station,
        "can_set_intervals": can_set_rules(user),
        "total": total.counts,
        "own": own,
        "rows": rows,
        "page": page,
        "clerks": [
            (row, substitute_names.get(row.clerk.pk, ""))
            for row in workload.clerk_workloads(follow_ups, clerks)
        ],
        "clerk_page": clerks,
        "crumbs": _crumbs(station, user, reverse("staff:team")),
        "as_of": timezone.now(),
    }
    return render(request, "staff/calls/team.html", context)


class CallsFilter(forms.Form):
    """Filters of a station's follow-ups: situation, kind, clerk, and only veterans of the station itself."""

    state = forms.ChoiceField(label="情况", choices=list(STATES.items()), required=False)
    kind = forms.ChoiceField(label="回访类型", choices=[("", "全部"), *FollowUpKind.choices], required=False)
    clerk = forms.ChoiceField(label="经办人", required=False)
    whose = forms.ChoiceField(
        label="与此人的关系", choices=[("", "指名给此人"), (UNASSIGNED, "本岗未指名")], required=False
    )
    own = forms.BooleanField(label="只看本站直接负责的人", required=False)
    station = forms.CharField(label="服务站", required=False, widget=forms.HiddenInput())

    def __init__(self, people: list[tuple[int, str]], data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.is_completed = data.get("state") == COMPLETED
        field = choice_field(self, "clerk")
        # Completed follow-ups are filtered by the caller, pending ones by the assignee, who may be missing.
        leading = [("", "全部")] if self.is_completed else [("", "全部"), ("none", "没有指定")]
        field.choices = [*leading, *((str(pk), name) for pk, name in people)]
        if self.is_completed:
            field.label = "完成人"
        if self.is_completed or not is_digits(data.get("clerk", "")):
            del self.fields["whose"]
        self.is_valid()

    @property
    def selected_state(self) -> str:
        """Key of STATES; overdue follow-ups where none is chosen."""
        return self.cleaned_data.get("state") or "late"

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        """Return the set that the team page counts; the longest overdue or the latest completed first."""
        state, clerk = self.selected_state, self.cleaned_data.get("clerk")
        rows = (
            rows.pending()
            if state == "pending"
            else rows.filter(workload.call_conditions()[workload.CallState(state)])
        )
        if kind := self.cleaned_data.get("kind"):
            rows = rows.filter(kind=kind)
        if clerk == "none":
            rows = rows.filter(clerk=None)
        elif clerk:
            is_shared = self.cleaned_data.get("whose") == UNASSIGNED
            rows = (
                workload.calls_shared_with(rows, int(clerk))
                if is_shared
                else workload.calls_of_clerk(rows, int(clerk), state)
            )
        return rows.order_by("-done_at", "-pk") if self.is_completed else rows.order_by("call_on", "pk")


def _assignable_staff(station: Station) -> QuerySet[User]:
    """Return staff at the station, one level below, or above: possible assignees of its follow-ups."""
    near = staff_below([station.path]).filter(appointments__station__depth__lte=station.depth + 1)
    return (near | staff_at_or_above([station.path])).distinct().order_by("name", "pk")


def _clerk_choices(station: Station, people: QuerySet[User], clerk: str) -> list[tuple[int, str]]:
    """Return the choices of the clerk filter: possible assignees, and the requested clerk."""
    names = list(people.values_list("pk", "name"))
    key = parse_key(clerk)
    if key is not None and key not in dict(names):
        names += staff_below([station.path]).filter(pk=key).values_list("pk", "name")
    return names


@lead_staff
@require_safe
def calls(request: HttpRequest, user: User) -> HttpResponse:
    """List the follow-ups below one station, the longest overdue first, with a form to assign them."""
    station = _station(request, user)
    people = _assignable_staff(station)
    data = request.GET.copy()
    data.setdefault("state", "late")
    form = CallsFilter(_clerk_choices(station, people, data.get("clerk", "")), data)
    follow_ups = form.narrow(
        workload.calls_below(station, user, own=form.cleaned_data["own"])
    ).select_related(
        "placement__veteran__station", "placement__position__employer", "station", "clerk", "done_by"
    )
    page = Paginator(follow_ups, PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=[row.placement.veteran for row in page], place="团队回访清单")
    context = {
        "station": station,
        "page": page,
        "form": form,
        "state_label": STATES[form.selected_state],
        "assign_form": None if form.is_completed else AssignForm(people),
        "crumbs": _crumbs(station, user, reverse("staff:team-calls")),
        "today": timezone.localdate(),
        "next": request.get_full_path(),
    }
    return render(request, "staff/calls/team_calls.html", context)


@lead_staff
@require_POST
def assign(request: HttpRequest, user: User) -> HttpResponse:
    """Assign the selected follow-ups (at most MAX_SELECTED) to a clerk, or clear their assignee."""
    next_url = safe_next(request, reverse("staff:team-calls"))
    keys = parse_keys(request.POST.getlist("pk"))
    rows = list(FollowUp.objects.visible_to(user).filter(pk__in=keys)[:MAX_SELECTED])
    paths = user.station_paths(Permission.LEAD_TEAM)
    form = AssignForm(staff_below(paths) | staff_at_or_above(paths), request.POST)
    if not rows or not form.is_valid():
        messages.error(request, "请先勾选要交出的回访，再选择交给谁。")
        return redirect(next_url)
    clerk = form.cleaned_data["clerk"]
    try:
        count = assignment.assign_follow_ups(follow_ups=rows, clerk=clerk, by=user)
    except ValidationError as error:
        messages.error(request, f"没有交出：{' '.join(error.messages)}")
    except PermissionDenied as error:
        raise PermissionDenied("其中有不归您负责的回访。") from error
    else:
        target = f"交给{clerk.name}" if clerk else "改为不指定经办人"
        messages.success(request, f"已把{count}个回访{target}。")
    return redirect(next_url)
