"""Recommended positions, and the explanation for a single one."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.positions.models import Position
from portal.ranking import recommendations
from portal.ranking.enums import Surface
from portal.ranking.models import BUILT_IN
from portal.veterans.models import Veteran
from portal.web.shared.impression_logging import log_positions
from portal.web.shared.primary_keys import parse_page_number
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran

PAGE_SIZE = 12


@for_veteran
@require_safe
def listing(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """List the recommended positions, best first, with counts of excluded ones by reason."""
    number = parse_page_number(request.GET.get("page", ""), last=200)
    ranking = recommendations.recommend_positions(veteran, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    page = Paginator(range(ranking.total), PAGE_SIZE).get_page(number)
    if page.number != number:  # past the end: show the last page that there is
        ranking = recommendations.recommend_positions(
            veteran, limit=PAGE_SIZE, offset=(page.number - 1) * PAGE_SIZE
        )
    log_positions(request, Surface.ME_POSITIONS, veteran, ranking)
    context = {
        "found": ranking,
        "page": page,
        "excluded": sorted(ranking.excluded.items(), key=lambda row: -row[1]),
        "has_wish": hasattr(veteran, "wish"),
        "has_service": bool(veteran.services.all()),
        "learnt": ranking.version != BUILT_IN,
        "kept_days": settings.IMPRESSION_DAYS,
    }
    return render(request, "veteran/positions/positions.html", context)


@for_veteran
@require_safe
def why(request: SignedInRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Explain why a position is suitable or not."""
    position = get_object_or_404(Position.objects.visible_to(request.user).with_details(), pk=pk)
    verdict = recommendations.explain_recommendation(veteran, position)
    return render(request, "veteran/positions/why.html", {"position": position, "verdict": verdict})
