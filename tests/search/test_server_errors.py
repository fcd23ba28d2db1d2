"""Errors of a search server, and the length of their text."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from elastic_transport import ApiResponseMeta, BaseNode, ConnectionTimeout, HttpHeaders, TransportApiResponse
from elasticsearch import Elasticsearch

from search.backends.base import Unavailable, Unbuilt
from search.backends.elasticsearch import ElasticsearchBackend
from search.cursor import Cursor
from search.query import DEEPEST, Facet, Kind, Scope, SearchQuery, Sort

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
Answer = tuple[int, Any]
NOTHING_FOUND: Answer = (
    200,
    {
        "hits": {"total": {"value": 0, "relation": "eq"}, "hits": []},
        "aggregations": {facet.value: {"doc_count": 0, "values": {"buckets": []}} for facet in Facet},
    },
)


def error(status: int, text: str) -> Answer:
    cause = {"type": "an_error", "reason": text}
    return status, {"error": {**cause, "root_cause": [cause]}, "status": status}


@pytest.fixture
def backend_with() -> Callable[..., tuple[ElasticsearchBackend, list[tuple[str, str]]]]:
    """`backend_with(answer)` -> (engine, its requests): a server that gives this answer, without a socket."""

    def make(answer: Callable[[str, str], Any]) -> tuple[ElasticsearchBackend, list[tuple[str, str]]]:
        requests: list[tuple[str, str]] = []

        class Server(BaseNode):
            def perform_request(self, method: str, target: str, *_: Any, **__: Any) -> Any:
                requests.append((method, target))
                status, body = answer(method, target)
                headers = HttpHeaders(
                    {"content-type": "application/json", "x-elastic-product": "Elasticsearch"}
                )
                meta = ApiResponseMeta(status, "1.1", headers, 0.0, self.config)
                return TransportApiResponse(meta, b"" if method == "HEAD" else json.dumps(body).encode())

            def close(self) -> None: ...

        engine = ElasticsearchBackend("http://search.example:9200")
        engine.client = Elasticsearch("http://search.example:9200", node_class=Server, max_retries=0)
        return engine, requests

    return make


def search_all(engine: ElasticsearchBackend, **query: Any) -> Any:
    return engine.find(SearchQuery(scope=Scope.PUBLIC, **query), [])


def test_a_missing_index_is_told_in_two_hundred_characters(backend_with: Any) -> None:
    engine, _ = backend_with(lambda *_: error(404, "no such index " + "x" * 500))
    with pytest.raises(Unbuilt) as failure:
        search_all(engine)
    assert "no such index" in str(failure.value)
    assert len(str(failure.value)) == 200


@pytest.mark.parametrize(("status", "name"), [(400, "BadRequestError"), (503, "ApiError")])
def test_a_refusal_is_told_with_its_kind_and_is_no_missing_index(
    backend_with: Any, status: int, name: str
) -> None:
    engine, _ = backend_with(lambda *_: error(status, "y" * 500))
    with pytest.raises(Unavailable) as failure:
        search_all(engine)
    assert not isinstance(failure.value, Unbuilt)
    assert str(failure.value).startswith(f"{name}: ")
    assert len(str(failure.value)) == len(f"{name}: ") + 200


def test_a_silent_server_is_unavailable(backend_with: Any) -> None:
    def fail(*_: Any) -> Answer:
        raise ConnectionTimeout("no answer")

    engine, _ = backend_with(fail)
    for call in (lambda: search_all(engine), engine.is_built, lambda: engine.listed(NOW)):
        with pytest.raises(Unavailable, match="ConnectionTimeout: "):
            call()


def test_a_server_without_alias_is_unbuilt_and_takes_no_updates(backend_with: Any) -> None:
    engine, requests = backend_with(lambda *_: error(404, "alias missing"))
    assert not engine.is_built()
    engine.remove(Kind.POSITION, [1], read_at=NOW)
    assert not [target for _, target in requests if "_bulk" in target]


def bulk_answer(*statuses: int) -> Callable[[str, str], Answer]:
    items = [
        {"delete": {"_id": "1", "status": status, **({"error": {"type": "t"}} if status > 400 else {})}}
        for status in statuses
    ]
    return lambda _, target: (200, {"errors": True, "items": items} if "_bulk" in target else {})


def test_a_removed_or_later_entry_is_no_failure_of_an_update(backend_with: Any) -> None:
    engine, requests = backend_with(bulk_answer(200, 404, 409))
    engine.remove(Kind.POSITION, [1, 2, 3], read_at=NOW)
    (target,) = [target for _, target in requests if "_bulk" in target]
    assert "refresh=wait_for" in target, "whoever wrote finds it at once"


def test_refused_entries_of_an_update_are_counted(backend_with: Any) -> None:
    engine, _ = backend_with(bulk_answer(404, 429, 503))
    with pytest.raises(Unavailable, match=r"^2 entries were refused, the first: .*429"):
        engine.remove(Kind.POSITION, [1, 2, 3], read_at=NOW)


def test_nothing_to_update_asks_no_server(backend_with: Any) -> None:
    engine, requests = backend_with(bulk_answer())
    engine.remove(Kind.POSITION, [], read_at=NOW)
    engine.upsert([], read_at=NOW)
    assert requests == []


@pytest.mark.parametrize(("read_so_far", "is_asked"), [(DEEPEST - 20, True), (DEEPEST - 19, False)])
def test_a_page_deeper_than_the_server_reaches_is_empty(
    backend_with: Any, read_so_far: int, is_asked: bool
) -> None:
    engine, requests = backend_with(lambda *_: NOTHING_FOUND)
    cursor = Cursor("another", Sort.RELEVANCE, 1, NOW, 7, read_so_far)
    result = search_all(engine, size=20, after=str(cursor))
    assert (result.keys, result.total, result.next) == ([], 0, "")
    assert bool(requests) is is_asked


def test_the_own_cursor_reaches_as_deep_as_there_are_hits(backend_with: Any) -> None:
    engine, requests = backend_with(lambda *_: NOTHING_FOUND)
    search_all(engine, size=20, after=str(Cursor(engine.name, Sort.RELEVANCE, 1, NOW, 7, DEEPEST)))
    assert requests


def test_a_build_that_fails_deletes_its_new_index_alone(backend_with: Any) -> None:
    engine, requests = backend_with(lambda *_: (200, {}))
    with pytest.raises(RuntimeError, match="stopped"), engine.rebuilding():
        raise RuntimeError("stopped")
    (created,) = [target for method, target in requests if method == "PUT"]
    assert [target for method, target in requests if method == "DELETE"] == [created]
    assert not [target for _, target in requests if "_aliases" in target]
