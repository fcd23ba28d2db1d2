"""Switch of elder mode (长者模式): large type, high contrast, one column."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from portal.web.shared.redirects import safe_next
from portal.web.shared.site_context import ELDER_COOKIE

ONE_YEAR = 365 * 24 * 3600  # seconds


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Turn elder mode on (`elder=1`) or off by cookie, and redirect to `next`."""
    response = HttpResponseRedirect(safe_next(request, "/"))
    if request.POST.get("elder") == "1":
        response.set_cookie(
            ELDER_COOKIE, "1", max_age=ONE_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(ELDER_COOKIE, samesite="Lax")
    return response
