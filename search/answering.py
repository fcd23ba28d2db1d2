"""Answer of a search page: the tab that opens, its hits, and wider ones where nothing fits."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from search.params import SearchParams
from search.query import Kind, SearchResult
from search.query_reading import Content
from search.widening import Widened, has_exact_hits, widen
from search.words import whole_title

# find(params, page, kinds, is_strict): one page of the search, of other kinds than that of the parameters if any.
Find = Callable[..., SearchResult]

PAGE_KINDS = (Kind.FAIR, Kind.POLICY, Kind.BASE, Kind.NEWS)
_KINDS_OF_CONTENT = {
    Content.FAIR: (Kind.FAIR,),
    Content.POLICY: (Kind.POLICY, Kind.NEWS),
    Content.BASE: (Kind.BASE,),
    Content.TRAINING: (Kind.NEWS, Kind.BASE, Kind.POLICY),
    Content.NEWS: (Kind.NEWS, Kind.POLICY),
}
SHORTEST_TITLE = 4  # characters of a query that a title contains as a whole


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a search.

    Attributes:
        params: parameters with the kind of the tab that opened.
        result: hits of the search as asked; `number`: its page.
        wider: wider search, where this one has no exact hit.
    """

    params: SearchParams
    result: SearchResult
    number: int
    wider: Widened | None = None

    @property
    def visible(self) -> SearchResult:
        """Result that the page shows."""
        return self.wider.result if self.wider else self.result


def answer(params: SearchParams, find: Find, number: int = 1) -> Answer:
    """Search, open the tab with the exact hit unless the parameters name one, and widen an empty search.

    Args:
        find: search of the page; see `Find`.
        number: page.
    """
    result = find(params, number)
    kind = params.kind if params.is_kind_given else _tab(params, find, result)
    if kind != params.kind:
        params = replace(params, kind=kind)
        result = find(params, number)
    wider = None
    is_asked = bool(params.q or params.is_filtered)
    if is_asked and params.kind == Kind.POSITION and not has_exact_hits(result) and not result.missing:
        wider = widen(params, lambda wider_params: find(wider_params, is_strict=True), result.reading)
    return Answer(params, result, number, wider)


def _tab(params: SearchParams, find: Find, result: SearchResult) -> Kind:
    """Return the kind whose tab opens: that of the pages which the query speaks of, else that of an exact hit."""
    if params.kind != Kind.POSITION or not params.q or result.reading is None:
        return params.kind
    kinds = {kind for content in result.reading.contents for kind in _KINDS_OF_CONTENT[content]}
    if kinds and (best := _first_kind(params, find, kinds)) is not None:
        return best
    if not result.hits or result.corrected or result.relaxed:
        if kinds and not result.hits:
            return _KINDS_OF_CONTENT[result.reading.contents[0]][0]
        others = [kind for kind, count in result.literal_counts.items() if count and kind != Kind.POSITION]
        return _first_kind(params, find, others) or params.kind
    pages = [kind for kind in PAGE_KINDS if result.counts.get(kind)]
    title = whole_title(result.reading.shape.folded).lstrip("_")
    if pages and len(title) >= SHORTEST_TITLE and title not in whole_title(result.hits[0].title):
        hits = find(params, kinds=pages, is_strict=True).hits
        if hits and title in whole_title(hits[0].title):
            return hits[0].kind
    return params.kind


def _first_kind(params: SearchParams, find: Find, kinds: Collection[Kind]) -> Kind | None:
    """Return the kind of the best hit among some kinds."""
    hits = find(params, kinds=kinds).hits if kinds else ()
    return hits[0].kind if hits else None
