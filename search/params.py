"""Parameters of a search page: parsing of its address, canonical serialisation, description in words.

A saved search is such an address; a chip is the address without one of its parts. Invalid values are
ignored.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode

from django.utils import timezone

from portal.core.enums import Education
from portal.core.region_codes import REGION_CODE_LENGTHS
from portal.core.text_folding import fold_words
from search.facets import Facet, page_facets
from search.query import LONGEST_TEXT, Kind, Near, Scope, SearchQuery, Sort

HOME = "home"  # value of `near` for the home of the signed-in person, which is in no address itself
DISTANCES = (5, 10, 20, 50)  # kilometres
DAYS = (3, 7, 30)
HIGHEST_PAY = 200_000
SORTS = {
    Sort.RELEVANCE: "最相关",
    Sort.NEWEST: "最新发布",
    Sort.PAY: "月薪从高到低",
    Sort.DISTANCE: "离得最近",
}


class Parameters(Protocol):
    """Query parameters, as Django's QueryDict."""

    def get(self, key: Any, default: Any, /) -> Any: ...
    def getlist(self, key: Any, /) -> list[Any]: ...


class _ParsedParameters(dict[str, list[str]]):
    """Values by name with the interface of Django's QueryDict."""

    def get(self, key: Any, default: Any = None, /) -> Any:
        return self[key][-1] if key in self else default

    def getlist(self, key: Any, /) -> list[str]:
        return super().get(key, [])


