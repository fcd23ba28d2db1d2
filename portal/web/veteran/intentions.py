"""A person's intentions and how far each has come."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.placements import actions
from portal.placements.models import Placement
from portal.veterans.models import Veteran
from portal.web.steps import timeline
from portal.web.veteran.current import for_veteran

A_PAGE = 10


@for_veteran
@require_safe
def listing(request: HttpRequest, veteran: Veteran) -> HttpResponse:
    """The person's intentions, the latest first, each with its timeline."""
    rows = (
        Placement.objects.visible_to(request.user)
        .filter(veteran=veteran)
        .with_details()
        .prefetch_related("transitions")
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    shown: list[dict[str, Any]] = [{"placement": row, "steps": timeline(row)} for row in page]
    return render(request, "web/veteran/intentions.html", {"page": page, "rows": shown})


@for_veteran
@require_POST
def confirm(request: HttpRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Confirm an intention for one's own side."""
    rows = Placement.objects.visible_to(request.user).filter(veteran=veteran)
    placement = get_object_or_404(rows.with_details(), pk=pk)
    actions.confirm(placement=placement, by=request.user)
    messages.success(request, f"已确认“{placement.position.title}”的就业意向。")
    return redirect("veteran:intentions")
