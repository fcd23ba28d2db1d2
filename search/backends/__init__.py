"""The engines, and which one the settings choose.

settings.SEARCH_BACKEND: 'database' takes the one that lives in the portal's own database (SQLite's FTS5 or
PostgreSQL's tsvector); 'elasticsearch' takes the server at settings.ELASTICSEARCH_URL, and the database's
engine while that server does not answer.
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils.module_loading import import_string

from search.backends.base import Backend, Searcher
from search.backends.fallback import FallbackSearcher

ENGINES = {
    "sqlite": "search.backends.sqlite.SqliteBackend",
    "postgresql": "search.backends.postgres.PostgresBackend",
}
SERVER = "search.backends.elasticsearch.ElasticsearchBackend"


def database_engine() -> Backend:
    """The engine inside the portal's database. Its index is kept whichever engine is chosen.

    Raises:
        ImproperlyConfigured: a database without an engine here.
    """
    if connection.vendor not in ENGINES:
        raise ImproperlyConfigured(f"no search engine for a database of kind {connection.vendor}")
    engine: Backend = import_string(ENGINES[connection.vendor])()
    return engine


def server_engine() -> Backend | None:
    """The engine outside the database, where the settings choose one.

    Raises:
        ImproperlyConfigured: an unknown name.
    """
    setting = settings.SEARCH_BACKEND
    if setting == "database":
        return None
    if setting != "elasticsearch":
        raise ImproperlyConfigured(f"SEARCH_BACKEND={setting!r} names no search engine")
    engine: Backend = import_string(SERVER)()  # its client is imported only where it is chosen
    return engine


def chosen_searcher() -> Searcher:
    """Who answers searches. Raises ImproperlyConfigured."""
    server = server_engine()
    return FallbackSearcher(server, database_engine()) if server else database_engine()


def kept_engines() -> list[Backend]:
    """Every engine whose index is to be kept, the database's first. Raises ImproperlyConfigured."""
    server = server_engine()
    return [database_engine(), server] if server else [database_engine()]
