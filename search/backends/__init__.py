"""The engines, and which one the settings choose.

settings.SEARCH_BACKEND: 'database' takes the one that lives in the portal's own database (SQLite's FTS5 or
PostgreSQL's tsvector); 'elasticsearch' takes the server at settings.ELASTICSEARCH_URL.
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils.module_loading import import_string

from search.backends.base import Backend

ENGINES = {
    "sqlite": "search.backends.sqlite.SqliteBackend",
    "postgresql": "search.backends.postgres.PostgresBackend",
    "elasticsearch": "search.backends.elasticsearch.ElasticsearchBackend",
}


def chosen() -> Backend:
    """The engine in force.

    Raises:
        ImproperlyConfigured: an unknown name, or a database without an engine here.
    """
    setting = settings.SEARCH_BACKEND
    name = connection.vendor if setting == "database" else setting
    if name not in ENGINES or setting not in {"database", "elasticsearch"}:
        raise ImproperlyConfigured(f"SEARCH_BACKEND={setting!r} names no search engine ({name})")
    engine: Backend = import_string(ENGINES[name])()
    return engine
