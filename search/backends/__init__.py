"""Search engines, and their selection by the settings.

settings.SEARCH_BACKEND: 'database' selects the engine inside the portal's own database (SQLite FTS5 or
PostgreSQL tsvector); 'elasticsearch' selects the server at settings.ELASTICSEARCH_URL, with the database
engine as a fallback while the server does not respond.
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
    """Return the engine inside the portal's database. Its index is kept whichever engine is selected.

    Raises:
        ImproperlyConfigured: a database without an engine here.
    """
    if connection.vendor not in ENGINES:
        raise ImproperlyConfigured(f"no search engine for a database of kind {connection.vendor}")
    engine: Backend = import_string(ENGINES[connection.vendor])()
    return engine


def server_engine() -> Backend | None:
    """Return the engine outside the database, or None if the settings select none.

    Raises:
        ImproperlyConfigured: an unknown name.
    """
    setting = settings.SEARCH_BACKEND
    if setting == "database":
        return None
    if setting != "elasticsearch":
        raise ImproperlyConfigured(f"SEARCH_BACKEND={setting!r} names no search engine")
    engine: Backend = import_string(SERVER)()  # the client is imported only if selected
    return engine


def chosen_searcher() -> Searcher:
    """Return the searcher selected by the settings.

    Raises:
        ImproperlyConfigured: an unknown name.
    """
    server = server_engine()
    return FallbackSearcher(server, database_engine()) if server else database_engine()


def kept_engines() -> list[Backend]:
    """Return every engine whose index is kept up to date, the database's first.

    Raises:
        ImproperlyConfigured: an unknown name.
    """
    server = server_engine()
    return [database_engine(), server] if server else [database_engine()]
