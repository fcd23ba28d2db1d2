"""The page that a sign-in leads to."""

from django.http import HttpResponse
from django.shortcuts import redirect

from portal.web.shared.requests import SignedInRequest, signed_in_view
from portal.web.shared.site_context import Audiences


@signed_in_view
def landing(request: SignedInRequest) -> HttpResponse:
    """Redirect to the first of staff, employer, door and veteran pages that the user may open."""
    audiences = Audiences(request)
    if audiences.is_staff:
        return redirect("staff:day")
    if audiences.acts_for_employer:
        return redirect("employer:home")
    if audiences.can_open_door:
        return redirect("door:fairs")
    return redirect("veteran:home")
