"""A veteran's start page, and who looked at the file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cms.models import JobFairPage
from portal.accounts.models import AccessLog
from portal.fairs.models import Registration
from portal.placements.models import Placement
from portal.ranking import recommendations
from portal.ranking.enums import Surface
from portal.veterans.models import Veteran
from portal.web.shared.impressions import positions_shown
from portal.web.veteran.current import for_veteran
from portal.web.veteran.record.record import own_sections

A_PAGE = 20


@for_veteran
@require_safe
def home(request: HttpRequest, veteran: Veteran) -> HttpResponse:
    """The next step, tickets, the best positions, coming fairs and intentions."""
    tickets = (
        Registration.objects.visible_to(request.user)
        .active()
        .filter(veteran=veteran, fair__in=JobFairPage.objects.coming())
        .select_related("fair")
        .order_by("fair__starts_at")
    )
    found = recommendations.recommend(veteran, limit=3)
    positions_shown(request, Surface.ME_HOME, veteran, found)
    return render(
        request,
        "veteran/record/home.html",
        {
            "veteran": veteran,
            "next_section": next((part for part in own_sections(veteran) if not part.done), None),
            "tickets": list(tickets[:3]),
            "found": found,
            "fairs": list(JobFairPage.objects.coming()[:3]),
            "intentions": list(
                Placement.objects.visible_to(request.user).filter(veteran=veteran).with_details()[:3]
            ),
        },
    )


@for_veteran
@require_safe
def access_log(request: HttpRequest, veteran: Veteran) -> HttpResponse:
    """Who looked at the file, when, at what and for which reason."""
    files = [veteran.pk, *veteran.merged.values_list("pk", flat=True)]
    rows = AccessLog.objects.filter(file_id__in=files).select_related("actor")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "veteran/record/access_log.html", {"page": page})
