"""The CMS opens by today's posts, not by those of the day somebody signed in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cms.actions import sync_groups


class CurrentEditorsMiddleware:
    """Brings the reader's CMS groups up to date before the CMS answers: a post that ended closes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/cms/") and request.user.is_authenticated:
            sync_groups(user=request.user)
        return self.get_response(request)
