"""What a page was asked, as its address says it: read without complaint, written in one way, put into words.

A saved search is such an address; a chip is the same address without one of its parts. A value that makes
no sense is left out, not held against the searcher.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode

from django.utils import timezone

from portal.core.enums import Education, Shift
from portal.core.region_codes import REGION_CODE_LENGTHS
from portal.employers.enums import Industry
from portal.positions.enums import PositionKind
from search.query import LONGEST_TEXT, TRADES, Kind, Near, Scope, SearchQuery, Sort

HOME = "home"  # of `near`: where the signed-in person lives; the place itself stands in no address
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
    """Of an address: Django's QueryDict."""

    def get(self, key: Any, default: Any, /) -> Any: ...
    def getlist(self, key: Any, /) -> list[Any]: ...


class _Said(dict[str, list[str]]):
    """Values by name, read as Django's QueryDict is."""

    def get(self, key: Any, default: Any = None, /) -> Any:
        return self[key][-1] if key in self else default

    def getlist(self, key: Any, /) -> list[str]:
        return super().get(key, [])


@dataclass(frozen=True, slots=True)
class SearchParams:
    """The parts of one search, each empty when it was not asked for.

    `region` is a GB/T 2260 code, `near` one too, or HOME; pay is in yuan a month, from `low` up to but not
    including `high`; `days`: published within so many.
    """

    q: str = ""
    kind: Kind = Kind.POSITION
    region: str = ""
    near: str = ""
    km: int = DISTANCES[1]
    low: int = 0
    high: int = 0
    education: str = ""
    shifts: tuple[str, ...] = ()
    job_kinds: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    veterans: bool = False
    days: int = 0
    sort: Sort | None = None

    @classmethod
    def read(cls, said: Parameters) -> "SearchParams":
        low, high = (min(_number(said.get(name, "")), HIGHEST_PAY) for name in ("low", "high"))
        near, km, days = said.get("near", ""), _number(said.get("km", "")), _number(said.get("days", ""))
        near = near if near == HOME or _is_code(near) else ""
        sort = said.get("sort", "")
        region, education, kind = said.get("county", ""), said.get("education", ""), said.get("kind", "")
        return cls(
            q=" ".join(said.get("q", "").replace("\x00", "").split())[:LONGEST_TEXT],
            kind=Kind(kind) if kind in set(Kind) else Kind.POSITION,
            region=region if _is_code(region) else "",
            near=near,
            km=km if km in DISTANCES else DISTANCES[1],
            low=low,
            high=high if not high or high > low else 0,
            education=education if education in map(str, Education.values) else "",
            shifts=_known(said.getlist("shift"), Shift.values),
            job_kinds=_known(said.getlist("job_kind"), PositionKind.values),
            industries=_known(said.getlist("industry"), Industry.values),
            trades=_known(said.getlist("group"), list(TRADES)),
            veterans=said.get("veterans", "") == "1",
            days=days if days in DAYS else 0,
            sort=Sort(sort) if sort in set(Sort) and (sort != Sort.DISTANCE or near) else None,
        )

    @classmethod
    def parse(cls, address: str) -> "SearchParams":
        """What an address without its '?' asks."""
        return cls.read(_Said(parse_qs(address)))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Names and values of the address, always in this order, without what was not asked."""
        if self.q:
            yield "q", self.q
        if self.kind != Kind.POSITION:
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
        for name, values in (
            ("group", self.trades),
            ("shift", self.shifts),
            ("job_kind", self.job_kinds),
            ("industry", self.industries),
        ):
            yield from ((name, value) for value in values)
        if self.veterans:
            yield "veterans", "1"
        if self.days:
            yield "days", str(self.days)
        if self.sort:
            yield "sort", self.sort.value

    def address(self, **changed: Any) -> str:
        """The address, '?' included, with some parts changed."""
        asked = replace(self, **changed)
        if asked.sort == Sort.DISTANCE and not asked.near:
            asked = replace(asked, sort=None)
        return "?" + urlencode(list(asked.pairs()))

    @property
    def is_filtered(self) -> bool:
        """More was asked than words, a kind and an order."""
        return replace(self, q="", kind=Kind.POSITION, sort=None, km=DISTANCES[1]) != SearchParams()

    def without_filters(self) -> "SearchParams":
        return SearchParams(q=self.q, kind=self.kind)

    def query(
        self,
        *,
        place: tuple[float, float] | None = None,
        now: datetime | None = None,
        since: datetime | None = None,
        **more: Any,
    ) -> SearchQuery:
        """The query of this, by anybody. `place`: where `near` is; `since` goes before `days`."""
        now = now or timezone.now()
        near = Near(*place, self.km) if self.near and place else None
        sort = self.sort or Sort.RELEVANCE
        return SearchQuery(
            scope=Scope.PUBLIC,
            text=self.q,
            kinds=frozenset({self.kind}),
            region=self.region,
            near=near,
            pay_at_least=self.low or None,
            pay_below=self.high or None,
            education_at_most=int(self.education) if self.education else None,
            job_kinds=frozenset(self.job_kinds),
            shifts=frozenset(self.shifts),
            industries=frozenset(self.industries),
            trades=frozenset(self.trades),
            veterans_only=self.veterans,
            published_since=since or (now - timedelta(days=self.days) if self.days else None),
            sort=sort if near or sort != Sort.DISTANCE else Sort.RELEVANCE,
            now=now,
            **more,
        )

    def parts(self, places: dict[str, str]) -> Iterator[tuple[str, "SearchParams"]]:
        """(in words, the search without it) for each filter. `places`: names by region code."""
        if self.region:
            yield places.get(self.region, "所选地区"), replace(self, region="")
        if self.near:
            where = "离我家" if self.near == HOME else f"离{places.get(self.near, '所选地点')}"
            yield f"{where} {self.km} 公里内", replace(self, near="", km=DISTANCES[1])
        if self.low or self.high:
            yield f"月薪 {pay_words(self.low, self.high)}", replace(self, low=0, high=0)
        if self.education:
            yield f"我的学历 {Education(int(self.education)).label}", replace(self, education="")
        for value in self.trades:
            yield TRADES[value], replace(self, trades=tuple(other for other in self.trades if other != value))
        for name, choices in (("shifts", Shift), ("job_kinds", PositionKind), ("industries", Industry)):
            values = getattr(self, name)
            for value in values:
                rest = tuple(other for other in values if other != value)
                without: dict[str, Any] = {name: rest}
                yield str(choices(value).label), replace(self, **without)
        if self.veterans:
            yield "只看定向招录", replace(self, veterans=False)
        if self.days:
            yield f"{self.days} 天内发布", replace(self, days=0)

    def words(self, places: dict[str, str]) -> str:
        """All of it in one line: '电工，新会区，月薪 5,000 元以上'."""
        parts = [self.q] if self.q else []
        return "，".join([*parts, *(told for told, _ in self.parts(places))]) or "全部岗位"


def pay_words(low: int, high: int) -> str:
    if low and high:
        return f"{low:,}–{high:,} 元"
    return f"{low:,} 元以上" if low else f"{high:,} 元以下"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in REGION_CODE_LENGTHS


def _known(said: list[str], values: list[str]) -> tuple[str, ...]:
    return tuple(value for value in values if value in said)
