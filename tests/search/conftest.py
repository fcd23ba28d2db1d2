"""The engines that the portal has: the database's own, and a server that speaks Elasticsearch's API."""

from collections.abc import Callable
from typing import Any

import pytest

import search
from search.backends import database_engine, elasticsearch, fallback, server_engine
from search.backends.base import Backend
from search.query import Scope, SearchQuery, SearchResult


@pytest.fixture(params=["database", "elasticsearch"])
def engine(request: pytest.FixtureRequest, settings: Any) -> Backend:
    """Each engine in turn, empty, as the one in force."""
    if request.param == "elasticsearch":
        selection: Backend = request.getfixturevalue("server")
        return selection
    settings.SEARCH_BACKEND = "database"
    return database_engine()


@pytest.fixture
def server(elasticsearch_url: str, settings: Any) -> Backend:
    """The server as the engine in force, empty."""
    settings.SEARCH_BACKEND = "elasticsearch"
    settings.ELASTICSEARCH_URL = elasticsearch_url
    fallback.breaker.cache_clear()
    settings.ELASTICSEARCH_TIMEOUT = 30  # here it is to answer, however busy the machine
    backend = server_engine()
    assert isinstance(backend, elasticsearch.ElasticsearchBackend)
    for name in backend.client.indices.get(index=f"{elasticsearch.PREFIX}-*").body:
        backend.client.indices.delete(index=name)
    return backend


@pytest.fixture
def find() -> Callable[..., SearchResult]:
    """`find("叉车", region="440705")`: a search by anybody. The engine in force has to answer it itself."""

    def ask(text: str = "", **kwargs: Any) -> SearchResult:
        result = search.get_backend().search(SearchQuery(scope=Scope.PUBLIC, text=text, **kwargs))
        assert not result.degraded, "the database answered instead of the server"
        return result

    return ask
