"""The day at the desk: calls that are due, and what waits for a decision."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth, fairs_operated_by
from portal.placements.enums import FollowUpKind
from portal.placements.models import FollowUp, FollowUpQuerySet
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.stations.enums import StationLevel
from portal.stations.models import Station, path_range
from portal.web.staff.calls.follow_up_rows import duties
from portal.web.staff.guard import any_staff

A_PAGE = 30
ALL = "all"


class DutyFilter(forms.Form):
    """Which calls: of what kind, and of which station."""

    kind = forms.ChoiceField(label="回访类型", choices=[("", "全部"), *FollowUpKind.choices], required=False)
    station = forms.ModelChoiceField(
        label="服务站", queryset=Station.objects.none(), required=False, empty_label="全部"
    )
    whose = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS))
        field = self.fields["station"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = below.filter(level__in=[StationLevel.COUNTY, StationLevel.TOWN])

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        self.is_valid()
        kind, station = self.cleaned_data.get("kind"), self.cleaned_data.get("station")
        if kind:
            rows = rows.filter(kind=kind)
        if station:
            rows = rows.filter(path_range("station__path", station.path))
        return rows


def _queues(user: User) -> list[dict[str, Any]]:
    """What waits for this user's decision."""
    return [
        {
            "label": "待核验单位",
            "value": Employer.objects.reviewable_by(user).filter(state=VerificationState.PENDING).count(),
            "unit": "家",
            "url": reverse("staff:employers"),
        },
        {
            "label": "待续期单位",
            "value": Employer.objects.reviewable_by(user).renewal_asked().count(),
            "unit": "家",
            "url": f"{reverse('staff:employers')}?state=renewal",
        },
        {
            "label": "待审信息变更",
            "value": Employer.objects.reviewable_by(user).change_asked().count(),
            "unit": "家",
            "url": f"{reverse('staff:employers')}?state=change",
        },
        {
            "label": "待审核岗位",
            "value": Position.objects.reviewable_by(user).filter(state=PositionState.IN_REVIEW).count(),
            "unit": "个",
            "url": reverse("staff:positions"),
        },
        {
            "label": "待确认展位",
            "value": Booth.objects.manageable_by(user).filter(state=BoothState.REQUESTED).count(),
            "unit": "个",
            "url": reverse("staff:booths"),
        },
    ]


def _calls(request: HttpRequest, user: User) -> dict[str, Any]:
    """The page's part about calls: those the user makes, or all below the user's stations."""
    today = timezone.localdate()
    form = DutyFilter(user, request.GET)
    everything = form.narrow(FollowUp.objects.visible_to(user).due())
    mine = everything.of_clerk(user)
    whose = ALL if form.cleaned_data.get("whose") == ALL else ""
    rows = everything if whose else mine
    counts = rows.order_by().aggregate(late=Count("pk", filter=Q(call_on__lt=today)))
    ordered = rows.by_urgency().select_related(
        "placement__veteran", "placement__position__employer", "station", "clerk"
    )
    page = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for label, value, count in (("我的", "", mine.count()), ("辖区全部", ALL, everything.count())):
        query["whose"] = value
        tabs.append(
            {
                "label": label,
                "url": f"{reverse('staff:day')}?{query.urlencode()}",
                "current": value == whose,
                "count": count,
            }
        )
    filtered = bool(request.GET.get("kind") or request.GET.get("station"))
    return {
        "page": page,
        "duties": duties(page, user),
        "late": counts["late"],
        "tabs": tabs,
        "form": form,
        "clear_url": f"{reverse('staff:day')}?whose={whose}" if filtered else "",
        "filtered": filtered,
        "next": request.get_full_path(),
    }


@any_staff
@require_safe
def day(request: HttpRequest, user: User) -> HttpResponse:
    """Calls due by today, in the order in which they are made; queues; fairs to come."""
    context = {
        "today": timezone.localdate(),
        "posts": user.current_appointments,
        "queues": _queues(user),
        "fairs": list(
            fairs_operated_by(user).filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")[:3]
        ),
    }
    if user.has_station_permission(Permission.OPEN_RECORDS):
        context |= _calls(request, user)
    return render(request, "staff/calls/day.html", context)
