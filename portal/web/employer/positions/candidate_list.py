"""Candidates of a position as anonymous cards: no name, phone, age, station or address."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.core.models import Region
from portal.fairs.models import Registration
from portal.positions.models import Position
from portal.ranking.candidate_ranking import NO_CANDIDATES, rank_candidates
from portal.ranking.civilian_words import civilian_reason
from portal.ranking.enums import Surface
from portal.ranking.matchable_people import matchable_veterans
from portal.veterans.models import Veteran
from portal.veterans.shown_records import log_shown
from portal.web.shared.candidate_cards import find_candidate_page, list_employer_labels
from portal.web.shared.impression_logging import log_candidates
from portal.web.shared.requests import SignedInRequest, signed_in_view

# Kinds of reasons taken from choice lists; free text and place of residence are not shown.
VISIBLE_REASONS = frozenset({"specialty", "certificate", "wish", "entry", "experience"})


@signed_in_view
@require_safe
def listing(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the candidates who agreed to be shown to employers."""
    position = get_object_or_404(Position.objects.managed_by(request.user).with_details(), pk=pk)
    visible_veterans = Veteran.objects.shown_to_employers()
    is_verified = position.employer.is_verified
    matches, page = find_candidate_page(
        request,
        lambda limit, offset: (
            rank_candidates(position, among=visible_veterans, limit=limit, offset=offset)
            if is_verified
            else NO_CANDIDATES
        ),
    )
    log_candidates(request, Surface.COMPANY_PEOPLE, matches)
    log_shown(
        by=request.user,
        veterans=[item.veteran for item in matches.items],
        place=f"匿名人选卡片（{position.employer.name}）",
    )
    registered_keys = set(
        Registration.objects.for_upcoming_fairs_of(position.employer)
        .filter(veteran__in=[item.veteran.pk for item in matches.items])
        .values_list("veteran", flat=True)
    )
    counties = Region.objects.in_bulk(
        {item.veteran.living_region_id[:6] for item in matches.items if item.veteran.living_region_id}
    )
    rows = [
        {
            "title": f"求职者 {number}",
            "words": list_employer_labels(item.veteran),
            "score": item.match.score,
            "reasons": [
                civilian_reason(reason) for reason in item.match.reasons if reason.kind in VISIBLE_REASONS
            ],
            "county": counties.get((item.veteran.living_region_id or "")[:6]),
            "note": "已报名您参加的招聘会" if item.veteran.pk in registered_keys else "",
        }
        for number, item in enumerate(matches.items, page.start_index())
    ]
    context = {
        "position": position,
        "is_verified": is_verified,
        "rows": rows,
        "page": page,
        "matches": matches,
        "hidden": matchable_veterans().count() - matches.considered if is_verified else 0,
    }
    return render(request, "employer/positions/candidates.html", context)
