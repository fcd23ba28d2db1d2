"""What is asked of a search, and what comes back. The same for every engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

LONGEST_TEXT = 80  # characters; what follows is not read
LARGEST_PAGE = 50
DEEPEST = 10_000  # hits from the top that can be paged to (Elasticsearch's own limit)


class Kind(StrEnum):
    POSITION = "position"
    FAIR = "fair"
    EMPLOYER = "employer"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    PAY = "pay"


class Scope(StrEnum):
    """Who searches. Part of the query that the engine runs, never a filter laid over its answer.

    The index holds nothing beyond the public scope yet. One that sees more has to bring a condition of its
    own to every engine.
    """

    PUBLIC = "public"  # posts open now of firms verified now, those firms, published fairs not over yet


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """One search. `scope` has no default: whoever searches says for whom.

    Attributes:
        text: words; a hit holds all of them, or any of them when no hit holds all. Empty: everything.
        kinds: what is listed. Counts of the other kinds come along.
        region: GB/T 2260 code; hits lie in it or below it. Empty: anywhere.
        pay_at_least: yuan a month that the pay range has to reach. Only positions have it; others pass.
        education_at_most: value of core.enums.Education that the searcher has; others pass as well.
        now: the moment that 'open' is judged at.

    Raises:
        ValueError: a page, size or region that cannot be.
    """

    scope: Scope
    text: str = ""
    kinds: frozenset[Kind] = frozenset(Kind)
    region: str = ""
    pay_at_least: int | None = None
    education_at_most: int | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 20
    now: datetime = field(default_factory=timezone.now)

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
        if not timezone.is_aware(self.now):
            raise ValueError("now must know its time zone")
        object.__setattr__(self, "text", self.text.strip()[:LONGEST_TEXT])

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `snippet` is escaped HTML with <mark> around what matched; `record` is the row itself
    (Position, Employer or JobFairPage) as it stands in the database now.
    """

    kind: Kind
    id: int
    title: str
    marked_title: SafeString
    snippet: SafeString
    record: Any


@dataclass(frozen=True, slots=True)
class Read:
    """Letters of a query, and the terms they were taken for."""

    said: str
    meant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """`text` is a whole query with `meant` in the place of `said`."""

    text: str
    said: str
    meant: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits.

    `counts` says how many of each kind there are (region kept, kinds ignored), `counties` how many in each
    county (kinds kept, region ignored), most first. `relaxed`: no hit held all the words, these hold some.
    `read`: letters that were taken for pinyin. `corrected`: nothing was found as it was written, so this was.
    """

    hits: tuple[Hit, ...]
    total: int
    counts: Mapping[Kind, int]
    counties: tuple[tuple[str, int], ...]
    relaxed: bool = False
    read: tuple[Read, ...] = ()
    corrected: Correction | None = None
