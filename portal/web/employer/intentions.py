"""Intentions on an employer's positions. A person is named once they agreed to this intention themselves."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.employers.models import Employer
from portal.placements import actions
from portal.placements.models import Placement
from portal.placements.workflow import LIVE_STATES
from portal.web.employer.current import for_employer

A_PAGE = 20


@for_employer
@require_safe
def listing(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Intentions on this employer's positions, those to be confirmed first."""
    rows = (
        Placement.objects.visible_to(request.user)
        .filter(position__employer=employer)
        .with_details()
        .order_by(F("employer_confirmed_at").asc(nulls_first=True), "-recorded_at", "-pk")
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    rows = [
        (
            placement,
            placement.veteran_confirmed_at is not None,
            placement.state in LIVE_STATES and placement.employer_confirmed_at is None,
        )
        for placement in page
    ]
    return render(request, "web/employer/intentions.html", {"employer": employer, "page": page, "rows": rows})


@for_employer
@require_POST
def confirm(request: HttpRequest, employer: Employer, pk: int) -> HttpResponse:
    """Confirm an intention for the employer's side."""
    rows = Placement.objects.visible_to(request.user).with_details()
    placement = get_object_or_404(rows.filter(position__employer=employer), pk=pk)
    if placement.state not in LIVE_STATES:
        messages.error(request, f"这条意向已结束（{placement.get_state_display()}），不能再确认。")
        return redirect("employer:intentions")
    actions.confirm(placement=placement, by=request.user)
    messages.success(request, f"已确认“{placement.position.title}”的就业意向。")
    return redirect("employer:intentions")
