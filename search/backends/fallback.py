"""A server that answers searches, and the database's engine for when it does not.

The first search that finds the server down waits no longer than settings.ELASTICSEARCH_TIMEOUT for it; those
that follow do not wait at all. Every PAUSE seconds one of them tries the server again.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import TypeVar

from search.backends.base import Backend, Found, Health, Searcher, Unavailable, Unbuilt
from search.models import PendingIndexUpdate
from search.query import SearchQuery, SearchResult
from search.words import Group

logger = logging.getLogger(__name__)
PAUSE = 10.0  # seconds
T = TypeVar("T")


class Breaker:
    """Whether a server is worth asking, as this process has found. One line in the log when it goes down, one
    when it is back.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._lock = Lock()
        self._ask_again_at: float | None = None  # None: it answers
        self.reason: Unavailable | None = None

    def lets_through(self) -> bool:
        """True while the server answers; else once in PAUSE seconds, for one caller."""
        with self._lock:
            now = self._clock()
            if self._ask_again_at is None:
                return True
            if now < self._ask_again_at:
                return False
            self._ask_again_at = now + PAUSE  # whoever comes next does not wait beside us
            return True

    def failed(self, reason: Unavailable) -> None:
        with self._lock:
            self.reason = reason
            first = self._ask_again_at is None
            self._ask_again_at = self._clock() + PAUSE
        if first:
            logger.warning("%s does not answer, the database answers searches: %s", self.name, reason)

    def answered(self) -> None:
        with self._lock:
            was_open, self._ask_again_at = self._ask_again_at is not None, None
        if was_open:
            logger.warning("%s answers searches again", self.name)


@lru_cache(maxsize=4)
def breaker(name: str, address: str) -> Breaker:  # noqa: ARG001 - another address, another server
    """The one of this process for a server."""
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

    def find(self, query: SearchQuery, asked: Sequence[Group], *, any_word: bool = False) -> Found:
        return self._first(
            lambda: self.server.find(query, asked, any_word=any_word),
            lambda: self.database.find(query, asked, any_word=any_word),
        )

    def _first(self, ask: Callable[[], T], otherwise: Callable[[], T]) -> T:
        if self.breaker.lets_through():
            try:
                answer = ask()
            except Unavailable as error:
                self.breaker.failed(error)
            else:
                self.breaker.answered()
                return answer
        return otherwise()

    def health(self) -> Health:
        """Of the server. Asking it counts: a monitor that comes by finds out before a reader has to."""
        waiting = PendingIndexUpdate.objects.count()
        built = self._first(self.server.is_built, lambda: None)
        if built is None and not isinstance(self.breaker.reason, Unbuilt):
            return Health("down", answering=self.database.name, waiting=waiting)
        state = "ok" if built else "unbuilt"
        return Health(state, answering=self.name if built else self.database.name, waiting=waiting)
