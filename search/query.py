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
from search.query_reading import QueryReading, Understood
from search.reading.criteria import Criteria
from search.words import Exclusion

__all__ = [
    "DEEPEST",
    "LARGEST_PAGE",
    "LONGEST_TEXT",
    "PAY_BANDS",
    "TRADES",
    "Correction",
    "Criteria",
    "Facet",
    "Hit",
    "Kind",
    "Near",
    "PinyinReading",
    "Scope",
    "SearchQuery",
    "SearchResult",
    "Sort",
    "Understood",
]

LONGEST_TEXT = 80  # characters; the rest of a query is ignored
LARGEST_PAGE = 50
DEEPEST = 10_000  # hits reachable by page number (Elasticsearch's limit); cursors go further


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    PAY = "pay"
    DISTANCE = "distance"


class Scope(StrEnum):
    """Audience of a search: part of the query that the engine runs, not a filter of its results.

    The index contains the public scope only. A wider scope needs a condition of its own in every engine.
    """

    PUBLIC = "public"  # open positions of verified employers, these employers, coming published fairs


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
    """One search. `scope` has no default, so that every caller states the audience.

    A filter applies only to kinds that have the property: a fair has no pay, so `pay_at_least` keeps it.

    Attributes:
        text: words; hits contain all of them, or any of them if no record contains all. Empty: everything.
        kinds: kinds that are listed; the others are counted as well.
        region: GB/T 2260 code; hits are in it or below it. Empty: anywhere.
        near: maximum distance from a point. Records without coordinates do not match.
        pay_at_least, pay_below: yuan per month; matches positions whose pay range overlaps [at_least, below).
        education_at_most: value of core.enums.Education that the searcher has.
        choices: facet with fixed choices (facets.CHOICE_FACETS) -> values; any of them.
        certificates: values of CertificateKind; positions that require any of them.
        veterans_only: only positions reserved for veterans (定向招录).
        published_since: publicly listed since this moment or later.
        held_from, held_to: days; fairs that take place between them, both inclusive.
        sort: order of the hits. RELEVANCE equals NEWEST without words; DISTANCE requires `near`.
        page: page number from 1; alternative to `after`.
        after: `SearchResult.next` of the previous page. Hits added or removed meanwhile do not shift it.
        now: moment at which positions have to be open.
        is_strict: no correction, and no hits with some of the words only.
        criteria, exclusions, exact_title: conditions that stand in the text, words that no hit has, and the word of
            the index for a title that is the whole text; `Searcher.search` fills them in.

    Raises:
        ValueError: an invalid value or combination.
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
    now: datetime = field(default_factory=lambda: timezone.now())  # noqa: PLW0108 - tests replace the clock
    is_strict: bool = False
    criteria: Criteria = Criteria()
    exclusions: tuple[Exclusion, ...] = ()
    exact_title: str = ""

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
    def fair_interval(self) -> tuple[datetime | None, datetime | None]:
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
class PinyinReading:
    """Letters of a query, and the terms that they stand for in pinyin."""

    letters: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """Corrected query `text`, with `replacement` in place of `original`."""

    text: str
    original: str
    replacement: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits.

    Attributes:
        hits: one page of hits.
        total: number of hits on all pages.
        counts: facet KIND; `counties`: facet COUNTY, the most frequent first.
        relaxed: no record contains all the words; the hits contain some of them.
        loose: no title names the work that was asked for; the hits mention it in their text.
        literal_counts: number of hits of each kind for the query as it stands.
        read: letters of the query that were interpreted as pinyin.
        reading: interpretation of the query whose hits these are; None without words.
        missing: words of the query that no visible record contains.
        corrected: correction applied because the query as written has no hits.
        facets: number of hits by facet and value, ignoring the facet's own filter; zeros are left out.
        next: cursor of the next page, "" at the end.
        degraded: whether the database engine answered in place of the selected one.
    """

    hits: tuple[Hit, ...]
    total: int
    counts: Mapping[Kind, int]
    counties: tuple[tuple[str, int], ...]
    relaxed: bool = False
    loose: bool = False
    literal_counts: Mapping[Kind, int] = field(default_factory=dict)
    read: tuple[PinyinReading, ...] = ()
    reading: QueryReading | None = None
    missing: tuple[str, ...] = ()
    corrected: Correction | None = None
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    next: str = ""
    degraded: bool = False
