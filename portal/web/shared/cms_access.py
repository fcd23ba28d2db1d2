"""Middleware that keeps the CMS groups of an editor in step with current appointments."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cms.actions import sync_groups


class CurrentEditorsMiddleware:
    """Synchronises the user's CMS groups before the CMS answers: an ended appointment closes it at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/cms/") and request.user.is_authenticated:
            sync_groups(user=request.user)
        return self.get_response(request)
