"""Middleware that takes characters which nobody sees out of every parameter and file name of a request."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

from portal.core.text_folding import display_line, visible_text

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

UNNAMED = "文件"


def visible_parameters(parameters: "_ImmutableQueryDict") -> "_ImmutableQueryDict":
    """Return the parameters with visible names and values; the same object where nothing changes."""
    visible = QueryDict("", encoding=parameters.encoding)
    for name, values in parameters.lists():
        # Past the check that the parameters may change: nobody else has them yet.
        MultiValueDict.setlist(visible, visible_text(name), [visible_text(value) for value in values])
    return parameters if visible == parameters else visible


class VisibleParametersMiddleware:
    """Folds the query string of every request, and the form of those that the CSRF check reads too.

    It stands behind the CSRF middleware. Views exempt from that check, such as the API, read their body
    themselves: their forms and schemas fold.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = visible_parameters(request.GET)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        request.POST = visible_parameters(request.POST)
        for _, files in request.FILES.lists():
            for file in files:
                file.name = display_line(file.name or "") or UNNAMED
