"""What every engine has to do. Tests run one suite against all of them."""

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
    """Records in order, and the cursor of what follows ("" when nothing does)."""

    keys: list[tuple[Kind, int]] = field(default_factory=list)
    next: str = ""


@dataclass(frozen=True, slots=True)
class EngineResult:
    """An engine's own answer: one page of records, how many there are in all, and by each value of each facet
    with that facet's filter lifted.
    """

    keys: list[tuple[Kind, int]]
    total: int
    facets: Mapping[Facet, Mapping[str, int]]
    next: str = ""


class Unavailable(Exception):
    """The engine does not answer."""


class Unbuilt(Unavailable):
    """It answers, but has no index that it could answer from."""


@dataclass(frozen=True, slots=True)
class Health:
    """`state`: 'ok', 'unbuilt' before `index_search`, or 'down' when the engine does not answer. `answering`:
    who answers searches now. `waiting`: changes that a server has not been told of yet.
    """

    state: str
    answering: str
    pending: int = 0


class Searcher(ABC):
    """Answers searches. `name` marks the cursors that it alone can go on from."""

    name: str

    def search(self, query: SearchQuery) -> SearchResult:
        """One page of hits in a fixed number of steps.

        What the engine finds is looked up in the database under the same scope: an entry that was left
        behind by a write past the actions is never shown.
        """
        query_terms, correction = query_reading.read_query(query.text, now=query.now), None
        groups = query_terms.groups
        if query.text and not groups:  # only punctuation, or words that say nothing
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
        """The query's cursor when this engine made it; another's keys mean nothing here."""
        cursor = query.cursor
        return cursor if cursor and cursor.engine == self.name else None

    def offset(self, query: SearchQuery) -> int:
        """Hits before the page: those read, as a cursor says, or by the page's number."""
        return query.cursor.read_so_far if query.cursor else (query.page - 1) * query.size

    def next_cursor(self, query: SearchQuery, first: float, sort_at: datetime, entry: int) -> str:
        return str(Cursor(self.name, query.sort, first, sort_at, entry, self.offset(query) + query.size))

    @abstractmethod
    def find(self, query: SearchQuery, groups: Sequence[Group], *, any_word: bool = False) -> EngineResult:
        """Records that hold all the words (any of them, if told) within the query's scope and filters.

        Order: by `query.sort`, then the latest first, then by number; the same every time.

        Raises:
            Unavailable: an engine outside the database does not answer, or has no index yet.
        """

    @abstractmethod
    def health(self) -> Health:
        """How it is, said at once even when a server hangs."""


class Backend(Searcher):
    """A search engine: it answers, and keeps an index to answer from.

    `transactional`: its rows change in the same transaction as the record they index. `address`: where it is.
    """

    transactional: bool
    address: str = ""

    @abstractmethod
    def put(self, documents: Sequence[Document], *, read_at: datetime) -> None:
        """Add documents, or replace those of the same records, unless somebody did who read them later."""

    @abstractmethod
    def remove(self, kind: Kind, object_ids: Collection[int], *, read_at: datetime) -> None:
        """Take records out, as they were at that moment; those that are not in are no error."""

    @abstractmethod
    def listed(self, now: datetime) -> dict[Kind, int]:
        """How many records of each kind a search for everything would find."""

    @abstractmethod
    def is_built(self) -> bool:
        """There is an index, made by this version of documents and dictionary."""

    @abstractmethod
    def rebuilding(self) -> AbstractContextManager[None]:
        """Inside, `put` fills what will serve afterwards; when it ends without an error, that serves."""

    def health(self) -> Health:
        return Health("ok" if self.is_built() else "unbuilt", answering=self.name)
