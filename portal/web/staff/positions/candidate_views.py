"""Whom to call about a position, and whom to send to a booth."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.fairs.models import Booth
from portal.positions.models import Position
from portal.ranking.candidate_ranking import rank_candidates, rank_candidates_for_positions
from portal.ranking.enums import Surface
from portal.veterans.models import Veteran
from portal.web.shared.candidate_cards import page_of, reasons, told
from portal.web.shared.impression_logging import people_shown
from portal.web.staff.access import fair_staff, record_staff


@record_staff
@require_safe
def position(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The people below the user's stations who suit an open position best."""
    asked = get_object_or_404(Position.objects.visible_to(user).with_details(), pk=pk)
    mine = Veteran.objects.visible_to(user)
    found, page = page_of(
        request, lambda limit, offset: rank_candidates(asked, among=mine, limit=limit, offset=offset)
    )
    people_shown(request, Surface.DESK_PEOPLE, found)
    context = {
        "position": asked,
        "found": found,
        "rows": [(item, told(item.veteran), reasons(item)) for item in found.items],
        "page": page,
        "excluded": sorted(found.excluded.items(), key=lambda row: -row[1]),
    }
    return render(request, "staff/positions/candidates.html", context)


@fair_staff
@require_safe
def booth(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The people registered for a booth's fair who suit one of its positions best."""
    rows = Booth.objects.manageable_by(user).select_related("fair", "employer")
    asked = get_object_or_404(rows, pk=pk)
    coming = list(asked.fair.registrations.active().values_list("veteran", flat=True))
    registered = Veteran.objects.visible_to(user).filter(pk__in=coming)
    brought = list(asked.positions.all())
    found, page = page_of(
        request,
        lambda limit, offset: rank_candidates_for_positions(
            brought, among=registered, limit=limit, offset=offset
        ),
    )
    people_shown(request, Surface.DESK_BOOTH, found, context=asked.fair_id)
    context = {
        "booth": asked,
        "found": found,
        "rows": [(item, told(item.veteran), reasons(item)) for item in found.items],
        "page": page,
    }
    return render(request, "staff/fairs/booth_candidates.html", context)
