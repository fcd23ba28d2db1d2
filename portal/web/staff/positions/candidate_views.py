"""Candidates for a position, and for the positions of a booth."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.fairs.models import Booth
from portal.positions.models import Position
from portal.ranking.candidate_ranking import rank_candidates, rank_candidates_for_positions
from portal.ranking.enums import Surface
from portal.veterans.models import Veteran
from portal.veterans.shown_records import log_shown
from portal.web.shared.candidate_cards import find_candidate_page, list_card_labels, list_match_reasons
from portal.web.shared.impression_logging import log_candidates
from portal.web.staff.access import fair_staff, record_staff


@record_staff
@require_safe
def position_candidates(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Rank the veterans below the user's stations for an open position."""
    selected_position = get_object_or_404(Position.objects.visible_to(user).with_details(), pk=pk)
    veterans = Veteran.objects.visible_to(user)
    candidates, page = find_candidate_page(
        request,
        lambda limit, offset: rank_candidates(selected_position, among=veterans, limit=limit, offset=offset),
    )
    log_candidates(request, Surface.DESK_PEOPLE, candidates)
    log_shown(by=user, veterans=[item.veteran for item in candidates.items], place="岗位人选名单")
    context = {
        "position": selected_position,
        "candidates": candidates,
        "rows": [
            (item, list_card_labels(item.veteran), list_match_reasons(item)) for item in candidates.items
        ],
        "page": page,
        "excluded": sorted(candidates.excluded.items(), key=lambda row: -row[1]),
    }
    return render(request, "staff/positions/candidates.html", context)


@fair_staff
@require_safe
def booth_candidates(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Rank the veterans registered for the booth's fair for the booth's positions."""
    rows = Booth.objects.manageable_by(user).select_related("fair", "employer")
    selected_booth = get_object_or_404(rows, pk=pk)
    registered_keys = list(selected_booth.fair.registrations.active().values_list("veteran", flat=True))
    veterans = Veteran.objects.visible_to(user).filter(pk__in=registered_keys)
    positions = list(selected_booth.positions.all())
    candidates, page = find_candidate_page(
        request,
        lambda limit, offset: rank_candidates_for_positions(
            positions, among=veterans, limit=limit, offset=offset
        ),
    )
    log_candidates(request, Surface.DESK_BOOTH, candidates, context=selected_booth.fair_id)
    log_shown(by=user, veterans=[item.veteran for item in candidates.items], place="展位人选名单")
    context = {
        "booth": selected_booth,
        "candidates": candidates,
        "rows": [
            (item, list_card_labels(item.veteran), list_match_reasons(item)) for item in candidates.items
        ],
        "page": page,
    }
    return render(request, "staff/fairs/booth_candidates.html", context)
