"""Widening of an empty search: relax filters, the least important first, and describe what was relaxed.

One filter is relaxed at a time; only if that does not help, several together. The page shows what was relaxed
('地区扩大到江门市') with a link back.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Any

from matching.tokens import default_engine, normalize
from portal.core.models import Region
from search.facets import facets_to_widen
from search.models import Term, TermKind
from search.params import DISTANCES, SearchParams
from search.query import SearchResult

PAY_STEP = 1000  # yuan
_WORDS = 4
_SEARCHES = 16  # at most, whatever was asked

Search = Callable[[SearchParams], SearchResult]


@dataclass(frozen=True, slots=True)
class Widened:
    """Wider search: its parameters, the relaxed filters in words, and its result."""

    asked: SearchParams
    told: tuple[str, ...]
    result: SearchResult


def fits(result: SearchResult) -> bool:
    """Return whether hits contain all the words within all the filters."""
    return bool(result.hits) and not result.relaxed


def widen(asked: SearchParams, search: Search) -> Widened | None:
    """Return the narrowest wider search with a hit; None if there is none."""
    each = list(_steps(asked))
    for told, wider in islice(_tries(asked, each), _SEARCHES):
        result = search(wider)
        if fits(result):
            return Widened(wider, told, result)
    return None


def _tries(asked: SearchParams, each: Sequence["_Steps"]) -> Iterator[tuple[tuple[str, ...], SearchParams]]:
    """Yield single relaxations first, then more and more of them combined."""
    for steps in each:
        yield from (((words,), wider) for words, wider in steps)
    together, told = asked, (each[0][-1][0],) if each else ()
    for number, (words, widest) in enumerate(steps[-1] for steps in each):
        changes: dict[str, Any] = {
            part.name: getattr(widest, part.name)
            for part in fields(SearchParams)
            if getattr(widest, part.name) != getattr(asked, part.name)
        }
        if "choices" in changes:  # a step gives up one facet, not those given up before
            kept_choices = {
                facet: values for facet, values in together.choices.items() if facet in widest.choices
            }
            changes["choices"] = kept_choices
        together = replace(together, **changes)
        if number:
            told = (*told, words)
            yield told, together


_Steps = list[tuple[str, SearchParams]]


def _steps(asked: SearchParams) -> Iterator[_Steps]:
    """Yield ways to relax each filter, partly and then completely; the least important filter comes first."""
    if asked.days:
        yield [("不限发布时间", replace(asked, days=0))]
    if asked.near:
        further = [km for km in DISTANCES if km > asked.km]
        yield [
            *((f"距离扩大到 {km} 公里", replace(asked, km=km)) for km in further[:1]),
            ("不限距离", replace(asked, near="", km=DISTANCES[1])),
        ]
    if asked.region:
        yield _regions(asked)
    if asked.low:
        lower = max(asked.low - PAY_STEP, 0) // PAY_STEP * PAY_STEP
        less = [(f"月薪降到 {lower:,} 元起", replace(asked, low=lower, high=0))] if lower else []
        yield [*less, ("不限月薪", replace(asked, low=0, high=0))]
    elif asked.high:
        yield [("不限月薪", replace(asked, high=0))]
    for item in facets_to_widen():
        if item.facet in asked.choices:
            yield [(f"不限{item.label}", asked.select(item.facet, ()))]
    if asked.veterans:
        yield [("不限定向招录", replace(asked, veterans=False))]
    words = _without_words(asked)
    if words:
        yield words
    if asked.education:
        yield [("包括学历要求更高的", replace(asked, education=""))]


def _regions(asked: SearchParams) -> _Steps:
    """Relax from a town to its county, from a county to its city, then to anywhere."""
    above = [code for code in (asked.region[:6], asked.region[:4]) if code != asked.region]
    names = dict(Region.objects.filter(code__in=above).values_list("code", "name"))
    steps = [(f"地区扩大到{names[code]}", replace(asked, region=code)) for code in above if code in names]
    return [*steps, ("不限地区", replace(asked, region=""))]


def _without_words(asked: SearchParams) -> _Steps:
    """Remove one word from the query, the least important first."""
    text = normalize(asked.q)
    words = [word for word in default_engine().cut(text) if word.strip() and len(word.strip()) > 1]
    words = list(dict.fromkeys(words))[:_WORDS]
    if len(words) < 2:
        return []
    said = {row.text: row for row in Term.objects.filter(text__in=words)}

    def meaning(word: str) -> tuple[bool, bool, int]:
        term = said.get(word)
        # What stands beside titles (夜班, 包吃住), then what nobody says, then the commonest words of titles.
        return (
            term is None or term.kind != TermKind.FACT,
            term is not None,
            -(term.weight + term.aside) if term else 0,
        )

    order = sorted(words, key=meaning)
    return [
        (f"去掉了“{word}”", replace(asked, q=" ".join(text.replace(word, " ", 1).split())))
        for word in islice(order, _WORDS)
    ]
