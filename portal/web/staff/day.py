"""The day at the desk: calls that are due, and what waits for a decision."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.core.workflow import TransitionRefused
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth, fairs_run_by
from portal.placements import actions
from portal.placements.enums import AttemptOutcome, FollowUpState
from portal.placements.models import FollowUp
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.web.fields import add_errors
from portal.web.staff.forms import CallForm
from portal.web.staff.guard import any_staff, file_staff
from portal.web.steps import timeline

A_PAGE = 15


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


@any_staff
@require_safe
def day(request: HttpRequest, user: User) -> HttpResponse:
    """Calls due by today below the user's stations, longest overdue first; queues; fairs to come."""
    due = (
        FollowUp.objects.visible_to(user)
        .due()
        .select_related("placement__veteran", "placement__position__employer", "station")
    )
    page = Paginator(due, A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "web/staff/day.html",
        {
            "today": timezone.localdate(),
            "posts": user.current_posts,
            "page": page,
            "queues": _queues(user),
            "fairs": list(
                fairs_run_by(user).filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")[:3]
            ),
        },
    )


@file_staff
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One call: who, what happened so far, and what came of it."""
    rows = FollowUp.objects.visible_to(user).select_related(
        "placement__veteran__station",
        "placement__position__employer",
        "placement__position__region",
        "placement__fair",
        "station",
    )
    found = get_object_or_404(rows, pk=pk)
    form = CallForm(found.placement, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.record_call(
                follow_up=found,
                by=user,
                outcome=AttemptOutcome(form.cleaned_data["outcome"]),
                note=form.cleaned_data["note"],
                step=form.cleaned_data["step"],
                on=form.cleaned_data["on"],
            )
        except ValidationError as error:
            add_errors(form, error)
        except TransitionRefused:
            form.add_error("step", "此人的进展刚刚有变化，请刷新后再记录。")
        else:
            left = "" if done.state == FollowUpState.DONE else f"，第 {done.tries} 次，还会留在清单里"
            messages.success(request, f"已记录：{found.placement.veteran.name}{left}。")
            return redirect("staff:day")
    context = {
        "follow_up": found,
        "placement": found.placement,
        "attempts": list(found.attempts.select_related("by")),
        "steps": timeline(found.placement),
        "form": form,
        "is_pending": found.state == FollowUpState.PENDING,
    }
    return render(request, "web/staff/follow_up.html", context)
