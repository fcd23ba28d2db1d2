"""Filter panels, chips of active filters and sort orders above a result list.

Every choice is a link with its count: it works without JavaScript, and empty choices are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from portal.core.enums import Education, RegionLevel
from portal.core.models import Region
from portal.stations.models import Station
from search.facets import ChoiceFacet, page_facets
from search.params import DAYS, DISTANCES, HOME, SORTS, SearchParams, pay_words
from search.query import PAY_BANDS, Facet, Kind, SearchResult, Sort
from search.query_reading import QueryReading

Counts = Mapping[Facet, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter; choosing the current one removes it. `count` is None where it is not counted."""

    label: str
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One filter. `value` is the active value in words; `form` names a form below the choices."""

    name: str
    label: str
    value: str = ""
    choices: list[Choice] = field(default_factory=list)
    form: str = ""


def served_counties() -> dict[str, str]:
    """Return the names of the served counties by code, ordered by code."""
    roots = Station.objects.filter(depth=1).values("region")
    rows = Region.objects.filter(level=RegionLevel.COUNTY, parent__in=roots)
    return dict(rows.values_list("code", "name"))


def panels(
    params: SearchParams, counts: Counts, counties: Mapping[str, str], *, has_home: bool
) -> list[Panel]:
    """Return the filters of the searched kind; fairs and employers have fewer than positions."""
    result = [_county(params, counts.get(Facet.COUNTY, {}), counties)]
    choice_panels = [
        (item, _choice_panel(item, params, counts.get(item.facet, {}))) for item in page_facets()
    ]
    if params.kind == Kind.POSITION:
        result += [
            _pay(params, counts.get(Facet.PAY, {})),
            _education(params, counts.get(Facet.EDUCATION, {})),
            *(panel for item, panel in choice_panels if item.employer is None),
            _distance(params, has_home=has_home),
            _days(params),
        ]
    if params.kind in {Kind.POSITION, Kind.EMPLOYER}:
        result += [panel for item, panel in choice_panels if item.employer is not None]
    return result


def _county(params: SearchParams, counts: Mapping[str, int], counties: Mapping[str, str]) -> Panel:
    choices = [
        Choice(
            name,
            params.address(region="" if code == params.region else code),
            counts.get(code, 0),
            current=code == params.region,
        )
        for code, name in counties.items()
        if counts.get(code) or code == params.region
    ]
    return Panel("county", "地区", counties.get(params.region, "已选" if params.region else ""), choices)


def _pay(params: SearchParams, counts: Mapping[str, int]) -> Panel:
    choices = []
    for name, (low, high) in PAY_BANDS.items():
        current = (params.low, params.high) == (low, high or 0)
        url = params.address(low=0, high=0) if current else params.address(low=low, high=high or 0)
        if counts.get(name) or current:
            choices.append(Choice(pay_words(low, high or 0), url, counts.get(name, 0), current=current))
    value = pay_words(params.low, params.high) if params.low or params.high else ""
    return Panel("pay", "月薪", value, choices, form="pay")


def _education(params: SearchParams, counts: Mapping[str, int]) -> Panel:
    """Filter by the searcher's education; each level counts the positions that require no more."""
    choices, fitting = [], 0
    for level in Education:
        fitting += counts.get(str(level.value), 0)
        current = params.education == str(level.value)
        url = params.address(education="" if current else str(level.value))
        choices.append(Choice(str(level.label), url, fitting, current=current))
    value = str(Education(int(params.education)).label) if params.education else ""
    return Panel("education", "我的学历", value, choices)


def _choice_panel(item: ChoiceFacet, params: SearchParams, counts: Mapping[str, int]) -> Panel:
    """Build the panel of a facet with fixed choices: each link adds a value or removes it."""
    options = list(item.choices.items())
    if item.most_frequent_first:
        options.sort(key=lambda option: (-counts.get(option[0], 0), option[0]))
    selected = params.choices.get(item.facet, ())
    choices = []
    for value, label in options:
        current = value in selected
        rest = tuple(sorted({*selected} ^ {value}))
        if counts.get(value) or current:
            url = params.select(item.facet, rest).address()
            choices.append(Choice(label, url, counts.get(value, 0), current=current))
    labels = [label for value, label in options if value in selected]
    return Panel(item.facet.value, item.label, "、".join(labels), choices)


def _distance(params: SearchParams, *, has_home: bool) -> Panel:
    choices = []
    if has_home:
        for km in DISTANCES:
            current = params.near == HOME and params.km == km
            url = params.address(near="", sort=None) if current else params.address(near=HOME, km=km)
            choices.append(Choice(f"离我家 {km} 公里内", url, current=current))
    return Panel("distance", "距离", f"{params.km} 公里内" if params.near else "", choices, form="distance")


def _days(params: SearchParams) -> Panel:
    choices = [
        Choice(
            f"{days} 天内",
            params.address(days=0 if params.days == days else days),
            current=params.days == days,
        )
        for days in DAYS
    ]
    return Panel("days", "发布时间", f"{params.days} 天内" if params.days else "", choices)


def chips(params: SearchParams, places: dict[str, str]) -> list[tuple[str, str]]:
    """Return (active filter in words, URL without it) pairs."""
    return [(labels, rest.address()) for labels, rest in params.parts(places)]


def understood_chips(params: SearchParams, reading: QueryReading | None) -> list[tuple[str, str]]:
    """Return (what the words were understood as, URL without it) pairs."""
    if reading is None:
        return []
    return [(part.label, params.address(q=reading.without(part))) for part in reading.understood]


def shorter_searches(params: SearchParams, result: SearchResult) -> list[tuple[str, str]]:
    """Return (word, URL without it) pairs for words of the query that no visible record contains."""
    if not result.missing or result.reading is None or len(result.reading.words) < 2:
        return []
    written = result.reading.shape.written
    searches = ((word, " ".join(written.replace(word, " ", 1).split())) for word in result.missing)
    return [(word, params.address(q=rest)) for word, rest in searches if rest != written]


def orders(params: SearchParams) -> list[Choice]:
    """Return the sort orders that the search offers."""
    first = Sort.RELEVANCE if params.q else Sort.NEWEST
    current = params.sort or first
    if current == Sort.RELEVANCE and not params.q:
        current = Sort.NEWEST
    choices = [sort for sort in SORTS if sort != Sort.RELEVANCE or params.q]
    choices = [sort for sort in choices if sort != Sort.DISTANCE or params.near]
    if params.kind != Kind.POSITION:
        choices = [sort for sort in choices if sort not in {Sort.PAY, Sort.DISTANCE}]
    return [
        Choice(SORTS[sort], params.address(sort=None if sort == first else sort), current=sort == current)
        for sort in choices
    ]


def hidden_fields(params: SearchParams, *changed_names: str) -> Iterator[tuple[str, str]]:
    """Return the hidden fields of a form that changes only the parameters in `changed_names`."""
    return (pair for pair in params.pairs() if pair[0] not in changed_names)


def place_names(params: SearchParams, counties: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the searched places by code; queries only places outside `counties`."""
    unknown_codes: Iterable[str] = {params.region, params.near} - {"", HOME, *counties}
    names = (
        dict(Region.objects.filter(pk__in=unknown_codes).values_list("code", "name")) if unknown_codes else {}
    )
    return {**counties, **names}