@dataclass(frozen=True, slots=True)
class SearchParams:
    """Parameters of one search, each empty by default.

    Attributes:
        q: words.
        region: GB/T 2260 code.
        near: GB/T 2260 code or HOME; `km`: maximum distance from it.
        low: yuan per month; `high`: exclusive upper bound.
        education: value of core.enums.Education that the searcher has.
        choices: facet with fixed choices -> selected values; no entry without a value.
        veterans: only positions for veterans.
        days: published within this many days.
        is_kind_given: the address asks for positions by name, so that no other tab opens by itself.
    """

    q: str = ""
    kind: Kind = Kind.POSITION
    is_kind_given: bool = False
    region: str = ""
    near: str = ""
    km: int = DISTANCES[1]
    low: int = 0
    high: int = 0
    education: str = ""
    choices: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict, hash=False)
    veterans: bool = False
    days: int = 0
    sort: Sort | None = None

    @classmethod
    def read(cls, parameters: Parameters) -> "SearchParams":
        """Read the parameters of an address; invalid values are ignored."""
        low, high = (min(_number(parameters.get(name, "")), HIGHEST_PAY) for name in ("low", "high"))
        near, km, days = (
            parameters.get("near", ""),
            _number(parameters.get("km", "")),
            _number(parameters.get("days", "")),
        )
        near = near if near == HOME or _is_code(near) else ""
        sort = parameters.get("sort", "")
        region, education, kind = (
            parameters.get("county", ""),
            parameters.get("education", ""),
            parameters.get("kind", ""),
        )
        return cls(
            q=fold_words(parameters.get("q", ""))[:LONGEST_TEXT],
            kind=Kind(kind) if kind in set(Kind) else Kind.POSITION,
            is_kind_given=kind == Kind.POSITION,
            region=region if _is_code(region) else "",
            near=near,
            km=km if km in DISTANCES else DISTANCES[1],
            low=low,
            high=high if not high or high > low else 0,
            education=education if education in map(str, Education.values) else "",
            choices={
                item.facet: values
                for item in page_facets()
                if (values := item.known_values(parameters.getlist(item.parameter)))
            },
            veterans=parameters.get("veterans", "") == "1",
            days=days if days in DAYS else 0,
            sort=Sort(sort) if sort in set(Sort) and (sort != Sort.DISTANCE or near) else None,
        )

    @classmethod
    def parse(cls, address: str) -> "SearchParams":
        """Parse an address without its leading question mark."""
        return cls.read(_ParsedParameters(parse_qs(address)))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield names and values of the address in canonical order, without empty ones."""
        if self.q:
            yield "q", self.q
        if self.kind != Kind.POSITION or self.is_kind_given:
            yield "kind", self.kind.value
        if self.region:
            yield "county", self.region
        if self.near:
            yield "near", self.near
            yield "km", str(self.km)
        for name, number in (("low", self.low), ("high", self.high)):
            if number:
                yield name, str(number)
        if self.education:
            yield "education", self.education
        for item in page_facets():
            yield from ((item.parameter, value) for value in self.choices.get(item.facet, ()))
        if self.veterans:
            yield "veterans", "1"
        if self.days:
            yield "days", str(self.days)
        if self.sort:
            yield "sort", self.sort.value

    def select(self, facet: Facet, values: tuple[str, ...]) -> "SearchParams":
        """Return a copy with other selected values of a facet with fixed choices."""
        others = {other: selected for other, selected in self.choices.items() if other != facet}
        return replace(self, choices={**others, facet: values} if values else others)

    def address(self, **changes: Any) -> str:
        """Return the address, with its leading question mark and with some parameters changed."""
        params = replace(self, **changes)
        if params.sort == Sort.DISTANCE and not params.near:
            params = replace(params, sort=None)
        return "?" + urlencode(list(params.pairs()))

    @property
    def is_filtered(self) -> bool:
        """True if any filter is set beside words, kind and order."""
        bare = replace(self, q="", kind=Kind.POSITION, is_kind_given=False, sort=None, km=DISTANCES[1])
        return bare != SearchParams()

    def without_filters(self) -> "SearchParams":
        return SearchParams(q=self.q, kind=self.kind, is_kind_given=self.is_kind_given)

    def for_tab(self, kind: Kind) -> "SearchParams":
        """Return the search of another tab, with those filters that its records have."""
        choices = {
            item.facet: self.choices[item.facet]
            for item in page_facets()
            if item.facet in self.choices and (kind == Kind.POSITION or (kind == Kind.EMPLOYER and item.employer))
        }
        others = {} if kind == Kind.POSITION else {"low": 0, "high": 0, "education": "", "veterans": False}
        return replace(
            self, kind=kind, is_kind_given=kind == Kind.POSITION, choices=choices, sort=None, **others
        )

    def query(
        self,
        *,
        place: tuple[float, float] | None = None,
        now: datetime | None = None,
        since: datetime | None = None,
        kinds: Collection[Kind] = (),
        **more: Any,
    ) -> SearchQuery:
        """Build the public search query.

        Args:
            place: (latitude, longitude) of `near`.
            now: moment of the search; the current time by default.
            since: published since then; replaces `days`.
            kinds: kinds to list; that of the parameters by default.
            more: further arguments of SearchQuery.
        """
        now = now or timezone.now()
        near = Near(*place, self.km) if self.near and place else None
        sort = self.sort or Sort.RELEVANCE
        return SearchQuery(
            scope=Scope.PUBLIC,
            text=self.q,
            kinds=frozenset(kinds or {self.kind}),
            region=self.region,
            near=near,
            pay_at_least=self.low or None,
            pay_below=self.high or None,
            education_at_most=int(self.education) if self.education else None,
            choices=self.choices,
            veterans_only=self.veterans,
            published_since=since or (now - timedelta(days=self.days) if self.days else None),
            sort=sort if near or sort != Sort.DISTANCE else Sort.RELEVANCE,
            now=now,
            **more,
        )

    def parts(self, places: dict[str, str]) -> Iterator[tuple[str, "SearchParams"]]:
        """Yield (description, parameters without it) for each filter.

        Args:
            places: names by region code.
        """
        if self.region:
            yield places.get(self.region, "所选地区"), replace(self, region="")
        if self.near:
            where = "离我家" if self.near == HOME else f"离{places.get(self.near, '所选地点')}"
            yield f"{where} {self.km} 公里内", replace(self, near="", km=DISTANCES[1])
        if self.low or self.high:
            yield f"月薪 {pay_words(self.low, self.high)}", replace(self, low=0, high=0)
        if self.education:
            yield f"我的学历 {Education(int(self.education)).label}", replace(self, education="")
        for item in page_facets():
            values = self.choices.get(item.facet, ())
            for value in values:
                rest = tuple(other for other in values if other != value)
                yield item.choices[value], self.select(item.facet, rest)
        if self.veterans:
            yield "只看定向招录", replace(self, veterans=False)
        if self.days:
            yield f"{self.days} 天内发布", replace(self, days=0)

    def words(self, places: dict[str, str]) -> str:
        """Describe the search in one line: '电工，新会区，月薪 5,000 元以上'."""
        parts = [self.q] if self.q else []
        return "，".join([*parts, *(label for label, _ in self.parts(places))]) or "全部岗位"


def pay_words(low: int, high: int) -> str:
    if low and high:
        return f"{low:,}–{high:,} 元"
    return f"{low:,} 元以上" if low else f"{high:,} 元以下"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in REGION_CODE_LENGTHS
