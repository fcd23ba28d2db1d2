"""Answers that may be kept, and must be asked about each time: what closes is gone with the next request."""

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


def revalidated(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """ETag of the answer itself; 304 without a body when the caller has it already.

    No time is cheap and true enough for a Last-Modified: a post also vanishes by the clock alone.
    """

    @wraps(run)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = run(request, *args, **kwargs)
        if request.method != "GET" or response.status_code != 200:
            return response
        patch_vary_headers(response, ["Authorization", "Cookie"])
        patch_cache_control(response, no_cache=True)
        set_response_etag(response)
        return get_conditional_response(request, etag=response.headers["ETag"], response=response)

    return wrapped
