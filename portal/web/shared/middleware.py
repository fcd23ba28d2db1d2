"""Middleware: second factor for staff, and audit events for refused requests."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import ResolverMatch, reverse

from portal.core import audit
from portal.core.log_filters import SECRET_ROUTES
from portal.web.shared.cms_access import is_cms_refusal
from portal.web.shared.requests import is_verified
from portal.web.shared.staff_sessions import end_if_idle

# Paths that a station appointment opens. The user's own pages (/me/) need no second factor.
PROTECTED = ("/desk/", "/door/", "/cms/", "/api/", "/documents/", "/account/")


class SecondFactorMiddleware:
    """Redirects signed-in staff without a verified second factor to it, and ends idle staff sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PROTECTED) and self._must_verify(request):
            if request.path.startswith("/api/"):
                return JsonResponse({"detail": "需要先完成二次验证。"}, status=403)
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('public:second-factor')}?{query}")
        if request.path.startswith(PROTECTED) and end_if_idle(request):
            if request.path.startswith("/api/"):
                return JsonResponse({"detail": "登录已过期，请重新登录。"}, status=403)
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('public:sign-in-staff')}?{query}")
        return self.get_response(request)

    @staticmethod
    def _must_verify(request: HttpRequest) -> bool:
        user = request.user
        return (
            user.is_authenticated
            and not is_verified(request)
            and (user.is_superuser or user.is_station_staff)
        )


# Paths whose object keys may belong to another user.
PRIVATE = ("/me/", "/company/", "/desk/", "/door/", "/api/", "/cms/", "/documents/")


def _describe_arguments(match: ResolverMatch) -> dict[str, str]:
    """Return the arguments of the route, shortened; a secret stays out of the log."""
    return {
        name: "…" if match.route in SECRET_ROUTES else str(value)[:40] for name, value in match.kwargs.items()
    }


class RefusalLogMiddleware:
    """Writes an audit event when a signed-in user requests an object that is not theirs (403 or 404)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or not request.path.startswith(PRIVATE) or not self._is_refusal(request, response):
            return response
        audit.record(
            by=request.user,
            verb="web.refused",
            target=None,
            view=match.view_name or match.route,
            asked=_describe_arguments(match),
            method=request.method,
            status=response.status_code,
        )
        return response

    @staticmethod
    def _is_refusal(request: HttpRequest, response: HttpResponse) -> bool:
        if response.status_code == 302:
            return is_cms_refusal(request)
        if response.status_code not in {403, 404} or not request.user.is_authenticated:
            return False
        # An expired CSRF token is refused as well, but requests nothing of others.
        return bool(getattr(request, "csrf_processing_done", False))
