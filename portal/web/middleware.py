"""Staff pages open only after the second factor."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

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
