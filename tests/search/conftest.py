"""The engines that this machine has: the database's own always, Elasticsearch where a server is named."""

import os
from collections.abc import Callable

import pytest

import search
from search.backends.base import Backend
from search.query import Scope, SearchQuery, SearchResult

ELASTICSEARCH = os.environ.get("PORTAL_TEST_ELASTICSEARCH_URL", "")


@pytest.fixture(
    params=[
        "database",
        pytest.param(
            "elasticsearch",
            marks=pytest.mark.skipif(
                not ELASTICSEARCH, reason="no server: set PORTAL_TEST_ELASTICSEARCH_URL to run these"
            ),
        ),
    ]
)
def engine(request: pytest.FixtureRequest, settings) -> Backend:
    """Each engine in turn, empty, as the one in force."""
    settings.SEARCH_BACKEND = request.param
    settings.ELASTICSEARCH_URL = ELASTICSEARCH
    backend = search.get_backend()
    if request.param == "elasticsearch":
        from search.backends import elasticsearch

        for name in backend.client.indices.get(index=f"{elasticsearch.PREFIX}-*").body:
            backend.client.indices.delete(index=name)
    return backend


@pytest.fixture
def find() -> Callable[..., SearchResult]:
    """`find("叉车", region="440705")`: a search by anybody."""

    def ask(text: str = "", **kwargs) -> SearchResult:
        return search.get_backend().search(SearchQuery(scope=Scope.PUBLIC, text=text, **kwargs))

    return ask
