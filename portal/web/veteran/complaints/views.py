"""A user's own complaints with their answers."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.complaints.models import Complaint

PAGE_SIZE = 10


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the user's own complaints, latest first, with the answers."""
    user = cast(User, request.user)
    rows = Complaint.objects.visible_to(user).reported_by(user).with_details().order_by("-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "veteran/complaints/complaints.html", {"page": page})
