"""Recommended positions, and why or why not for any one."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.positions.models import Position
from portal.ranking import recommendations
from portal.ranking.enums import Surface
from portal.ranking.models import BUILT_IN
from portal.veterans.models import Veteran
from portal.web.shared.impression_logging import positions_shown
from portal.web.veteran.current_veteran import for_veteran

A_PAGE = 12


@for_veteran
@require_safe
def listing(request: HttpRequest, veteran: Veteran) -> HttpResponse:
    """The person's list, best first, with what was left out and why."""
    asked = request.GET.get("page", "1")
    number = max(1, min(int(asked), 200)) if asked.isdigit() else 1
    found = recommendations.recommend_positions(veteran, limit=A_PAGE, offset=(number - 1) * A_PAGE)
    page = Paginator(range(found.total), A_PAGE).get_page(number)
    if page.number != number:  # past the end: show the last page that there is
        found = recommendations.recommend_positions(veteran, limit=A_PAGE, offset=(page.number - 1) * A_PAGE)
    positions_shown(request, Surface.ME_POSITIONS, veteran, found)
    context = {
        "found": found,
        "page": page,
        "excluded": sorted(found.excluded.items(), key=lambda row: -row[1]),
        "has_wish": hasattr(veteran, "wish"),
        "has_service": bool(veteran.services.all()),
        "learnt": found.version != BUILT_IN,
        "kept_days": settings.IMPRESSION_DAYS,
    }
    return render(request, "veteran/positions/positions.html", context)


@for_veteran
@require_safe
def why(request: HttpRequest, veteran: Veteran, pk: int) -> HttpResponse:
    """Why a position fits the person, or why not."""
    position = get_object_or_404(Position.objects.visible_to(request.user).with_details(), pk=pk)
    verdict = recommendations.explain_recommendation(veteran, position)
    return render(request, "veteran/positions/why.html", {"position": position, "verdict": verdict})
