"""Intentions of a veteran with their timelines."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.confirmations.models import Answer
from portal.confirmations.permissions import question_of
from portal.placements import actions
from portal.placements.contacts import consent_text_for, share_contact, shared_placement_ids, withhold_contact
from portal.placements.models import Placement
from portal.placements.workflow import LIVE_STATES
from portal.veterans.models import Veteran
from portal.web.shared.confirmation_forms import index_latest_answers
from portal.web.shared.placement_timeline import build_timeline
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran

PAGE_SIZE = 10


@for_veteran
@require_safe
def listing(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """The person's intentions, the latest first, each with its build_timeline."""
    rows = (
        Placement.objects.visible_to(request.user)
        .filter(veteran=veteran)
        .with_details()
        .prefetch_related("transitions")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    with_contact = shared_placement_ids(page)
    answers = Answer.objects.visible_to(request.user).filter(placement__in=[row.pk for row in page])
    latest_answers = index_latest_answers(answers.order_by("pk"))
    context_rows: list[dict[str, Any]] = [
        {
            "placement": row,
            "steps": build_timeline(row),
            "shared": row.pk in with_contact,
            "question": question_of(row),
            "answers": list(latest_answers.get(row.pk, {}).values()),
            "wording": consent_text_for(row.position.employer) if row.state in LIVE_STATES else "",
        }
        for row in page
    ]
    context = {"page": page, "rows": context_rows, "agreeing": {"agree": "yes"}}
    return render(request, "veteran/intentions/intentions.html", context)


@for_veteran
@require_POST
def contact(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Share the phone with the employer or stop sharing it, by the POST parameter `agree`."""
    rows = Placement.objects.visible_to(request.user).filter(veteran=veteran)
    placement = get_object_or_404(rows.with_details(), pk=pk)
    name = placement.position.employer.name
    try:
        if request.POST.get("agree") == "yes":
            share_contact(placement=placement, by=request.user)
            messages.success(request, f"{name}现在可以查看您的电话，每次查看都会记录。")
        else:
            withhold_contact(placement=placement, by=request.user)
            messages.success(request, f"已撤回，{name}不能再查看您的电话。")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("veteran:intentions")


@for_veteran
@require_POST
def confirm(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Confirm an intention for the veteran."""
    rows = Placement.objects.visible_to(request.user).filter(veteran=veteran)
    placement = get_object_or_404(rows.with_details(), pk=pk)
    actions.confirm(placement=placement, by=request.user)
    messages.success(request, f"已确认“{placement.position.title}”的就业意向。")
    return redirect("veteran:intentions")
