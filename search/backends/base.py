"""Interface of the search engines. One test suite runs against all of them."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from search import spelling
from search.cursor import Cursor
from search.document import Document, km_between
from search.documents import SOURCES
from search.gazetteer import load_gazetteer
from search.query import Correction, Facet, Hit, Kind, PinyinReading, SearchQuery, SearchResult
from search.query_groups import exclusions_of, groups_of
from search.query_reading import QueryReading, read_query
from search.words import Group, excerpt, forms_of, mark_matches, whole_title


# Steps of the order by relevance. They are larger than any score of words, so that titles with the word itself come
# first, then titles with a synonym, then texts.
WORD_STEP = 1000.0  # for each word of the query that a title has as written, and again for each that it has at all
HEAD_STEP = 500.0  # for each that stands where a title names the work
MAX_GROUPS = 6  # words of a query without hits that are looked for alone
TRAIT_STEP = 400.0  # for each stated wish that a position states too


def title_steps(groups: Sequence[Group], exact_title: str) -> list[tuple[Sequence[Sequence[str]], float]]:
    """Return what moves a title forward: alternatives of words, and the step for a title with any of them."""
    steps: list[tuple[Sequence[Sequence[str]], float]] = []
    for group in groups:
        names = (*group.literals, *group.names) if group.names else ()
        words = (group.literals, names, group.alternatives)
        steps += [(alternatives, WORD_STEP) for alternatives in words if alternatives]
        steps += [(group.heads, HEAD_STEP)] if group.heads else []
    return [*steps, (((exact_title,),), WORD_STEP)] if exact_title else steps


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


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One way to read a query, and what it finds."""

    query: SearchQuery
    result: EngineResult
    groups: Sequence[Group] = ()
    reading: QueryReading | None = None
    letters: tuple[PinyinReading, ...] = ()
    correction: Correction | None = None
    is_relaxed: bool = False
    is_loose: bool = False


def _kind_counts(attempt: _Attempt, exact: _Attempt) -> dict[Kind, int]:
    """Return the hits of each kind as a search of this kind alone would count them."""
    final, first = _counts(attempt), _counts(exact)
    return {
        kind: first[kind] or (final[kind] if not attempt.is_relaxed or kind in attempt.query.kinds else 0)
        for kind in Kind
    }


def _counts(attempt: _Attempt) -> dict[Kind, int]:
    counts = attempt.result.facets.get(Facet.KIND, {})
    return {kind: counts.get(kind.value, 0) for kind in Kind}


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


def _place(row: Any) -> tuple[float, float] | None:
    region = getattr(row, "region", None)  # news have none, and a policy of the whole country neither
    return region.location if region is not None else None


class Searcher(ABC):
    """Answers searches. `name` marks the cursors that it can continue."""

    name: str

    def search(self, query: SearchQuery) -> SearchResult:
        """Return one page of hits in a fixed number of steps.

        The query is looked for as it stands. Only if that finds nothing, a mistake is corrected; then, if every word
        occurs somewhere, any of them will do. The engine's keys are read from the database under the same scope: a
        stale entry is never shown.
        """
        if not query.text:
            return self._answer(query, _Attempt(query, self.find(query, [])))
        gazetteer = load_gazetteer()
        reading = read_query(query.text, gazetteer)
        if not (reading.words or reading.understood):  # only punctuation or stop words
            return SearchResult(hits=(), total=0, counts=dict.fromkeys(Kind, 0), counties=(), reading=reading)
        exact = attempt = self._try(query, reading)
        if query.is_strict:
            return self._answer(query, exact)
        if not attempt.result.total and (correction := spelling.correct_reading(reading, now=query.now)):
            corrected = self._try(query, read_query(correction.text, gazetteer))
            if corrected.result.total:
                attempt = replace(corrected, correction=correction)
        missing: tuple[str, ...] = ()
        if not attempt.result.total:
            missing = self._missing_words(query, exact)
            # Some of the words will do for positions, and for pages that the query speaks of.
            may_relax = Kind.POSITION in query.kinds or bool(reading.contents)
            if not missing and len(exact.groups) > 1 and may_relax:
                result = self.find(exact.query, exact.groups, any_word=True)
                attempt = replace(exact, result=result, is_relaxed=True)
        return self._answer(query, attempt, exact=exact, missing=missing)

    def _try(self, query: SearchQuery, reading: QueryReading) -> "_Attempt":
        groups, letters = groups_of(reading, now=query.now)
        query = replace(
            query,
            criteria=reading.criteria,
            exclusions=exclusions_of(reading),
            exact_title=whole_title(reading.shape.folded) if groups else "",
        )
        attempt = _Attempt(query, self.find(query, groups), groups, reading, letters)
        loosened = [group.loosened() for group in groups]
        if attempt.result.total or query.is_strict or loosened == groups:
            return attempt
        return replace(attempt, result=self.find(query, loosened), groups=loosened, is_loose=True)

    def _missing_words(self, query: SearchQuery, attempt: "_Attempt") -> tuple[str, ...]:
        """Return those words of a query without hits that no record of the searched kinds contains."""
        anywhere = SearchQuery(scope=query.scope, kinds=query.kinds, now=query.now, size=1)
        return tuple(
            "".join(group.loosened().alternatives[0])
            for group in attempt.groups[:MAX_GROUPS]
            if not self.find(anywhere, [group]).total
        )

    def _answer(
        self,
        query: SearchQuery,
        attempt: "_Attempt",
        *,
        exact: "_Attempt | None" = None,
        missing: tuple[str, ...] = (),
    ) -> SearchResult:
        result = attempt.result
        hits = self._load_hits(query, result.keys, forms_of(attempt.groups))
        stale = Counter(kind for kind, _ in result.keys) - Counter(hit.kind for hit in hits)
        counties = result.facets.get(Facet.COUNTY, {})
        counts = {kind: count - stale[kind] for kind, count in _kind_counts(attempt, exact or attempt).items()}
        return SearchResult(
            hits=tuple(hits),
            total=result.total - stale.total(),
            counts=counts,
            counties=tuple(sorted(counties.items(), key=lambda item: (-item[1], item[0]))),
            relaxed=attempt.is_relaxed and bool(hits),
            loose=attempt.is_loose and bool(hits),
            literal_counts=_counts(exact) if exact and not exact.is_loose else {},
            facets=result.facets,
            next=result.next,
            read=attempt.letters,
            reading=attempt.reading,
            missing=missing,
            corrected=attempt.correction,
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
                km=km_between(near, place) if near and (place := _place(row)) else None,
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
