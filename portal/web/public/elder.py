"""The switch of elder mode (长者模式): large type, high contrast, one column."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.web.context import ELDER_COOKIE

ONE_YEAR = 365 * 24 * 3600  # seconds


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Turn elder mode on (`elder=1`) or off, remember it in this browser, and go back to `next`."""
    response = HttpResponseRedirect(_safe_next(request))
    if request.POST.get("elder") == "1":
        response.set_cookie(
            ELDER_COOKIE, "1", max_age=ONE_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(ELDER_COOKIE, samesite="Lax")
    return response


def _safe_next(request: HttpRequest) -> str:
    """`next` when it leads to this site, the front page otherwise."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return "/"
