"""Redirect targets that stay on this site."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the parameter `next` when it leads to this site, `default` otherwise."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # Other than a path or an address, `redirect` would look it up as the name of a view.
    if is_ours and target.startswith(("/", "http")):
        return target
    return default
