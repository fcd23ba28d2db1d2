"""Which employer somebody acts for: most have one; who has more switches with ?employer=."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from portal.accounts.models import User
from portal.employers.models import Employer, EmployerInvitation

P = ParamSpec("P")
SESSION_KEY = "employer"


def current_employer(request: HttpRequest) -> Employer | None:
    """The chosen employer of the user, else the first; None for somebody who acts for none.

    Raises:
        Http404: ?employer= names one that is not the user's.
    """
    mine = Employer.objects.run_by(request.user).select_related("region", "station").order_by("pk")
    asked = request.GET.get("employer", "")
    if asked:
        chosen = get_object_or_404(mine, pk=int(asked) if asked.isdecimal() and len(asked) < 16 else 0)
        request.session[SESSION_KEY] = chosen.pk
        return chosen
    kept = request.session.get(SESSION_KEY)
    rows = list(mine)
    return next((row for row in rows if row.pk == kept), rows[0] if rows else None)


def for_employer(
    view: Callable[Concatenate[HttpRequest, Employer, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Signed in and acting for an employer; whoever acts for none yet is led to an invitation, or to the
    registration.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        employer = current_employer(request)
        if employer is None:
            user = cast(User, request.user)
            invited = EmployerInvitation.objects.visible_to(user).to(user).waiting().exists()
            return HttpResponseRedirect(reverse("employer:invitations" if invited else "employer:register"))
        return view(request, employer, *args, **kwargs)

    return guarded
