"""A user's own complaints with their answers."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.complaints.models import Complaint
from portal.web.shared.requests import SignedInRequest, signed_in_view

PAGE_SIZE = 10


@signed_in_view
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """List the user's own complaints, latest first, with the answers."""
    user = request.user
    rows = Complaint.objects.visible_to(user).reported_by(user).with_details().order_by("-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "veteran/complaints/complaints.html", {"page": page})
