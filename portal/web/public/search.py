"""One box for positions, fairs and employers. What is found is what anybody may see, whoever asks."""

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.stations.models import Station
from portal.web.public.positions import PAY_STEPS
from search import get_backend
from search.query import DEEPEST, LONGEST_TEXT, Kind, Scope, SearchQuery, SearchResult, Sort

A_PAGE = 18
KINDS = {Kind.POSITION: "岗位", Kind.FAIR: "招聘会", Kind.EMPLOYER: "用人单位"}
UNITS = {Kind.POSITION: "个岗位", Kind.FAIR: "场招聘会", Kind.EMPLOYER: "家单位"}
EXAMPLES = ("货车司机", "叉车 夜班", "电工 包吃住", "保安 白班", "厨师 新会区")


class SearchForm(forms.Form):
    """The box, and three filters. A value that makes no sense is left out, not held against the searcher."""

    q = forms.CharField(
        label="搜什么",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "岗位、证书、单位或地名"}),
    )
    county = forms.ChoiceField(label="地区", required=False)
    pay = forms.ChoiceField(
        label="月薪能达到",
        required=False,
        choices=[("", "不限"), *((str(step), f"{step:,} 元") for step in PAY_STEPS)],
    )
    sort = forms.ChoiceField(
        label="排序",
        required=False,
        choices=[("", "最相关"), (Sort.NEWEST.value, "最新发布"), (Sort.PAY.value, "月薪从高到低")],
    )
    kind = forms.ChoiceField(
        required=False, choices=[(kind.value, kind.value) for kind in Kind], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, counties: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counties = counties
        self.fields["county"].choices = [("", "全部地区"), *counties.items()]

    def asked(self) -> dict[str, str]:
        """What was understood, by field; the rest as if left empty."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def count_counties(self, found: dict[str, int]) -> None:
        """Say beside each county how many there are, so that nobody chooses an empty one."""
        self.fields["county"].choices = [
            ("", "全部地区"),
            *((code, f"{name}（{found.get(code, 0)}）") for code, name in self._counties.items()),
        ]


def _counties() -> dict[str, str]:
    roots = Station.objects.filter(depth=1).values("region")
    rows = Region.objects.filter(level=RegionLevel.COUNTY, parent__in=roots)
    return dict(rows.values_list("code", "name"))


def _find(asked: dict[str, str], page: int) -> SearchResult:
    return get_backend().search(
        SearchQuery(
            scope=Scope.PUBLIC,
            text=asked["q"],
            kinds=frozenset({Kind(asked["kind"] or Kind.POSITION)}),
            region=asked["county"],
            pay_at_least=int(asked["pay"]) if asked["pay"] else None,
            sort=Sort(asked["sort"] or Sort.RELEVANCE),
            page=page,
            size=A_PAGE,
        )
    )


def _page_asked(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return min(max(int(asked), 1), DEEPEST // A_PAGE) if asked.isdecimal() and len(asked) < 6 else 1


def _paged(result: SearchResult, number: int) -> Page:
    """Pages of the result for the component; only their numbers are used."""
    return Paginator(range(min(result.total, DEEPEST // A_PAGE * A_PAGE)), A_PAGE).get_page(number)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results of one kind, with how many there are of the others."""
    form = SearchForm(request.GET, counties=_counties())
    asked = form.asked()
    number = _page_asked(request)
    result = _find(asked, number)
    if not result.hits and number > 1:  # an old link to a page that is no longer there
        number = _paged(result, number).number
        result = _find(asked, number)
    form.count_counties(dict(result.counties))
    kind = Kind(asked["kind"] or Kind.POSITION)
    here = {name: value for name, value in asked.items() if value}
    return render(
        request,
        "web/public/search.html",
        {
            "form": form,
            "text": asked["q"],
            "kind": kind.value,
            "unit": UNITS[kind],
            "result": result,
            "page": _paged(result, number),
            "tabs": [
                {
                    "label": label,
                    "url": "?" + urlencode({**here, "kind": of.value}),
                    "current": of == kind,
                    "count": result.counts[of],
                }
                for of, label in KINDS.items()
            ],
            "filtered": bool(asked["county"] or asked["pay"]),
            "clear_url": f"{reverse('public:search')}?"
            + urlencode({name: here[name] for name in ("q", "kind") if name in here}),
            "elsewhere": [
                {
                    "label": f"{label} {result.counts[of]} {UNITS[of][0]}",
                    "url": "?" + urlencode({**here, "kind": of.value}),
                }
                for of, label in KINDS.items()
                if of != kind and result.counts[of]
            ],
            "examples": [(words, "?" + urlencode({"q": words})) for words in EXAMPLES],
        },
    )
