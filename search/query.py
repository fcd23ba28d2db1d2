"""Search queries and results, the same for every engine."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from portal.core.certificates import CertificateKind
from search.cursor import Cursor
from search.facets import PAY_BANDS, TRADES, Facet, Kind, check_choices

__all__ = [
    "DEEPEST",
    "LARGEST_PAGE",
    "LONGEST_TEXT",
    "PAY_BANDS",
    "TRADES",
    "Correction",
    "Facet",
    "Hit",
    "Kind",
    "Near",
    "Read",
    "Scope",
    "SearchQuery",
    "SearchResult",
    "Sort",
]

LONGEST_TEXT = 80  # characters; what follows is not read
LARGEST_PAGE = 50
DEEPEST = 10_000  # hits from the top that can be paged to (Elasticsearch's own limit); cursors go further


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    PAY = "pay"
    DISTANCE = "distance"


class Scope(StrEnum):
    """Audience of a search: part of the query that the engine runs, not a filter of its results.

    The index contains the public scope only. A wider scope needs a condition of its own in every engine.
    """

    PUBLIC = "public"  # posts open now of firms verified now, those firms, published fairs not over yet


@dataclass(frozen=True, slots=True)
class Near:
    """Area within a distance of a point, as the crow flies."""

    latitude: float
    longitude: float
    km: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180 and 0 < self.km <= 20_000):
            raise ValueError(f"not a place on Earth with a distance: {self!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """One search. `scope` has no default: whoever searches says for whom.

    A filter that asks for a fact leaves out whoever has another fact, never a record of a kind that has no
    such fact: a fair has no pay, so `pay_at_least` keeps it.

    Attributes:
        text: words; a hit holds all of them, or any of them when no hit holds all. Empty: everything.
        kinds: what is listed. Counts of the other kinds come along.
        region: GB/T 2260 code; hits lie in it or below it. Empty: anywhere.
        near: hits lie this near to a place. A record without coordinates does not.
        pay_at_least, pay_below: yuan a month. The post's range has to reach the first and to begin below the
            second: ranges overlap.
        education_at_most: value of core.enums.Education that the searcher has.
        choices: facet with fixed choices (facets.CHOICE_FACETS) -> values; any of them.
        certificates: values of CertificateKind; posts that ask for any of them.
        veterans_only: only posts for veterans (定向招录).
        published_since: shown to the public since then.
        held_from, held_to: days; fairs that take place between them, both included.
        sort: RELEVANCE is NEWEST when there are no words. DISTANCE needs `near`.
        page: from 1; or else
        after: `SearchResult.next` of the page before. Pages by cursor do not drift when hits come or go.
        now: the moment that 'open' is judged at.

    Raises:
        ValueError: something that cannot be asked.
    """

    scope: Scope
    text: str = ""
    kinds: frozenset[Kind] = frozenset(Kind)
    region: str = ""
    near: Near | None = None
    pay_at_least: int | None = None
    pay_below: int | None = None
    education_at_most: int | None = None
    choices: Mapping[Facet, Collection[str]] = field(default_factory=dict)
    certificates: frozenset[str] = frozenset()
    veterans_only: bool = False
    published_since: datetime | None = None
    held_from: date | None = None
    held_to: date | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 20
    after: str = ""
    now: datetime = field(default_factory=lambda: timezone.now())  # noqa: PLW0108 - the clock of a test as well

    def __post_init__(self) -> None:
        if not isinstance(self.scope, Scope):
            raise ValueError(f"not a scope: {self.scope!r}")
        if not self.kinds:
            raise ValueError("no kind to search for")
        if self.region and not (self.region.isascii() and self.region.isdigit() and len(self.region) <= 12):
            raise ValueError(f"not a region code: {self.region!r}")
        if not 1 <= self.size <= LARGEST_PAGE:
            raise ValueError(f"size must be 1 to {LARGEST_PAGE}")
        if not 1 <= self.page <= DEEPEST // self.size:
            raise ValueError(f"page must be 1 to {DEEPEST // self.size}")
        if not timezone.is_aware(self.now) or (
            self.published_since is not None and not timezone.is_aware(self.published_since)
        ):
            raise ValueError("a moment must know its time zone")
        if self.sort == Sort.DISTANCE and self.near is None:
            raise ValueError("sort by distance must be from somewhere: near")
        check_choices(self.choices)
        if unknown := self.certificates - set(CertificateKind.values):
            raise ValueError(f"certificates must be known ones, not {', '.join(sorted(unknown))}")
        if self.after:
            if self.page != 1:
                raise ValueError("a cursor and a page must be asked for one at a time")
            if Cursor.read(self.after).sort != self.sort:
                raise ValueError("a cursor must be of the same sort")
        object.__setattr__(self, "text", self.text.strip()[:LONGEST_TEXT])

    @property
    def cursor(self) -> Cursor | None:
        return Cursor.read(self.after) if self.after else None

    @property
    def held(self) -> tuple[datetime | None, datetime | None]:
        """Bounds of a fair's time: it ends after the first moment and starts before the second."""
        return (
            _midnight(self.held_from) if self.held_from else None,
            _midnight(self.held_to + timedelta(days=1)) if self.held_to else None,
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit.

    Attributes:
        marked_title: escaped HTML with <mark> around matches, as `snippet`.
        record: current row (Position, Employer or JobFairPage).
        km: distance from `query.near`, if given.
    """

    kind: Kind
    id: int
    title: str
    marked_title: SafeString
    snippet: SafeString
    record: Any
    km: float | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Letters of a query, and the terms they were read as."""

    said: str
    meant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """Corrected query `text`, with `meant` in place of `said`."""

    text: str
    said: str
    meant: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits.

    `facets` says how many there are by each value of each facet, its own filter lifted; values without any
    are left out. `counts` and `counties` are the facets KIND and COUNTY, the latter with the most first.
    `relaxed`: no hit held all the words, these hold some. `read`: letters that were taken for pinyin.
    `corrected`: nothing was found as it was written, so this was. `next`: the cursor of what follows, "" at
    the end. `degraded`: the chosen engine does not answer, this is from the database's.
    """

    hits: tuple[Hit, ...]
    total: int
    counts: Mapping[Kind, int]
    counties: tuple[tuple[str, int], ...]
    relaxed: bool = False
    read: tuple[Read, ...] = ()
    corrected: Correction | None = None
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    next: str = ""
    degraded: bool = False
