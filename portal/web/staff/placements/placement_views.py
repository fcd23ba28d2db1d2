"""Placement tracking: the list, one placement with its log, its next step and corrections."""

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.models import JobFairPage
from portal.accounts.actions import log_access
from portal.accounts.enums import AccessKind
from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.core.text_folding import fold_name
from portal.fairs.permissions import fairs_operated_by
from portal.placements import actions, closing
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from portal.placements.workflow import TRANSITIONS
from portal.veterans.shown_records import log_shown
from portal.web.shared.form_fields import add_errors
from portal.web.shared.placement_timeline import build_timeline
from portal.web.staff.access import record_staff
from portal.web.staff.placements.forms import CorrectForm, StepForm

PAGE_SIZE = 20


class PlacementFilter(django_filters.FilterSet):
    """Filters of the list: name of the veteran, state, fair."""

    q = django_filters.CharFilter(label="姓名", method="filter_by_name")
    state = django_filters.ChoiceFilter(label="进展", choices=PlacementState.choices, empty_label="全部")
    fair = django_filters.ModelChoiceFilter(
        label="招聘会", queryset=JobFairPage.objects.none(), empty_label="全部"
    )

    class Meta:
        model = Placement
        fields = ["q", "state", "fair"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["fair"].queryset = fairs_operated_by(user).order_by("-starts_at")

    def filter_by_name(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(veteran__name_key__contains=fold_name(value))


@record_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List placements of veterans below the user's stations, the latest first."""
    rows = Placement.objects.followed_by(user).with_details()
    filter_set = PlacementFilter(user, request.GET, queryset=rows)
    page = Paginator(filter_set.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    log_shown(by=user, veterans=[row.veteran for row in page], place="就业意向列表")
    has_filters = any(request.GET.get(name) for name in filter_set.filters)
    context = {
        "page": page,
        "form": filter_set.form,
        "clear_url": reverse("staff:placements") if has_filters else "",
    }
    return render(request, "staff/placements/placements.html", context)


@record_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one placement with its log and follow-ups; POST records the next step."""
    placement = _get_placement(user, pk)
    form = StepForm(placement, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            updated = actions.advance(placement=placement, by=user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        except TransitionRefused:
            form.add_error("step", "进展刚刚有变化，请刷新后再记录。")
        else:
            messages.success(request, f"已记录：{updated.get_state_display()}。")
            return redirect("staff:placement", pk=pk)
    return _page(request, user, placement, form, CorrectForm())


@record_staff
@require_POST
def correct(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Correct the state; the log keeps both entries."""
    placement = _get_placement(user, pk)
    form = CorrectForm(request.POST)
    if form.is_valid():
        try:
            actions.correct(
                placement=placement,
                to_state=form.cleaned_data["to_state"],
                by=user,
                reason=form.cleaned_data["note"],
                on=form.cleaned_data["on"],
            )
        except ValidationError as error:
            add_errors(form, error)
        except TransitionRefused:
            form.add_error("to_state", "不能更正为这个状态：已经是它，或没有入职日期，请一并填写。")
        else:
            messages.success(request, "已更正，原记录保留。")
            return redirect("staff:placement", pk=pk)
    return _page(request, user, placement, StepForm(placement), form)


@record_staff
@require_POST
def reopen(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Reopen an intention that ended because the veteran onboarded elsewhere."""
    try:
        reopened = closing.reopen_closed(placement=_get_placement(user, pk), by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except TransitionRefused:
        messages.error(request, "这份意向不是因为另一份安置而结束的，不能这样恢复。")
    else:
        messages.success(request, f"已恢复：{reopened.get_state_display()}。")
    return redirect("staff:placement", pk=pk)


def _get_placement(user: User, pk: int) -> Placement:
    rows = Placement.objects.followed_by(user).with_details().select_related("closed_by__position__employer")
    rows = rows.prefetch_related("transitions")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest, user: User, placement: Placement, form: StepForm, correct_form: CorrectForm
) -> HttpResponse:
    log_access(actor=user, file_id=placement.veteran_id, kind=AccessKind.VIEW, field="就业意向")
    context = {
        "placement": placement,
        "steps": build_timeline(placement),
        "calls": list(placement.follow_ups.order_by("due_on", "pk")),
        "form": form,
        "correct_form": correct_form,
        "reopen_blocker": closing.reopen_blocker(placement) if placement.closed_by else "",
        "has_steps": bool(TRANSITIONS.available(placement.state)),
    }
    return render(request, "staff/placements/placement.html", context)
