"""Interface of the search engines. One test suite runs against all of them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from search import query_reading, spelling
from search.cursor import Cursor
from search.documents import SOURCES, Document, km_between
from search.query import Facet, Hit, Kind, SearchQuery, SearchResult
from search.words import Group, excerpt, forms_of, mark_matches


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of records in order, and the cursor of the next page ("" at the end)."""

    keys: list[tuple[Kind, int]] = field(default_factory=list)
    next: str = ""


@dataclass(frozen=True, slots=True)
class EngineResult:
    """Result of an engine: one page of keys, the total, and counts by facet, each ignoring its own filter."""

    keys: list[tuple[Kind, int]]
    total: int
    facets: Mapping[Facet, Mapping[str, int]]
    next: str = ""


class Unavailable(Exception):
    """The engine does not respond."""


class Unbuilt(Unavailable):
    """The engine responds, but has no index."""


@dataclass(frozen=True, slots=True)
class Health:
    """State of the search.

    Attributes:
        state: 'ok', 'unbuilt' before `index_search`, or 'down' when the engine does not respond.
        answering: engine that answers searches at present.
        pending: index updates that are not yet sent to a server.
    """

    state: str
    answering: str
    pending: int = 0


class Searcher(ABC):
    """Answers searches. `name` marks the cursors that it can continue."""

    name: str

    def search(self, query: SearchQuery) -> SearchResult:
        """Return one page of hits in a fixed number of steps.

        The engine's keys are read from the database under the same scope: a stale entry is never shown.
        """
        query_terms, correction = query_reading.read_query(query.text, now=query.now), None
        groups = query_terms.groups
        if query.text and not groups:  # only punctuation or stop words
            return SearchResult(hits=(), total=0, counts=dict.fromkeys(Kind, 0), counties=())
        result, relaxed = self.find(query, groups), False
        if not result.total and (candidate := spelling.correct(query.text, now=query.now)):
            corrected_reading = query_reading.read_query(candidate.text, now=query.now)
            corrected_result = self.find(query, corrected_reading.groups)
            if corrected_result.total:
                result, query_terms, correction, groups = (
                    corrected_result,
                    corrected_reading,
                    candidate,
                    corrected_reading.groups,
                )
        if not result.total and len(groups) > 1:
            result, relaxed = self.find(query, groups, any_word=True), True
        hits = self._load_hits(query, result.keys, forms_of(groups))
        removed_count = len(result.keys) - len(hits)
        counties = result.facets.get(Facet.COUNTY, {})
        return SearchResult(
            hits=tuple(hits),
            total=result.total - removed_count,
            counts={kind: result.facets.get(Facet.KIND, {}).get(kind.value, 0) for kind in Kind},
            counties=tuple(sorted(counties.items(), key=lambda item: (-item[1], item[0]))),
            relaxed=relaxed and bool(hits),
            facets=result.facets,
            next=result.next,
            read=query_terms.read,
            corrected=correction,
        )

    @staticmethod
    def _load_hits(query: SearchQuery, keys: Sequence[tuple[Kind, int]], forms: frozenset[str]) -> list[Hit]:
        rows = {}
        for kind in sorted({kind for kind, _ in keys}):
            ids = [object_id for of, object_id in keys if of == kind]
            rows.update(
                {(kind, pk): row for pk, row in SOURCES[kind].visible(query.now).in_bulk(ids).items()}
            )
        near = (query.near.latitude, query.near.longitude) if query.near else None
        return [
            Hit(
                kind=kind,
                id=object_id,
                title=SOURCES[kind].title(row),
                marked_title=mark_matches(SOURCES[kind].title(row), forms),
                snippet=excerpt(SOURCES[kind].body(row), forms),
                record=row,
                km=km_between(near, row.region.location) if near and row.region.location else None,
            )
            for kind, object_id in keys
            if (row := rows.get((kind, object_id))) is not None
        ]

    def own_cursor(self, query: SearchQuery) -> Cursor | None:
        """Return the query's cursor if this engine made it, as the keys of another mean nothing here."""
        cursor = query.cursor
        return cursor if cursor and cursor.engine == self.name else None

    def offset(self, query: SearchQuery) -> int:
        """Return the number of hits before the page, from the cursor or from the page number."""
        return query.cursor.read_so_far if query.cursor else (query.page - 1) * query.size

    def next_cursor(self, query: SearchQuery, first: float, sort_at: datetime, entry: int) -> str:
        return str(Cursor(self.name, query.sort, first, sort_at, entry, self.offset(query) + query.size))

    @abstractmethod
    def find(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool = False) -> EngineResult:
        """Find records with all the words (or any of them) within the query's scope and filters.

        Order: by `query.sort`, then the latest first, then by number; deterministic.

        Raises:
            Unavailable: an engine outside the database does not respond, or has no index yet.
        """

    @abstractmethod
    def health(self) -> Health:
        """Return the state at once, even when a server hangs."""


class Backend(Searcher):
    """Search engine with an index.

    Attributes:
        transactional: its rows change in the same transaction as the records they index.
        address: address of a server.
    """

    transactional: bool
    address: str = ""

    @abstractmethod
    def upsert(self, documents: Sequence[Document], *, read_at: datetime) -> None:
        """Add documents, or replace those of the same records unless a later version was written."""

    @abstractmethod
    def remove(self, kind: Kind, object_ids: Collection[int], *, read_at: datetime) -> None:
        """Remove records as of that moment; missing ones are ignored."""

    @abstractmethod
    def listed(self, now: datetime) -> dict[Kind, int]:
        """Count the records of each kind that an unfiltered search would find."""

    @abstractmethod
    def is_built(self) -> bool:
        """Return whether there is an index of the current version of documents and dictionary."""

    @abstractmethod
    def rebuilding(self) -> AbstractContextManager[None]:
        """Collect documents of `upsert` in a new index, which becomes active unless an error occurs."""

    def health(self) -> Health:
        return Health("ok" if self.is_built() else "unbuilt", answering=self.name)
