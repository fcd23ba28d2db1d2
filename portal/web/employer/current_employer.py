"""The employer that a signed-in user acts for, and the decorator that provides it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from portal.employers.models import Employer, EmployerInvitation
from portal.web.shared.query_params import get_row
from portal.web.shared.requests import SignedInRequest, signed_in_view

P = ParamSpec("P")
SESSION_KEY = "employer"


def current_employer(request: SignedInRequest) -> Employer | None:
    """Return the employer of the query string or session, else the user's first one.

    Returns:
        None when the user is a member of no employer.

    Raises:
        Http404: ?employer= names an employer that the user is no member of.
    """
    own = Employer.objects.with_member(request.user).select_related("region", "station").order_by("pk")
    employer = get_row(own, request.GET, "employer")
    if employer is not None:
        request.session[SESSION_KEY] = employer.pk
        return employer
    session_key = request.session.get(SESSION_KEY)
    employers = list(own)
    first = employers[0] if employers else None
    return next((employer for employer in employers if employer.pk == session_key), first)


def for_employer(
    view: Callable[Concatenate[SignedInRequest, Employer, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass the current employer to the view.

    Redirects a member of no employer to the open invitations, or to the registration when there are none.
    """

    @signed_in_view
    @wraps(view)
    def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        employer = current_employer(request)
        if employer is None:
            user = request.user
            has_invitation = EmployerInvitation.objects.visible_to(user).to(user).pending().exists()
            return HttpResponseRedirect(
                reverse("employer:invitations" if has_invitation else "employer:register")
            )
        return view(request, employer, *args, **kwargs)

    return guarded
