"""Start page of a veteran."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cms.models import JobFairPage
from portal.fairs.models import Registration
from portal.placements.models import Placement
from portal.ranking import recommendations
from portal.ranking.enums import Surface
from portal.veterans.models import Veteran
from portal.web.shared.impression_logging import log_positions
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran
from portal.web.veteran.record.views import own_sections

PAGE_SIZE = 20


@for_veteran
@require_safe
def home(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """Show the next step, tickets, the best positions, upcoming fairs and intentions."""
    tickets = (
        Registration.objects.visible_to(request.user)
        .active()
        .filter(veteran=veteran, fair__in=JobFairPage.objects.upcoming())
        .select_related("fair")
        .order_by("fair__starts_at")
    )
    ranking = recommendations.recommend_positions(veteran, limit=3)
    log_positions(request, Surface.ME_HOME, veteran, ranking)
    return render(
        request,
        "veteran/home/home.html",
        {
            "veteran": veteran,
            "next_section": next((part for part in own_sections(veteran) if not part.is_done), None),
            "tickets": list(tickets[:3]),
            "found": ranking,
            "fairs": list(JobFairPage.objects.upcoming()[:3]),
            "intentions": list(
                Placement.objects.visible_to(request.user).filter(veteran=veteran).with_details()[:3]
            ),
        },
    )
