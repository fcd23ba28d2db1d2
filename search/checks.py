"""System checks of the search settings."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection

SETTINGS = ("database", "elasticsearch")


def check_search(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - signature of a check
    """Check the settings.

    E001: unknown engine. E002: no engine for this database. E003: no usable server address.
    """
    backend = settings.SEARCH_BACKEND
    if backend not in SETTINGS:
        return [
            Error(
                f"SEARCH_BACKEND is {backend!r}.",
                hint=f"Use one of: {', '.join(SETTINGS)} (environment: PORTAL_SEARCH).",
                id="search.E001",
            )
        ]
    if backend == "database" and connection.vendor not in {"sqlite", "postgresql"}:
        return [Error(f"No search engine for a database of kind {connection.vendor}.", id="search.E002")]
    if backend == "elasticsearch":
        address = urlsplit(settings.ELASTICSEARCH_URL)
        if address.scheme not in {"http", "https"} or not address.hostname:
            return [
                Error(
                    f"ELASTICSEARCH_URL is {settings.ELASTICSEARCH_URL!r}.",
                    hint="Give the server's address (environment: PORTAL_ELASTICSEARCH_URL).",
                    id="search.E003",
                )
            ]
    return []
