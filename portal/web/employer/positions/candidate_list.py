"""Matched people as an employer may see them: cards without name, phone, age, station or home."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.core.models import Region
from portal.fairs.models import Registration
from portal.positions.models import Position
from portal.ranking.candidate_ranking import NO_CANDIDATES, rank_candidates
from portal.ranking.enums import Surface
from portal.ranking.matchable_people import matchable_veterans
from portal.veterans.models import Veteran
from portal.web.shared.candidate_cards import find_candidate_page, list_card_labels
from portal.web.shared.impression_logging import log_candidates
from portal.web.shared.requests import SignedInRequest, signed_in_view

# Reasons that come from lists to choose from; what a person wrote or where they live stays with them.
SHOWN = frozenset({"specialty", "certificate", "wish", "entry", "experience"})


@signed_in_view
@require_safe
def listing(request: SignedInRequest, pk: int) -> HttpResponse:
    """The people who suit one of the employer's own open positions and agreed to be shown as a card."""
    position = get_object_or_404(Position.objects.run_by(request.user).with_details(), pk=pk)
    shown = Veteran.objects.shown_to_employers()
    verified = position.employer.is_verified
    found, page = find_candidate_page(
        request,
        lambda limit, offset: (
            rank_candidates(position, among=shown, limit=limit, offset=offset) if verified else NO_CANDIDATES
        ),
    )
    log_candidates(request, Surface.COMPANY_PEOPLE, found)
    coming = set(
        Registration.objects.for_upcoming_fairs_of(position.employer)
        .filter(veteran__in=[item.veteran.pk for item in found.items])
        .values_list("veteran", flat=True)
    )
    counties = Region.objects.in_bulk(
        {item.veteran.living_region_id[:6] for item in found.items if item.veteran.living_region_id}
    )
    rows = [
        {
            "title": f"求职者 {number}",
            "words": list_card_labels(item.veteran),
            "score": item.match.score,
            "reasons": [reason for reason in item.match.reasons if reason.kind in SHOWN],
            "county": counties.get((item.veteran.living_region_id or "")[:6]),
            "note": "已报名您参加的招聘会" if item.veteran.pk in coming else "",
        }
        for number, item in enumerate(found.items, page.start_index())
    ]
    context = {
        "position": position,
        "verified": verified,
        "rows": rows,
        "page": page,
        "found": found,
        "hidden": matchable_veterans().count() - found.considered if verified else 0,
    }
    return render(request, "employer/positions/candidates.html", context)
