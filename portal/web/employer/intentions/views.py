"""Intentions on an employer's positions.

The name of a veteran is shown after the veteran confirmed the intention or with_contact the contact.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.employers.models import Employer
from portal.placements import actions
from portal.placements.contacts import reveal_phone, shared_placement_ids
from portal.placements.models import Placement
from portal.placements.workflow import LIVE_STATES
from portal.veterans.shown_records import log_shown
from portal.web.employer.current_employer import for_employer
from portal.web.shared.requests import SignedInRequest

PAGE_SIZE = 20


@for_employer
@require_safe
def listing(request: SignedInRequest, employer: Employer) -> HttpResponse:
    """List the intentions, unconfirmed ones first."""
    rows = (
        Placement.objects.visible_to(request.user)
        .filter(position__employer=employer)
        .with_details()
        .order_by(F("employer_confirmed_at").asc(nulls_first=True), "-recorded_at", "-pk")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    with_contact = shared_placement_ids(page)
    page_rows = [
        (
            placement,
            placement.veteran_confirmed_at is not None or placement.pk in with_contact,
            placement.state in LIVE_STATES and placement.employer_confirmed_at is None,
            placement.pk in with_contact,
        )
        for placement in page
    ]
    log_shown(
        by=request.user,
        veterans=[placement.veteran for placement in page],
        place=f"就业意向列表（{employer.name}）",
    )
    return render(
        request,
        "employer/intentions/intentions.html",
        {"employer": employer, "page": page, "rows": page_rows},
    )


@for_employer
@require_POST
def phone(request: SignedInRequest, employer: Employer, pk: int) -> HttpResponse:
    """Show the phone of a veteran who shared it; each view is logged."""
    rows = Placement.objects.visible_to(request.user).with_details()
    placement = get_object_or_404(rows.filter(position__employer=employer), pk=pk)
    try:
        number = reveal_phone(placement=placement, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("employer:intentions")
    context = {"employer": employer, "placement": placement, "number": number}
    return render(request, "employer/intentions/intention_phone.html", context)


@for_employer
@require_POST
def confirm(request: SignedInRequest, employer: Employer, pk: int) -> HttpResponse:
    """Confirm an intention for the employer."""
    rows = Placement.objects.visible_to(request.user).with_details()
    placement = get_object_or_404(rows.filter(position__employer=employer), pk=pk)
    if placement.state not in LIVE_STATES:
        messages.error(request, f"这条意向已结束（{placement.get_state_display()}），不能再确认。")
        return redirect("employer:intentions")
    actions.confirm(placement=placement, by=request.user)
    messages.success(request, f"已确认“{placement.position.title}”的就业意向。")
    return redirect("employer:intentions")
