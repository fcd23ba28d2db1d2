"""Correction of a position's occupation by a reviewer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from portal.accounts.models import User
from portal.positions.models import Position
from portal.web.shared.occupation_choice import choose_occupation
from portal.web.staff.access import review_staff


@review_staff
@require_POST
def correct(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Set the occupation with the code from the form."""
    position = get_object_or_404(Position.objects.reviewable_by(user).with_details(), pk=pk)
    choose_occupation(request, position, user)
    return redirect("staff:position", pk=pk)
