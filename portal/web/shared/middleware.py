"""Staff pages open only after the second factor; refusals on closed floors go into the event log."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from portal.core import audit

# What a station post opens. The own pages of the same person (/me/) need no second factor.
PROTECTED = ("/desk/", "/door/", "/cms/", "/api/", "/documents/")


class SecondFactorMiddleware:
    """Sends somebody with a station post, signed in but not yet verified, to the second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PROTECTED) and self._must_verify(request):
            if request.path.startswith("/api/"):
                return JsonResponse({"detail": "需要先完成二次验证。"}, status=403)
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('public:second-factor')}?{query}")
        return self.get_response(request)

    @staticmethod
    def _must_verify(request: HttpRequest) -> bool:
        user = request.user
        return (
            user.is_authenticated and not user.is_verified() and (user.is_superuser or user.is_station_staff)
        )


# Floors where an object's number in the address may be somebody else's.
CLOSED = ("/me/", "/company/", "/desk/", "/door/", "/api/", "/cms/", "/documents/")


class RefusalLogMiddleware:
    """Notes who, signed in, asked for something that is not theirs: refused, or hidden as if it were not
    there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked = request.resolver_match
        if asked is None or not request.path.startswith(CLOSED) or not self._refused(request, response):
            return response
        audit.record(
            by=request.user,
            verb="web.refused",
            target=None,
            view=asked.view_name or asked.route,
            asked={name: str(value)[:40] for name, value in asked.kwargs.items()},
            method=request.method,
            status=response.status_code,
        )
        return response

    @staticmethod
    def _refused(request: HttpRequest, response: HttpResponse) -> bool:
        if response.status_code not in {403, 404} or not request.user.is_authenticated:
            return False
        # A form that was open too long is refused as well, but asks for nothing of others.
        return bool(getattr(request, "csrf_processing_done", False))
