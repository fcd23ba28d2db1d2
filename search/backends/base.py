"""What every engine has to do. Tests run one suite against all of them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from search import reading, spelling
from search.documents import SOURCES, Document
from search.query import Hit, Kind, SearchQuery, SearchResult
from search.words import Group, excerpt, forms_of, marked


@dataclass(frozen=True, slots=True)
class Found:
    """An engine's own answer: records in order, and how many there are of each kind in each region."""

    keys: list[tuple[Kind, int]]
    total: int
    counts: dict[Kind, int]
    counties: tuple[tuple[str, int], ...]


class Backend(ABC):
    """A search engine. `transactional`: its rows change in the same transaction as the record they index."""

    transactional: bool

    def search(self, query: SearchQuery) -> SearchResult:
        """One page of hits in a fixed number of steps.

        What the engine finds is looked up in the database under the same scope: an entry that was left
        behind by a write past the actions is never shown.
        """
        understood, corrected = reading.read(query.text, now=query.now), None
        asked = understood.groups
        if query.text and not asked:  # only punctuation, or words that say nothing
            return SearchResult(hits=(), total=0, counts=dict.fromkeys(Kind, 0), counties=())
        found, relaxed = self.find(query, asked), False
        if not found.total and (likely := spelling.correct(query.text, now=query.now)):
            other = reading.read(likely.text, now=query.now)
            better = self.find(query, other.groups)
            if better.total:
                found, understood, corrected, asked = better, other, likely, other.groups
        if not found.total and len(asked) > 1:
            found, relaxed = self.find(query, asked, any_word=True), True
        hits = self._confirmed(query, found.keys, forms_of(asked))
        gone = len(found.keys) - len(hits)
        return SearchResult(
            hits=tuple(hits),
            total=found.total - gone,
            counts=found.counts,
            counties=found.counties,
            relaxed=relaxed and bool(hits),
            read=understood.read,
            corrected=corrected,
        )

    @staticmethod
    def _confirmed(query: SearchQuery, keys: Sequence[tuple[Kind, int]], forms: frozenset[str]) -> list[Hit]:
        rows = {}
        for kind in sorted({kind for kind, _ in keys}):
            wanted = [object_id for of, object_id in keys if of == kind]
            rows.update(
                {(kind, pk): row for pk, row in SOURCES[kind].visible(query.now).in_bulk(wanted).items()}
            )
        return [
            Hit(
                kind=kind,
                id=object_id,
                title=SOURCES[kind].title(row),
                marked_title=marked(SOURCES[kind].title(row), forms),
                snippet=excerpt(SOURCES[kind].body(row), forms),
                record=row,
            )
            for kind, object_id in keys
            if (row := rows.get((kind, object_id))) is not None
        ]

    @abstractmethod
    def find(self, query: SearchQuery, asked: Sequence[Group], *, any_word: bool = False) -> Found:
        """Records that hold all the words (any of them, if told) within the query's scope and filters.

        Order: by `query.sort`, then the latest first, then by number; the same every time.
        """

    @abstractmethod
    def put(self, documents: Sequence[Document]) -> None:
        """Add documents, or replace those of the same records."""

    @abstractmethod
    def remove(self, kind: Kind, object_ids: Collection[int]) -> None:
        """Take records out; those that are not in are no error."""

    @abstractmethod
    def listed(self, now: datetime) -> dict[Kind, int]:
        """How many records of each kind a search for everything would find."""

    @abstractmethod
    def is_built(self) -> bool:
        """There is an index, made by this version of documents and dictionary."""

    @abstractmethod
    def rebuilding(self) -> AbstractContextManager[None]:
        """Inside, `put` fills what will serve afterwards; when it ends without an error, that serves."""
