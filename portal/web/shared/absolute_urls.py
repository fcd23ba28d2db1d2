"""Absolute URLs of the portal, from the configured address and never from the Host header of a request.

Whoever sends a request chooses its Host header: a link made of it would lead its reader anywhere.
"""

from urllib.parse import urljoin, urlsplit

from django.conf import settings


def absolute_url(path: str) -> str:
    """Return the URL of a path of this site, as it stands in calendars, feeds and messages."""
    return urljoin(f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/", path)


def site_host() -> str:
    """Return host and port of the configured address, for identifiers of calendar events."""
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc
