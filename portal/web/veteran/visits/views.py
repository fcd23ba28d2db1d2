"""Visits of the service station to a veteran."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.veterans.models import Veteran
from portal.visits.models import Visit
from portal.web.shared.requests import SignedInRequest
from portal.web.veteran.current_veteran import for_veteran

PAGE_SIZE = 20


@for_veteran
@require_safe
def listing(request: SignedInRequest, veteran: Veteran) -> HttpResponse:
    """List the current visits: date, kind, staff and requests."""
    rows = Visit.objects.visible_to(request.user).of(veteran).current().with_details()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "veteran/visits/visits.html", {"page": page, "veteran": veteran})
