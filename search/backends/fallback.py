"""Fallback from a search server to the database engine, with a circuit breaker.

The first search that finds the server down waits at most settings.ELASTICSEARCH_TIMEOUT for it; later ones do
not wait. Every RETRY_SECONDS one of them tries the server again.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import TypeVar

from search.backends.base import Backend, EngineResult, Health, Searcher, Unavailable, Unbuilt
from search.models import PendingIndexUpdate
from search.query import SearchQuery, SearchResult
from search.words import Group

logger = logging.getLogger(__name__)
RETRY_SECONDS = 10.0
T = TypeVar("T")


class Breaker:
    """Circuit breaker of one server in this process. Logs one line when it opens and one when it closes."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._lock = Lock()
        self._retry_at: float | None = None  # None: the server responds
        self.reason: Unavailable | None = None

    def allows_request(self) -> bool:
        """Return True while the server responds, else for one caller every RETRY_SECONDS."""
        with self._lock:
            now = self._clock()
            if self._retry_at is None:
                return True
            if now < self._retry_at:
                return False
            self._retry_at = now + RETRY_SECONDS  # other callers do not wait meanwhile
            return True

    def record_failure(self, reason: Unavailable) -> None:
        with self._lock:
            self.reason = reason
            first = self._retry_at is None
            self._retry_at = self._clock() + RETRY_SECONDS
        if first:
            logger.warning("%s does not answer, the database answers searches: %s", self.name, reason)

    def record_answer(self) -> None:
        with self._lock:
            was_open, self._retry_at = self._retry_at is not None, None
        if was_open:
            logger.warning("%s answers searches again", self.name)


@lru_cache(maxsize=4)
def breaker(name: str, address: str) -> Breaker:  # noqa: ARG001 - part of the cache key
    """Return this process's circuit breaker of a server."""
    return Breaker(name)


class FallbackSearcher(Searcher):
    def __init__(self, server: Backend, database: Backend) -> None:
        self.server, self.database = server, database
        self.name = server.name
        self.breaker = breaker(server.name, server.address)

    def search(self, query: SearchQuery) -> SearchResult:
        return self._first(
            lambda: self.server.search(query), lambda: replace(self.database.search(query), degraded=True)
        )

    def find(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool = False) -> EngineResult:
        return self._first(
            lambda: self.server.find(query, groups, any_word=any_word),
            lambda: self.database.find(query, groups, any_word=any_word),
        )

    def _first(self, call_server: Callable[[], T], call_database: Callable[[], T]) -> T:
        if self.breaker.allows_request():
            try:
                answer = call_server()
            except Unavailable as error:
                self.breaker.record_failure(error)
            else:
                self.breaker.record_answer()
                return answer
        return call_database()

    def health(self) -> Health:
        """Return the state of the server. It counts as a request: a monitor sees an outage first."""
        pending = PendingIndexUpdate.objects.count()
        is_built = self._first(self.server.is_built, lambda: None)
        if is_built is None and not isinstance(self.breaker.reason, Unbuilt):
            return Health("down", answering=self.database.name, pending=pending)
        state = "ok" if is_built else "unbuilt"
        return Health(state, answering=self.name if is_built else self.database.name, pending=pending)
