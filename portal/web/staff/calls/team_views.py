"""What a head sees: how many calls wait and are late, where and with whom; and giving them to others."""

from collections.abc import Mapping
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
from portal.accounts.roles import Permission
from portal.placements import rounds
from portal.placements.enums import FollowUpKind
from portal.placements.models import Cover, FollowUp, FollowUpQuerySet
from portal.placements.rules import can_set_rules
from portal.reports import workload
from portal.stations.models import Station
from portal.web.shared.redirects import safe_next
from portal.web.staff.calls.forms import AssignForm, staff_at_or_above, staff_below
from portal.web.staff.guard import staff_with

A_PAGE = 30
MADE = "made"
# The sets that the team's page counts, and whatever waits.
STATES = {
    "late": "逾期",
    "raised": "已上报",
    "due": "到期待办",
    "coming": "7天内到期",
    "pending": "全部待办",
    MADE: "近7天完成",
}
SHARED = "shared"

lead_staff = staff_with(Permission.LEAD_TEAM)


def _stations(user: User) -> QuerySet[Station]:
    return Station.objects.in_subtrees(user.station_paths(Permission.LEAD_TEAM))


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
    total, own, *rows = workload.station_workloads(station, page, user)
    below = workload.calls_below(station, user)
    clerks = Paginator(workload.rank_clerks(below, staff_below([station.path])), A_PAGE).get_page(
        request.GET.get("clerks")
    )
    covers = Cover.objects.visible_to(user).on().filter(clerk__in=[one.clerk for one in clerks])
    stands_in = {cover.clerk_id: cover.cover.name for cover in covers.select_related("cover")}
    context = {
        "station": station,
        "sets_rules": can_set_rules(user),
        "total": total.counts,
        "own": own,
        "rows": rows,
        "page": page,
        "clerks": [(row, stands_in.get(row.clerk.pk, "")) for row in workload.clerk_workloads(below, clerks)],
        "clerk_page": clerks,
        "crumbs": _crumbs(station, user, reverse("staff:team")),
        "as_of": timezone.now(),
    }
    return render(request, "staff/calls/team.html", context)


class CallsFilter(forms.Form):
    """Which calls: how late, of what kind, whose; of the station's own people alone."""

    state = forms.ChoiceField(label="情况", choices=list(STATES.items()), required=False)
    kind = forms.ChoiceField(label="回访类型", choices=[("", "全部"), *FollowUpKind.choices], required=False)
    clerk = forms.ChoiceField(label="经办人", required=False)
    whose = forms.ChoiceField(
        label="与此人的关系", choices=[("", "指名给此人"), (SHARED, "本岗未指名")], required=False
    )
    own = forms.BooleanField(label="只看本站直接负责的人", required=False)
    station = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, people: list[tuple[int, str]], data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.is_made = data.get("state") == MADE
        field = self.fields["clerk"]
        assert isinstance(field, forms.ChoiceField)
        # A call that was made is of whoever made it; of one that waits is asked by whose name.
        first = [("", "全部")] if self.is_made else [("", "全部"), ("none", "没有指定")]
        field.choices = [*first, *((str(pk), name) for pk, name in people)]
        if self.is_made:
            field.label = "完成人"
        if self.is_made or not data.get("clerk", "").isdecimal():
            del self.fields["whose"]
        self.is_valid()

    @property
    def state_asked(self) -> str:
        return self.cleaned_data.get("state") or "late"

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        """The very sets that the team's page counts; the longest overdue, or the last made, first."""
        state, clerk = self.state_asked, self.cleaned_data.get("clerk")
        rows = rows.pending() if state == "pending" else rows.filter(workload.call_conditions()[state])
        if kind := self.cleaned_data.get("kind"):
            rows = rows.filter(kind=kind)
        if clerk == "none":
            rows = rows.filter(clerk=None)
        elif clerk:
            is_shared = self.cleaned_data.get("whose") == SHARED
            rows = (
                workload.calls_shared_with(rows, int(clerk))
                if is_shared
                else workload.calls_of_clerk(rows, int(clerk), state)
            )
        return rows.order_by("-done_at", "-pk") if self.is_made else rows.order_by("call_on", "pk")


def _reach(station: Station) -> QuerySet[User]:
    """Whom calls at this station and just below may be given to: a long network is gone down step by step."""
    below = staff_below([station.path]).filter(appointments__station__depth__lte=station.depth + 1)
    return (below | staff_at_or_above([station.path])).distinct().order_by("name", "pk")


def _names(station: Station, people: QuerySet[User], asked: str) -> list[tuple[int, str]]:
    """Whom the list can be narrowed to: who is in reach, and whoever below is asked for."""
    names = list(people.values_list("pk", "name"))
    if asked.isdecimal() and len(asked) < 16 and int(asked) not in dict(names):
        names += staff_below([station.path]).filter(pk=int(asked)).values_list("pk", "name")
    return names


@lead_staff
@require_safe
def calls(request: HttpRequest, user: User) -> HttpResponse:
    """The calls below one station, the longest overdue first, to be given to somebody."""
    station = _station(request, user)
    people = _reach(station)
    data = request.GET.copy()
    data.setdefault("state", "late")
    form = CallsFilter(_names(station, people, data.get("clerk", "")), data)
    found = form.narrow(workload.calls_below(station, user, own=form.cleaned_data["own"])).select_related(
        "placement__veteran__station", "placement__position__employer", "station", "clerk", "done_by"
    )
    context = {
        "station": station,
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "said": STATES[form.state_asked],
        "assign_form": None if form.is_made else AssignForm(people),
        "crumbs": _crumbs(station, user, reverse("staff:team-calls")),
        "today": timezone.localdate(),
        "next": request.get_full_path(),
    }
    return render(request, "staff/calls/team_calls.html", context)


@lead_staff
@require_POST
def assign(request: HttpRequest, user: User) -> HttpResponse:
    """Give the ticked calls to somebody, or to whoever is there."""
    back = safe_next(request, reverse("staff:team-calls"))
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 16]
    rows = list(FollowUp.objects.visible_to(user).filter(pk__in=ticked)[:100])
    paths = user.station_paths(Permission.LEAD_TEAM)
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
