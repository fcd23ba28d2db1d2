"""One box for positions, fairs and employers. What is found is what anybody may see, whoever asks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.veterans.models import Veteran
from portal.web.public.search import filter_panels
from search import get_backend, spelling
from search.models import SavedSearch
from search.params import DISTANCES, SearchParams
from search.query import DEEPEST, LONGEST_TEXT, Kind, SearchResult
from search.saved_searches import place_of
from search.suggest import suggest as suggestions
from search.widening import Widened, fits, widen

PAGE_SIZE = 18
LITTLE = 3  # hits: fewer may come of a mistake
KINDS = {Kind.POSITION: "岗位", Kind.FAIR: "招聘会", Kind.EMPLOYER: "用人单位"}
UNITS = {Kind.POSITION: "个岗位", Kind.FAIR: "场招聘会", Kind.EMPLOYER: "家单位"}
EXAMPLES = ("货车司机", "叉车 夜班", "电工 包吃住", "保安 白班", "厨师 新会区")


def page_asked(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return min(max(int(asked), 1), DEEPEST // PAGE_SIZE) if asked.isdecimal() and len(asked) < 6 else 1


def paged(result: SearchResult, number: int) -> Page:
    """Pages of the result for the component; only their numbers are used."""
    return Paginator(range(min(result.total, DEEPEST // PAGE_SIZE * PAGE_SIZE)), PAGE_SIZE).get_page(number)


def has_home(request: HttpRequest) -> bool:
    """The reader has a file that says where they live."""
    if not request.user.is_authenticated:
        return False
    return Veteran.objects.filter(account=request.user, living_region__latitude__isnull=False).exists()


def finder(request: HttpRequest, asked: SearchParams) -> Callable[..., SearchResult]:
    """`find(asked, page=1)`: searches from where this reader is. The place is looked up once."""
    place = place_of(asked.near, request.user)

    def find(wanted: SearchParams, page: int = 1) -> SearchResult:
        return get_backend().search(wanted.query(place=place, page=page, size=PAGE_SIZE))

    return find


def asked_of(request: HttpRequest) -> SearchParams:
    """What the address asks; a distance from nowhere is left out."""
    asked = SearchParams.read(request.GET)
    if asked.near and place_of(asked.near, request.user) is None:
        return replace(asked, near="", km=DISTANCES[1], sort=None)
    return asked


def list_context(request: HttpRequest, asked: SearchParams, result: SearchResult) -> dict[str, Any]:
    """What stands above a list of found things: filters, chips, orders, and whether the search is kept."""
    counties = filter_panels.served_counties()
    places = filter_panels.place_names(asked, counties)
    user = request.user
    address = asked.address()[1:]
    rows = SavedSearch.objects.visible_to(user).filter(address=address) if user.is_authenticated else None
    return {
        "asked": asked,
        "panels": filter_panels.panels(asked, result.facets, counties, has_home=has_home(request)),
        "chips": filter_panels.chips(asked, places),
        "orders": filter_panels.orders(asked),
        "clear_url": asked.without_filters().address(),
        "pay_kept": list(filter_panels.kept(asked, "low", "high")),
        "near_kept": list(filter_panels.kept(asked, "near", "km")),
        "pairs": list(asked.pairs()),
        "counties": counties.items(),
        "distances": DISTANCES,
        "unit": UNITS[asked.kind],
        "here": asked.address(),
        "address": address,
        "in_words": asked.words(places),
        "is_saved": rows is not None and rows.exists(),
        "can_save": bool(address) and asked.kind == Kind.POSITION,
    }


def found_page(request: HttpRequest, asked: SearchParams) -> tuple[SearchResult, int]:
    """The page that the address asks for, else the last there is."""
    find, number = finder(request, asked), page_asked(request)
    result = find(asked, number)
    if not result.hits and number > 1:  # an old link to a page that is no longer there
        number = paged(result, number).number
        result = find(asked, number)
    return result, number


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results of one kind, with how many there are of the others."""
    asked = asked_of(request)
    result, number = found_page(request, asked)
    wider = _widened(asked, result, finder(request, asked))
    shown = wider.result if wider else result
    return render(
        request,
        "public/search/search.html",
        {
            **list_context(request, asked, result),
            "kind": asked.kind.value,
            "result": shown,
            "page": paged(result, number),
            "wider": wider,
            "wider_url": wider.asked.address() if wider else "",
            "meant": _meant(asked, result) if not wider else None,
            "tabs": [
                {
                    "label": label,
                    "url": replace(SearchParams(q=asked.q), kind=of, region=asked.region).address(),
                    "current": of == asked.kind,
                    "count": result.counts.get(of, 0),
                }
                for of, label in KINDS.items()
            ],
            "elsewhere": [
                {
                    "label": f"{label} {result.counts[of]} {UNITS[of][0]}",
                    "url": SearchParams(q=asked.q, kind=of).address(),
                }
                for of, label in KINDS.items()
                if of != asked.kind and result.counts.get(of)
            ],
            "kept": list(filter_panels.kept(asked, "q")),
            "longest": LONGEST_TEXT,
            "examples": [(words, SearchParams(q=words).address()) for words in EXAMPLES],
        },
    )


def _widened(
    asked: SearchParams, result: SearchResult, find: Callable[[SearchParams], SearchResult]
) -> Widened | None:
    """A wider search, where this one has nothing that fits and something to give up."""
    if fits(result) or not (asked.q or asked.is_filtered):
        return None
    return widen(asked, find)


def _meant(asked: SearchParams, result: SearchResult) -> dict[str, str] | None:
    """'您是不是要找' where little was found."""
    if not asked.q or result.total >= LITTLE or result.corrected:
        return None
    likely = spelling.correct(asked.q)
    return {"text": likely.text, "url": asked.address(q=likely.text)} if likely else None


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """What somebody may be about to type, as JSON. Asked at every key: one query, and no session."""
    found = suggestions(request.GET.get("q", ""))
    answer = JsonResponse(
        {"items": [{"text": one.text, "label": one.label} for one in found]},
        json_dumps_params={"ensure_ascii": False},
    )
    answer["Cache-Control"] = "public, max-age=60"
    return answer
