"""Widening of an empty search: relax filters and facts of the query, the least important first, and name them.

One is relaxed at a time; only if that does not help, several together. The page shows what was relaxed ('地区扩大到江门市')
with a link back. What a query denies ('不要夜班') is never given up, and neither is the work that it names.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from matching.tokens import default_engine, normalize
from portal.core.models import Region
from search.facets import facets_to_widen
from search.models import Term, TermKind
from search.params import DISTANCES, SearchParams
from search.query import SearchResult
from search.query_reading import QueryReading, Understood
from search.reading.facts import Part

PAY_STEP = 1000  # yuan
_MAX_WORDS = 4
_MAX_SEARCHES = 16
# Parts of a query that may be given up, the least important first.
_PARTS = (
    Part.BENEFIT,
    Part.REST,
    Part.SETTLEMENT,
    Part.TRAVEL,
    Part.VETERAN,
    Part.CERTIFICATE,
    Part.PLACE,
    Part.PAY,
    Part.SHIFT,
    Part.FORM,
)

Search = Callable[[SearchParams], SearchResult]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One weaker condition.

    Attributes:
        label: its description.
        changes: other values of parameters.
        without: facet that is given up.
        texts: other texts in place of parts of the query.
    """

    label: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[Any, ...] = ()
    texts: Mapping[Understood, str] = field(default_factory=dict)


# Ways to relax one filter or part, the narrowest first.
_Steps = list[Relaxation]


@dataclass(frozen=True, slots=True)
class Widened:
    """Wider search: its parameters, the labels of the relaxed filters, and its result."""

    params: SearchParams
    relaxed_labels: tuple[str, ...]
    result: SearchResult


def has_exact_hits(result: SearchResult) -> bool:
    """Return whether hits name all the words within all the filters."""
    return bool(result.hits) and not result.relaxed and not result.loose


def widen(params: SearchParams, search: Search, reading: QueryReading | None = None) -> Widened | None:
    """Return the first wider search with an exact hit, the narrowest first; None if there is none."""
    steps_by_filter = list(_steps(params, reading))
    for relaxed_labels, wider in islice(_candidates(params, steps_by_filter, reading), _MAX_SEARCHES):
        result = search(wider)
        if has_exact_hits(result):
            return Widened(wider, relaxed_labels, result)
    return None


def _candidates(
    params: SearchParams, steps_by_filter: Sequence[_Steps], reading: QueryReading | None = None
) -> Iterator[tuple[tuple[str, ...], SearchParams]]:
    """Yield single relaxations first, then more and more of them combined."""
    for steps in steps_by_filter:
        for step in steps:
            yield from _relaxed(params, [step], reading)
    for count in range(2, len(steps_by_filter) + 1):
        yield from _relaxed(params, [steps[-1] for steps in steps_by_filter[:count]], reading)


def _relaxed(
    params: SearchParams, relaxations: Sequence[Relaxation], reading: QueryReading | None
) -> Iterator[tuple[tuple[str, ...], SearchParams]]:
    """Yield the labels and the parameters, unless they ask for nothing any more."""
    wider = params
    texts: dict[Understood, str] = {}
    for relaxation in relaxations:
        wider = replace(wider, **relaxation.changes)
        for facet in relaxation.without:
            wider = wider.select(facet, ())
        texts.update(relaxation.texts)
    if texts and reading is not None:
        wider = replace(wider, q=reading.with_replacements(texts))
    if wider.q or wider.is_filtered or not params.q:
        yield tuple(relaxation.label for relaxation in relaxations), wider


def _steps(params: SearchParams, reading: QueryReading | None = None) -> Iterator[_Steps]:
    """Yield ways to relax each filter, partly and then completely; the least important filter comes first."""
    if params.days:
        yield [Relaxation("不限发布时间", {"days": 0})]
    if params.near:
        further = [km for km in DISTANCES if km > params.km]
        yield [
            *(Relaxation(f"距离扩大到 {km} 公里", {"km": km}) for km in further[:1]),
            Relaxation("不限距离", {"near": "", "km": DISTANCES[1]}),
        ]
    if reading is not None:
        yield from _of_reading(reading)
    if params.region:
        yield _regions(params)
    if params.low:
        lower = max(params.low - PAY_STEP, 0) // PAY_STEP * PAY_STEP
        less = [Relaxation(f"月薪降到 {lower:,} 元起", {"low": lower, "high": 0})] if lower else []
        yield [*less, Relaxation("不限月薪", {"low": 0, "high": 0})]
    elif params.high:
        yield [Relaxation("不限月薪", {"high": 0})]
    for item in facets_to_widen():
        if item.facet in params.choices:
            yield [Relaxation(f"不限{item.label}", without=(item.facet,))]
    if params.veterans:
        yield [Relaxation("不限定向招录", {"veterans": False})]
    words = _without_words(params, reading)
    if words:
        yield words
    if params.education:
        yield [Relaxation("包括学历要求更高的", {"education": ""})]


def _of_reading(reading: QueryReading) -> Iterator[_Steps]:
    """Yield ways to relax each part of a query. Of the places that it names, the last is the narrowest."""
    last_places = [part for part in reading.understood if part.part == Part.PLACE][-1:]
    for kind in _PARTS:
        for part in reading.understood:
            if part.part != kind or not part.wider or (kind == Part.PLACE and part not in last_places):
                continue
            yield [Relaxation(label, texts={part: text}) for label, text in part.wider]


def _regions(params: SearchParams) -> _Steps:
    """Relax from a town to its county, from a county to its city, then to anywhere."""
    above = [code for code in (params.region[:6], params.region[:4]) if code != params.region]
    names = dict(Region.objects.filter(code__in=above).values_list("code", "name"))
    steps = [Relaxation(f"地区扩大到{names[code]}", {"region": code}) for code in above if code in names]
    return [*steps, Relaxation("不限地区", {"region": ""})]


def _without_words(params: SearchParams, reading: QueryReading | None) -> _Steps:
    """Remove one word that stands beside titles ('高温补贴') from the query."""
    text = normalize(params.q)
    free = text if reading is None else " ".join(word.text for word in reading.words if not word.is_trade)
    words = [word.strip() for word in default_engine().segment(free) if len(word.strip()) > 1]
    words = list(dict.fromkeys(words))[:_MAX_WORDS]
    if not words or (len(words) < 2 and text == words[0]):
        return []
    facts = Term.objects.filter(text__in=words, kind=TermKind.FACT).order_by("-aside")
    return [
        Relaxation(f"去掉了“{word}”", {"q": " ".join(text.replace(word, " ", 1).split())})
        for word in facts.values_list("text", flat=True)
    ]
