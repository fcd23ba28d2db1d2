"""The page that a sign-in leads to."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.web.shared.site_context import Audiences


@login_required
def landing(request: HttpRequest) -> HttpResponse:
    """To the desk, the company or the own pages: the first that the person has a duty in."""
    audiences = Audiences(request)
    if audiences.staff:
        return redirect("staff:day")
    if audiences.employer:
        return redirect("employer:home")
    if audiences.door:
        return redirect("door:fairs")
    return redirect("veteran:home")
