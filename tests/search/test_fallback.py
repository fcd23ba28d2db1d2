"""A server that refuses, hangs or comes back: readers get an answer, and it hears of all that changed."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

import search
from portal.positions import actions as positions
from portal.positions.models import Position
from search import indexing, outbox
from search.backends import database_engine, fallback, server_engine
from search.backends.base import Unavailable
from search.backends.fallback import RETRY_SECONDS, Breaker
from search.documents import documents_of
from search.models import PendingIndexUpdate
from search.query import Kind, Scope, SearchQuery, Sort
from tests.factories import make_employer, make_position, make_user
from tests.harness.elasticsearch import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.must("posts.1")]


@pytest.fixture
def refusing() -> str:
    """An address where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def hanging() -> Iterator[str]:
    """An address that takes a connection and never says a word."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


@pytest.fixture(params=["refusing", "hanging"])
def down(request: pytest.FixtureRequest, settings: Any) -> Any:
    """A position is indexed, and the server that is chosen does not answer."""
    make_position(title="叉车司机")
    indexing.rebuild()
    settings.SEARCH_BACKEND = "elasticsearch"
    settings.ELASTICSEARCH_URL = request.getfixturevalue(request.param)
    fallback.breaker.cache_clear()
    yield request.param
    fallback.breaker.cache_clear()


def ask(text: str = "叉车", **kwargs: Any) -> Any:
    return search.get_backend().search(SearchQuery(scope=Scope.PUBLIC, text=text, **kwargs))


def test_the_database_answers_within_a_second(down: str, caplog: Any, figure: Callable[[str], None]) -> None:
    ask_first = time.perf_counter()
    result = ask()
    duration = time.perf_counter() - ask_first
    assert [hit.title for hit in result.hits] == ["叉车司机"]
    assert result.degraded
    assert duration < 1
    figure(f"server {down}: the first search answered after {duration * 1000:.0f} ms")

    since = time.perf_counter()
    assert all(ask().degraded for _ in range(10))
    assert time.perf_counter() - since < 1, "those that follow do not wait for the server"
    text_said = [row for row in caplog.records if row.name == "search.backends.fallback"]
    assert [row.levelno for row in text_said] == [logging.WARNING], "one line, not one for each search"


def test_health_and_pages_say_who_answers(down: str, client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200, "pages are answered: the process is alive"
    assert answer.json()["search"] == {
        "backend": "elasticsearch",
        "state": "down",
        "answering": database_engine().name,
        "waiting": 0,
    }
    assert "叉车司机" in client.get("/search/?q=叉车").content.decode().replace("<mark>", "").replace(
        "</mark>", ""
    )


def test_a_cursor_goes_on_while_the_server_is_away(
    server: Any, find: Any, settings: Any, refusing: str
) -> None:
    company = make_employer()
    for _ in range(15):
        make_position(employer=company)
    indexing.rebuild()
    query_args = {"kinds": frozenset({Kind.POSITION}), "sort": Sort.NEWEST, "size": 5}
    first = find("", **query_args)
    settings.SEARCH_BACKEND, settings.ELASTICSEARCH_URL = "elasticsearch", refusing
    second = ask("", after=first.next, **query_args)
    third = ask("", after=second.next, **query_args)
    assert second.degraded
    seen_ids = [hit.id for result in (first, second, third) for hit in result.hits]
    assert len(seen_ids) == len(set(seen_ids)) == 15
    assert third.next == ""


def test_a_write_does_not_wait_for_the_server(
    down: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    figure: Callable[[str], None],
) -> None:
    """A write updates the database index at once and records a pending update for the server."""
    member = make_user()
    position = make_position(employer=make_employer(member=member), title="电焊工")
    indexing.refresh(Kind.POSITION, [position.pk], backend=database_engine())
    began = time.perf_counter()
    with django_capture_on_commit_callbacks() as texts:
        positions.pause(position=position, by=member)
    assert time.perf_counter() - began < 1
    assert ask("电焊工").total == 0
    assert list(PendingIndexUpdate.objects.values_list("kind", "object_id")) == [("position", position.pk)]
    assert texts, "a task is to tell it"


def test_updates_left_by_an_outage_are_sent_later(
    server: Any,
    find: Any,
    settings: Any,
    refusing: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    member = make_user()
    position, removed_ids = (
        make_position(employer=make_employer(member=member), title="叉车司机") for _ in range(2)
    )
    indexing.rebuild()
    address, settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL, refusing
    with django_capture_on_commit_callbacks(execute=True):
        positions.pause(position=removed_ids, by=member)
    late_ = make_position(employer=position.employer, title="叉车维修工")
    outbox.record_changes(Kind.POSITION, [late_.pk])
    assert outbox.synchronise_if_available() == "the server does not answer"
    assert PendingIndexUpdate.objects.count() == 2
    settings.ELASTICSEARCH_URL = address
    fallback.breaker.cache_clear()
    assert server.listed(SearchQuery(scope=Scope.PUBLIC).now)[Kind.POSITION] == 2, "it has not heard yet"
    assert outbox.synchronise_server() == 2
    assert sorted(hit.title for hit in find("叉车").hits) == ["叉车司机", "叉车维修工"]
    assert not PendingIndexUpdate.objects.exists()
    assert indexing.is_current(backend=server)


def test_a_server_that_lost_everything_is_given_a_new_index(server: Any, find: Any) -> None:
    make_position(title="叉车司机")
    indexing.rebuild()
    for name in server.client.indices.get(index="portal-search-*").body:
        server.client.indices.delete(index=name)
    assert ask().degraded
    assert search.get_backend().health().state == "unbuilt"
    assert outbox.synchronise_server() == 2
    fallback.breaker.cache_clear()  # else nobody asks it for RETRY_SECONDS seconds
    assert find("叉车").total == 1


def test_record_changed_while_sent_is_sent_again(engine: Any, monkeypatch: Any) -> None:
    position = make_position()
    outbox.record_changes(Kind.POSITION, [position.pk])
    plain = indexing.refresh

    def slow(*args: Any, **kwargs: Any) -> None:
        plain(*args, **kwargs)
        outbox.record_changes(Kind.POSITION, [position.pk])

    monkeypatch.setattr(indexing, "refresh", slow)
    assert outbox.send_pending(engine) == 1
    assert PendingIndexUpdate.objects.count() == 1


def test_rolled_back_change_leaves_no_pending_update(settings: Any, refusing: str) -> None:
    settings.SEARCH_BACKEND, settings.ELASTICSEARCH_URL = "elasticsearch", refusing
    member = make_user()
    position = make_position(employer=make_employer(member=member))
    with pytest.raises(RuntimeError, match="undone"), transaction.atomic():  # noqa: PT012
        positions.pause(position=position, by=member)
        assert PendingIndexUpdate.objects.exists()
        raise RuntimeError("undone")
    assert not PendingIndexUpdate.objects.exists()


def test_older_version_never_replaces_a_later_one(server: Any, find: Any) -> None:
    """Two workers read a position; the one that read first is the last to write."""
    position = make_position(title="叉车司机")
    indexing.rebuild()
    earlier = SearchQuery(scope=Scope.PUBLIC).now
    (stale,) = documents_of(Kind.POSITION, [position.pk], earlier)
    Position.objects.filter(pk=position.pk).update(title="电焊工", duties="焊接。", requirements="")
    indexing.refresh(Kind.POSITION, [position.pk])
    server.upsert([stale], read_at=earlier)
    server.remove(Kind.POSITION, [position.pk], read_at=earlier)
    assert (find("电焊工").total, find("叉车").total) == (1, 0)


def test_starting_does_not_wait_for_the_server(down: str, capsys: Any) -> None:
    call_command("index_search", "--if-stale")
    text_said = capsys.readouterr()
    assert "current" in text_said.out
    assert "left for later" in text_said.err
    with pytest.raises(CommandError, match="does not answer"):
        call_command("index_search")
    with pytest.raises(CommandError, match="does not answer"):
        call_command("index_search", "--catch-up")


def test_without_a_server_there_is_nothing_to_tell() -> None:
    outbox.record_changes(Kind.POSITION, [1])
    assert server_engine() is None
    assert outbox.synchronise_server() == 0
    assert not PendingIndexUpdate.objects.exists()


def test_one_caller_at_a_time_tries_again() -> None:
    now = [0.0]
    breaker = Breaker("a server", clock=lambda: now[0])
    assert breaker.allows_request()
    breaker.record_failure(Unavailable("refused"))
    assert not breaker.allows_request()
    now[0] = RETRY_SECONDS + 1
    assert [breaker.allows_request() for _ in range(3)] == [True, False, False]
    breaker.record_answer()
    assert [breaker.allows_request() for _ in range(3)] == [True, True, True]
