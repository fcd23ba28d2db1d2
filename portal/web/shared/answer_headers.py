"""Middleware that sets the headers of every answer: caching, browser permissions, the CMS's policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.web.shared.cms_access import CMS_PREFIX
from portal.web.shared.requests import is_signed_in

# The pages of a fair's door read QR codes with the camera; nothing else asks the browser for anything.
CAMERA_PREFIX = "/door/"
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")


def permissions_policy(path: str) -> str:
    """Return the value of Permissions-Policy for a path."""
    allowed = {"camera"} if path.startswith(CAMERA_PREFIX) else set()
    return ", ".join(f"{feature}={'(self)' if feature in allowed else '()'}" for feature in _FEATURES)


def _is_personal(request: HttpRequest) -> bool:
    """Return whether the answer is that to a signed-in person.

    An answer for which nothing has read the session is the same for everybody. Reading it here would make it
    vary by cookie, and a shared cache could keep no feed, calendar or suggestion.
    """
    return request.session.accessed and is_signed_in(request)


class AnswerHeadersMiddleware:
    """Forbids every cache, the browser's own too, to keep what a signed-in person was shown.

    After signing out, 'Back' asks the server again. Public pages stay cacheable for anonymous visitors.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_personal(request):
            response["Cache-Control"] = "private, no-store"
        response["Permissions-Policy"] = permissions_policy(request.path)
        if request.path.startswith(CMS_PREFIX):
            response._csp_config = settings.CMS_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # read by csp
        return response
