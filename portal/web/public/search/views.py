"""Public search for positions, fairs and employers; results are the same for every user."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.veterans.models import Veteran
from portal.web.public.search import filter_panels
from portal.web.shared.primary_keys import parse_page_number
from search import get_backend, spelling
from search.answering import answer
from search.models import SavedSearch
from search.params import DISTANCES, SearchParams
from search.query import DEEPEST, LONGEST_TEXT, Kind, SearchResult
from search.saved_searches import place_of
from search.suggest import suggest as suggestions

PAGE_SIZE = 18
FEW_HITS = 3  # fewer hits suggest a typing error
KINDS = {
    Kind.POSITION: "岗位",
    Kind.FAIR: "招聘会",
    Kind.EMPLOYER: "用人单位",
    Kind.POLICY: "政策",
    Kind.BASE: "基地",
    Kind.NEWS: "资讯",
}
UNITS = {
    Kind.POSITION: "个岗位",
    Kind.FAIR: "场招聘会",
    Kind.EMPLOYER: "家单位",
    Kind.POLICY: "条政策",
    Kind.BASE: "个基地",
    Kind.NEWS: "条资讯",
}
ALWAYS_SHOWN = (Kind.POSITION, Kind.FAIR, Kind.EMPLOYER)  # tabs that stay without hits
EXAMPLES = ("货车司机", "叉车 不要夜班", "电工 包吃住 5000以上", "新会 保安", "初中可以 白班")


def read_page_number(request: HttpRequest) -> int:
    """Return the requested page number within the range that the index serves."""
    return parse_page_number(request.GET.get("page", ""), last=DEEPEST // PAGE_SIZE)


def paginate(result: SearchResult, number: int) -> Page:
    """Return the page for the pagination component, which uses only its numbers."""
    return Paginator(range(min(result.total, DEEPEST // PAGE_SIZE * PAGE_SIZE)), PAGE_SIZE).get_page(number)


def has_home(request: HttpRequest) -> bool:
    """Return whether the user has a record with a known place of residence."""
    if not request.user.is_authenticated:
        return False
    return Veteran.objects.filter(account=request.user, living_region__latitude__isnull=False).exists()


def make_search(request: HttpRequest, params: SearchParams) -> Callable[..., SearchResult]:
    """Return a function that searches (`answering.Find`); the place of `near` is looked up once."""
    place = place_of(params.near, request.user)

    def find(
        query_params: SearchParams, page: int = 1, *, kinds: Collection[Kind] = (), is_strict: bool = False
    ) -> SearchResult:
        return get_backend().search(
            query_params.query(place=place, page=page, size=PAGE_SIZE, kinds=kinds, is_strict=is_strict)
        )

    return find


def read_params(request: HttpRequest) -> SearchParams:
    """Return the parameters of the query string, without a distance from an unknown place."""
    params = SearchParams.read(request.GET)
    if params.near and place_of(params.near, request.user) is None:
        return replace(params, near="", km=DISTANCES[1], sort=None)
    return params


def list_context(request: HttpRequest, params: SearchParams, result: SearchResult) -> dict[str, Any]:
    """Return the context of a result list: filters, chips, sort orders, and whether the search is saved."""
    counties = filter_panels.served_counties()
    places = filter_panels.place_names(params, counties)
    user = request.user
    address = params.address()[1:]
    rows = SavedSearch.objects.visible_to(user).filter(address=address) if user.is_authenticated else None
    return {
        "params": params,
        "panels": filter_panels.panels(params, result.facets, counties, has_home=has_home(request)),
        "chips": filter_panels.chips(params, places),
        "orders": filter_panels.orders(params),
        "clear_url": params.without_filters().address(),
        "pay_kept": list(filter_panels.hidden_fields(params, "low", "high")),
        "near_kept": list(filter_panels.hidden_fields(params, "near", "km")),
        "pairs": list(params.pairs()),
        "counties": counties.items(),
        "distances": DISTANCES,
        "unit": UNITS[params.kind],
        "here": params.address(),
        "address": address,
        "in_words": params.words(places),
        "is_saved": rows is not None and rows.exists(),
        "can_save": bool(address) and params.kind == Kind.POSITION,
    }


def find_page(request: HttpRequest, params: SearchParams) -> tuple[SearchResult, int]:
    """Return the result of the page in the query string, else of the last page, and its number."""
    find, number = make_search(request, params), read_page_number(request)
    result = find(params, number)
    if not result.hits and number > 1:  # a page past the end
        number = paginate(result, number).number
        result = find(params, number)
    return result, number


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the results of one kind, with counts of the other kinds."""
    params = read_params(request)
    find, number = make_search(request, params), read_page_number(request)
    page_answer = answer(params, find, number)
    if not page_answer.result.hits and number > 1:  # a page past the end
        page_answer = answer(params, find, paginate(page_answer.result, number).number)
    params, result, wider = page_answer.params, page_answer.result, page_answer.wider
    return render(
        request,
        "public/search/search.html",
        {
            **list_context(request, params, result),
            "understood": filter_panels.understood_chips(params, result.reading),
            "kind": params.kind.value,
            "result": page_answer.visible,
            "page": paginate(result, page_answer.number),
            "wider": wider,
            "wider_url": wider.params.address() if wider else "",
            "meant": _suggest_correction(params, result) if not wider else None,
            "tabs": _tabs(params, page_answer.visible),
            "elsewhere": [
                {
                    "label": f"{label} {result.counts[of]} {UNITS[of][0]}",
                    "url": params.for_tab(of).address(),
                }
                for of, label in KINDS.items()
                if of != params.kind and result.counts.get(of)
            ],
            "shorter": filter_panels.shorter_searches(params, result),
            "kept": list(filter_panels.hidden_fields(params, "q", "kind")),
            "longest": LONGEST_TEXT,
            "examples": [(words, SearchParams(q=words).address()) for words in EXAMPLES],
        },
    )


def _tabs(params: SearchParams, result: SearchResult) -> list[dict[str, Any]]:
    """Return the tabs; the current one counts what the page lists."""
    return [
        {
            "label": label,
            "url": params.for_tab(of).address(),
            "current": of == params.kind,
            "count": result.total if of == params.kind else result.counts.get(of, 0),
        }
        for of, label in KINDS.items()
        if of in ALWAYS_SHOWN or of == params.kind or result.counts.get(of)
    ]


def _suggest_correction(params: SearchParams, result: SearchResult) -> dict[str, str] | None:
    """Return the corrected search ('您是不是要找') when there are few hits."""
    if not params.q or result.total >= FEW_HITS or result.corrected or result.reading is None:
        return None
    correction = spelling.correct_reading(result.reading)
    return {"text": correction.text, "url": params.address(q=correction.text)} if correction else None


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Return completions as JSON; called at every keystroke, so one query and no session."""
    completions = suggestions(request.GET.get("q", ""))
    response = JsonResponse(
        {"items": [{"text": one.text, "label": one.label} for one in completions]},
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = "public, max-age=60"
    return response
