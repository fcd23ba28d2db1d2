"""Conditional responses: clients may cache public lists but must revalidate them on each request."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import (
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
    set_response_etag,
)


def revalidated(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view with an ETag of its body and a 304 response to a matching If-None-Match.

    There is no Last-Modified: a position also closes by the clock, without a write.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method != "GET" or response.status_code != 200:
            return response
        patch_vary_headers(response, ["Authorization", "Cookie"])
        patch_cache_control(response, no_cache=True)
        set_response_etag(response)
        conditional = get_conditional_response(request, etag=response.headers["ETag"], response=response)
        return response if conditional is None else conditional

    return wrapper
