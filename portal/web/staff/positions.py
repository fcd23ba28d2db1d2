"""Reviewing positions."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.positions import actions
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.web.staff.forms import POSITION_REASONS, ReasonForm
from portal.web.staff.guard import review_staff
from portal.web.staff.reviews import by_state, decide

_STATES = [(state.value, state.label) for state in (
    PositionState.IN_REVIEW, PositionState.OPEN, PositionState.REFUSED, PositionState.PAUSED,
    PositionState.FILLED, PositionState.WITHDRAWN,
)]  # fmt: skip


@review_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """Positions of the user's stations' employers, by state; those waiting longest on top."""
    rows = Position.objects.reviewable_by(user).with_details().order_by("updated_at", "pk")
    page, tabs = by_state(request, rows, _STATES, reverse("staff:positions"))
    return render(request, "web/staff/positions.html", {"page": page, "tabs": tabs})


@review_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """One position: approve it, or send it back with a reason."""
    rows = Position.objects.reviewable_by(user).with_details()
    position = get_object_or_404(rows, pk=pk)
    decision = request.POST.get("decision") if request.method == "POST" else None
    approval = forms.Form(request.POST if decision == "approve" else None)
    reason = ReasonForm(POSITION_REASONS, request.POST if decision == "refuse" else None)
    done = False
    if decision == "approve" and approval.is_valid():
        done = decide(
            request, approval, actions.approve, f"已通过：{position.title}。", position=position, by=user
        )
    elif decision == "refuse" and reason.is_valid():
        done = decide(
            request,
            reason,
            actions.refuse,
            f"已退回：{position.title}。",
            position=position,
            by=user,
            reason=reason.cleaned_data["reason"],
        )
    if done:
        return redirect("staff:positions")
    position = get_object_or_404(rows, pk=pk)
    context = {
        "position": position,
        "facts": _facts(position),
        "approval": approval,
        "reason": reason,
        "waiting": position.state == PositionState.IN_REVIEW,
    }
    return render(request, "web/staff/position.html", context)


def _facts(position: Position) -> list[tuple[str, str]]:
    return [
        ("用人单位", position.employer.name),
        *([("实际用人单位", position.real_employer)] if position.employer.is_agency else []),
        ("单位核验", position.employer.get_state_display()),
        ("职业分类", position.occupation.name),
        ("人数", f"{position.headcount} 人"),
        ("地点", f"{position.region.name} {position.address}".strip()),
        ("学历要求", position.get_education_min_display()),
        ("工作年限", f"{position.experience_years} 年"),
        ("证书要求", "、".join(position.certificate_labels)),
        ("班次", position.get_shift_display()),
        ("福利", "、".join(position.benefits)),
        ("可放宽项", position.relaxable),
    ]
