"""Bounds of the numbers in a cursor, which comes from a browser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import search
from search import indexing
from search.cursor import Cursor
from search.query import Kind, Scope, SearchQuery, Sort
from tests.factories import make_position

ORDINARY = Cursor("sqlite", "relevance", 1, datetime(2026, 1, 1, tzinfo=UTC), 7, 20)
LARGEST_ENTRY = 2**63 - 1  # of a bigint
LARGEST_COUNT = 2**31 - 1


@pytest.mark.parametrize(
    "change",
    [
        {"entry": LARGEST_ENTRY},
        {"entry": -LARGEST_ENTRY},
        {"read_so_far": 0},
        {"read_so_far": LARGEST_COUNT},
        {"first": -0.5},
        {"sort_at": datetime(1970, 1, 1, tzinfo=UTC)},
        {"sort_at": datetime(9998, 12, 31, tzinfo=UTC)},
    ],
)
def test_a_cursor_at_the_bound_is_read_back(change: dict[str, Any]) -> None:
    cursor = replace(ORDINARY, **change)
    assert Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize(
    "change",
    [
        {"entry": LARGEST_ENTRY + 1},
        {"entry": -LARGEST_ENTRY - 1},
        {"entry": True},
        {"entry": 7.0},
        {"read_so_far": -1},
        {"read_so_far": LARGEST_COUNT + 1},
        {"read_so_far": True},
        {"read_so_far": 20.0},
        {"first": float("inf")},
        {"first": True},
        {"first": None},
        {"engine": None},
        {"sort": None},
        {"sort_at": datetime(1969, 12, 31, tzinfo=UTC)},
        {"sort_at": datetime(9999, 1, 1, tzinfo=UTC)},
        {"sort_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - without a zone
    ],
)
def test_a_cursor_beyond_the_bound_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a cursor must be one of ours"):
        replace(ORDINARY, **change)


def test_a_cursor_is_read_up_to_its_longest() -> None:
    bytes_of_others = len(str(replace(ORDINARY, engine=""))) * 3 // 4
    longest = replace(ORDINARY, engine="e" * (300 - bytes_of_others))
    assert len(str(longest)) == 400
    assert Cursor.read(str(longest)) == longest
    with pytest.raises(ValueError, match="a cursor must be one of ours"):
        Cursor.read(str(replace(longest, engine=f"{longest.engine}e")))


@pytest.mark.django_db
@pytest.mark.parametrize("entry", [LARGEST_ENTRY, -LARGEST_ENTRY])
def test_the_largest_entry_is_asked_of_the_engine(engine: Any, find: Callable[..., Any], entry: int) -> None:
    make_position()
    indexing.rebuild()
    now = SearchQuery(scope=Scope.PUBLIC).now
    name = search.get_backend().name
    for sort in (Sort.RELEVANCE, Sort.NEWEST, Sort.PAY):
        cursor = Cursor(name, sort, 0, now, entry, 0)
        assert find(kinds=frozenset({Kind.POSITION}), sort=sort, after=str(cursor)).total == 1
