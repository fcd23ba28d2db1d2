"""Requests for booths at the fairs of the user's stations, and the decision about each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.fairs import actions
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth
from portal.web.staff.access import fair_staff
from portal.web.staff.decisions import decide, page_by_state
from portal.web.staff.fairs.forms import BOOTH_REASONS, BoothNumberForm
from portal.web.staff.reason_form import ReasonForm


@fair_staff
@require_safe
def listing(request: HttpRequest, user: User) -> HttpResponse:
    """List requests for booths by state, the oldest first."""
    rows = Booth.objects.manageable_by(user).select_related("fair", "employer").order_by("created_at", "pk")
    page, tabs = page_by_state(request, rows, BoothState.choices, reverse("staff:booths"))
    return render(request, "staff/fairs/booths.html", {"page": page, "tabs": tabs})


@fair_staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show one request; POST confirms it with a booth number or refuses it with a reason."""
    rows = Booth.objects.manageable_by(user).select_related("fair__organiser", "employer")
    booth = get_object_or_404(rows, pk=pk)
    decision = request.POST.get("decision") if request.method == "POST" else None
    number = BoothNumberForm(request.POST if decision == "confirm" else None)
    reason = ReasonForm(BOOTH_REASONS, request.POST if decision == "refuse" else None)
    is_decided = False
    if decision == "confirm" and number.is_valid():
        is_decided = decide(
            request,
            number,
            actions.confirm_booth,
            f"已分配展位：{booth.employer.name}。",
            booth=booth,
            by=user,
            number=number.cleaned_data["number"],
        )
    elif decision == "refuse" and reason.is_valid():
        is_decided = decide(
            request,
            reason,
            actions.refuse_booth,
            f"已退回：{booth.employer.name}。",
            booth=booth,
            by=user,
            reason=reason.cleaned_data["reason"],
        )
    if is_decided:
        return redirect("staff:booths")
    booth = get_object_or_404(rows, pk=pk)
    context = {
        "booth": booth,
        "positions": list(booth.positions.select_related("region", "employer").order_by("title", "pk")),
        "number": number,
        "reason": reason,
        "can_confirm": booth.state in {BoothState.REQUESTED, BoothState.REFUSED},
        "can_refuse": booth.state == BoothState.REQUESTED,
    }
    return render(request, "staff/fairs/booth.html", context)
