"""Redirect targets that stay on this site, and no longer than an address may be."""

from django.http import HttpRequest, QueryDict
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

# The server reads request lines of 4,094 bytes. Past 16,384 characters Django answers with an error page,
# although the action is done.
MAX_ADDRESS_LENGTH = 4_000


def with_query(path: str, query: QueryDict) -> str:
    """Return the address of a list with its filters; without them where they are endless."""
    address = f"{path}?{query.urlencode()}"
    return address if len(address) <= MAX_ADDRESS_LENGTH else path


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the parameter `next` when it leads to this site, `default` otherwise."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # Other than a path or an address, `redirect` would look it up as the name of a view.
    if is_ours and target.startswith(("/", "http")) and len(iri_to_uri(target)) <= MAX_ADDRESS_LENGTH:
        return target
    return default
