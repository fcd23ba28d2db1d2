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
_MAX_WORDS = 4
_MAX_SEARCHES = 16

Search = Callable[[SearchParams], SearchResult]
# Ways to relax one filter, the narrowest first: (label, wider parameters).
_Steps = list[tuple[str, SearchParams]]


@dataclass(frozen=True, slots=True)
class Widened:
    """Wider search: its parameters, the labels of the relaxed filters, and its result."""

    params: SearchParams
    relaxed_labels: tuple[str, ...]
    result: SearchResult


def has_exact_hits(result: SearchResult) -> bool:
    """Return whether hits contain all the words within all the filters."""
    return bool(result.hits) and not result.relaxed


def widen(params: SearchParams, search: Search) -> Widened | None:
    """Return the first wider search with an exact hit, the narrowest first; None if there is none."""
    steps_by_filter = list(_steps(params))
    for relaxed_labels, wider in islice(_candidates(params, steps_by_filter), _MAX_SEARCHES):
        result = search(wider)
        if has_exact_hits(result):
            return Widened(wider, relaxed_labels, result)
    return None


def _candidates(
    params: SearchParams, steps_by_filter: Sequence[_Steps]
) -> Iterator[tuple[tuple[str, ...], SearchParams]]:
    """Yield single relaxations first, then more and more of them combined."""
    for steps in steps_by_filter:
        yield from (((words,), wider) for words, wider in steps)
    combined, relaxed_labels = params, (steps_by_filter[0][-1][0],) if steps_by_filter else ()
    for number, (words, widest) in enumerate(steps[-1] for steps in steps_by_filter):
        changes: dict[str, Any] = {
            part.name: getattr(widest, part.name)
            for part in fields(SearchParams)
            if getattr(widest, part.name) != getattr(params, part.name)
        }
        if "choices" in changes:  # a step gives up one facet, not those given up before
            kept_choices = {
                facet: values for facet, values in combined.choices.items() if facet in widest.choices
            }
            changes["choices"] = kept_choices
        combined = replace(combined, **changes)
        if number:
            relaxed_labels = (*relaxed_labels, words)
            yield relaxed_labels, combined


def _steps(params: SearchParams) -> Iterator[_Steps]:
    """Yield ways to relax each filter, partly and then completely; the least important filter comes first."""
    if params.days:
        yield [("不限发布时间", replace(params, days=0))]
    if params.near:
        further = [km for km in DISTANCES if km > params.km]
        yield [
            *((f"距离扩大到 {km} 公里", replace(params, km=km)) for km in further[:1]),
            ("不限距离", replace(params, near="", km=DISTANCES[1])),
        ]
    if params.region:
        yield _regions(params)
    if params.low:
        lower = max(params.low - PAY_STEP, 0) // PAY_STEP * PAY_STEP
        less = [(f"月薪降到 {lower:,} 元起", replace(params, low=lower, high=0))] if lower else []
        yield [*less, ("不限月薪", replace(params, low=0, high=0))]
    elif params.high:
        yield [("不限月薪", replace(params, high=0))]
    for item in facets_to_widen():
        if item.facet in params.choices:
            yield [(f"不限{item.label}", params.select(item.facet, ()))]
    if params.veterans:
        yield [("不限定向招录", replace(params, veterans=False))]
    words = _without_words(params)
    if words:
        yield words
    if params.education:
        yield [("包括学历要求更高的", replace(params, education=""))]


def _regions(params: SearchParams) -> _Steps:
    """Relax from a town to its county, from a county to its city, then to anywhere."""
    above = [code for code in (params.region[:6], params.region[:4]) if code != params.region]
    names = dict(Region.objects.filter(code__in=above).values_list("code", "name"))
    steps = [(f"地区扩大到{names[code]}", replace(params, region=code)) for code in above if code in names]
    return [*steps, ("不限地区", replace(params, region=""))]


def _without_words(params: SearchParams) -> _Steps:
    """Remove one word from the query, the least important first."""
    text = normalize(params.q)
    words = [word for word in default_engine().segment(text) if word.strip() and len(word.strip()) > 1]
    words = list(dict.fromkeys(words))[:_MAX_WORDS]
    if len(words) < 2:
        return []
    terms = {row.text: row for row in Term.objects.filter(text__in=words)}

    def importance(word: str) -> tuple[bool, bool, int]:
        term = terms.get(word)
        # Terms outside titles (夜班, 包吃住), then unknown words, then the most frequent title words.
        return (
            term is None or term.kind != TermKind.FACT,
            term is not None,
            -(term.weight + term.aside) if term else 0,
        )

    order = sorted(words, key=importance)
    return [
        (f"去掉了“{word}”", replace(params, q=" ".join(text.replace(word, " ", 1).split())))
        for word in islice(order, _MAX_WORDS)
    ]
