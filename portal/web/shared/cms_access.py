"""Middleware that keeps the CMS groups of an editor in step with current appointments."""

from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from cms.actions import sync_groups

CMS_PREFIX = "/cms/"
# Wagtail does not answer 403: it leads away with one of these messages.
_REFUSALS = (
    "Sorry, you do not have permission to access this area.",
    "You do not have permission to access the admin.",
)


def is_cms_refusal(request: HttpRequest) -> bool:
    """Return whether the CMS has just led a user away who lacks the permission for what was requested."""
    if not request.path.startswith(CMS_PREFIX) or not request.user.is_authenticated:
        return False
    texts = {gettext(text) for text in _REFUSALS}
    queued = getattr(get_messages(request), "_queued_messages", ())
    return any(text in str(message.message) for message in queued for text in texts)


class CurrentEditorsMiddleware:
    """Synchronises the user's CMS groups before the CMS answers: an ended appointment closes it at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(CMS_PREFIX) and request.user.is_authenticated:
            sync_groups(user=request.user)
        return self.get_response(request)
