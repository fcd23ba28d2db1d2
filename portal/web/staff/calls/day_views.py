"""Start page of the staff desk: due follow-ups, and queues that wait for a decision."""

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
from portal.fairs.models import Booth
from portal.fairs.permissions import fairs_operated_by
from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.models import FollowUp, FollowUpQuerySet
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.stations.enums import StationLevel
from portal.stations.models import Station, path_range
from portal.veterans.shown_records import log_shown
from portal.web.shared.typed_fields import model_choice_field
from portal.web.staff.access import any_staff
from portal.web.staff.calls.follow_up_rows import follow_up_rows

PAGE_SIZE = 30
ALL = "all"  # value of `whose`: every follow-up below the user's stations


class FollowUpFilter(forms.Form):
    """Filters of the day's follow-ups: kind and station."""

    kind = forms.ChoiceField(label="回访类型", choices=[("", "全部"), *FollowUpKind.choices], required=False)
    station = forms.ModelChoiceField(
        label="服务站", queryset=Station.objects.none(), required=False, empty_label="全部"
    )
    whose = forms.CharField(label="回访范围", required=False, widget=forms.HiddenInput())

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = Station.objects.in_subtrees(user.station_paths(Permission.OPEN_RECORDS))
        field = model_choice_field(self, "station")
        field.queryset = below.filter(level__in=[StationLevel.COUNTY, StationLevel.TOWN])

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        """Return the rows that pass the filters; an invalid value is ignored."""
        self.is_valid()
        kind, station = self.cleaned_data.get("kind"), self.cleaned_data.get("station")
        if kind:
            rows = rows.filter(kind=kind)
        if station:
            rows = rows.filter(path_range("station__path", station.path))
        return rows


def _decision_queues(user: User) -> list[dict[str, Any]]:
    """Count the items that wait for this user's decision, with links."""
    return [
        {
            "label": "待核验单位",
            "value": Employer.objects.reviewable_by(user).filter(state=VerificationState.PENDING).count(),
            "unit": "家",
            "url": reverse("staff:employers"),
        },
        {
            "label": "待续期单位",
            "value": Employer.objects.reviewable_by(user).with_renewal_request().count(),
            "unit": "家",
            "url": f"{reverse('staff:employers')}?state=renewal",
        },
        {
            "label": "待审信息变更",
            "value": Employer.objects.reviewable_by(user).with_pending_change().count(),
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


def _follow_up_context(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return the template context of the due follow-ups: the user's own, or all below the user's stations."""
    today = timezone.localdate()
    form = FollowUpFilter(user, request.GET)
    all_due = form.narrow(FollowUp.objects.visible_to(user).due())
    own = all_due.assigned_to(user)
    whose = ALL if form.cleaned_data.get("whose") == ALL else ""
    rows = all_due if whose else own
    counts = rows.order_by().aggregate(late=Count("pk", filter=Q(call_on__lt=today)))
    page_rows = rows.by_urgency().select_related(
        "placement__veteran", "placement__position__employer", "station", "clerk"
    )
    page = Paginator(page_rows, PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=[row.placement.veteran for row in page], place="回访清单")
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for label, value, count in (("我的", "", own.count()), ("辖区全部", ALL, all_due.count())):
        query["whose"] = value
        tabs.append(
            {
                "label": label,
                "url": f"{reverse('staff:day')}?{query.urlencode()}",
                "current": value == whose,
                "count": count,
            }
        )
    has_filters = bool(request.GET.get("kind") or request.GET.get("station"))
    return {
        "page": page,
        "rows": follow_up_rows(page, user),
        "late": counts["late"],
        "tabs": tabs,
        "form": form,
        "clear_url": f"{reverse('staff:day')}?whose={whose}" if has_filters else "",
        "has_filters": has_filters,
        "next": request.get_full_path(),
    }


@any_staff
@require_safe
def day(request: HttpRequest, user: User) -> HttpResponse:
    """Show follow-ups due by today in calling order, decision queues and the next fairs."""
    context = {
        "today": timezone.localdate(),
        "appointments": user.current_appointments,
        "queues": _decision_queues(user),
        "fairs": list(
            fairs_operated_by(user).filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")[:3]
        ),
    }
    if user.has_station_permission(Permission.OPEN_RECORDS):
        context |= _follow_up_context(request, user)
    return render(request, "staff/calls/day.html", context)
