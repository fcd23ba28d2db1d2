"""What stands above a list of found things: a panel for each filter, chips of those in force, the orders.

All of it is links with counts, so that it works without JavaScript and nobody chooses an empty one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from portal.core.enums import Education, RegionLevel
from portal.core.models import Region
from portal.stations.models import Station
from search.facets import ChoiceFacet, page_facets
from search.params import DAYS, DISTANCES, HOME, SORTS, SearchParams, pay_words
from search.query import PAY_BANDS, Facet, Kind, Sort

Counts = Mapping[Facet, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter; `count` None where it is not counted. Choosing the current one takes it away."""

    label: str
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One filter. `value` is what is in force, in words; `form` names a form of its own below the choices."""

    name: str
    label: str
    value: str = ""
    choices: list[Choice] = field(default_factory=list)
    form: str = ""


def served_counties() -> dict[str, str]:
    """Names of the counties of the served cities by code, in the order of the codes."""
    roots = Station.objects.filter(depth=1).values("region")
    rows = Region.objects.filter(level=RegionLevel.COUNTY, parent__in=roots)
    return dict(rows.values_list("code", "name"))


def panels(
    asked: SearchParams, counts: Counts, counties: Mapping[str, str], *, has_home: bool
) -> list[Panel]:
    """The filters of what is asked for; fairs and firms have fewer than positions."""
    result = [_county(asked, counts.get(Facet.COUNTY, {}), counties)]
    choice_panels = [(item, _choice_panel(item, asked, counts.get(item.facet, {}))) for item in page_facets()]
    if asked.kind == Kind.POSITION:
        result += [
            _pay(asked, counts.get(Facet.PAY, {})),
            _education(asked, counts.get(Facet.EDUCATION, {})),
            *(panel for item, panel in choice_panels if item.employer is None),
            _distance(asked, has_home=has_home),
            _days(asked),
        ]
    if asked.kind != Kind.FAIR:
        result += [panel for item, panel in choice_panels if item.employer is not None]
    return result


def _county(asked: SearchParams, counts: Mapping[str, int], counties: Mapping[str, str]) -> Panel:
    choices = [
        Choice(
            name,
            asked.address(region="" if code == asked.region else code),
            counts.get(code, 0),
            current=code == asked.region,
        )
        for code, name in counties.items()
        if counts.get(code) or code == asked.region
    ]
    return Panel("county", "地区", counties.get(asked.region, "已选" if asked.region else ""), choices)


def _pay(asked: SearchParams, counts: Mapping[str, int]) -> Panel:
    choices = []
    for name, (low, high) in PAY_BANDS.items():
        current = (asked.low, asked.high) == (low, high or 0)
        url = asked.address(low=0, high=0) if current else asked.address(low=low, high=high or 0)
        if counts.get(name) or current:
            choices.append(Choice(pay_words(low, high or 0), url, counts.get(name, 0), current=current))
    value = pay_words(asked.low, asked.high) if asked.low or asked.high else ""
    return Panel("pay", "月薪", value, choices, form="pay")


def _education(asked: SearchParams, counts: Mapping[str, int]) -> Panel:
    """By what the searcher has: each level counts the posts that ask for no more."""
    choices, fitting = [], 0
    for level in Education:
        fitting += counts.get(str(level.value), 0)
        current = asked.education == str(level.value)
        url = asked.address(education="" if current else str(level.value))
        choices.append(Choice(str(level.label), url, fitting, current=current))
    value = str(Education(int(asked.education)).label) if asked.education else ""
    return Panel("education", "我的学历", value, choices)


def _choice_panel(item: ChoiceFacet, asked: SearchParams, counts: Mapping[str, int]) -> Panel:
    """Build the panel of a facet with fixed choices: each link adds a value or removes it."""
    options = list(item.choices.items())
    if item.most_frequent_first:
        options.sort(key=lambda option: (-counts.get(option[0], 0), option[0]))
    selected = asked.choices.get(item.facet, ())
    choices = []
    for value, label in options:
        current = value in selected
        rest = tuple(sorted({*selected} ^ {value}))
        if counts.get(value) or current:
            url = asked.select(item.facet, rest).address()
            choices.append(Choice(label, url, counts.get(value, 0), current=current))
    labels = [label for value, label in options if value in selected]
    return Panel(item.facet.value, item.label, "、".join(labels), choices)


def _distance(asked: SearchParams, *, has_home: bool) -> Panel:
    choices = []
    if has_home:
        for km in DISTANCES:
            current = asked.near == HOME and asked.km == km
            url = asked.address(near="", sort=None) if current else asked.address(near=HOME, km=km)
            choices.append(Choice(f"离我家 {km} 公里内", url, current=current))
    return Panel("distance", "距离", f"{asked.km} 公里内" if asked.near else "", choices, form="distance")


def _days(asked: SearchParams) -> Panel:
    choices = [
        Choice(
            f"{days} 天内", asked.address(days=0 if asked.days == days else days), current=asked.days == days
        )
        for days in DAYS
    ]
    return Panel("days", "发布时间", f"{asked.days} 天内" if asked.days else "", choices)


def chips(asked: SearchParams, places: dict[str, str]) -> list[tuple[str, str]]:
    """(what is in force, the address without it)."""
    return [(told, rest.address()) for told, rest in asked.parts(places)]


def orders(asked: SearchParams) -> list[Choice]:
    first = Sort.RELEVANCE if asked.q else Sort.NEWEST
    now = asked.sort or first
    if now == Sort.RELEVANCE and not asked.q:
        now = Sort.NEWEST
    offered = [sort for sort in SORTS if sort != Sort.RELEVANCE or asked.q]
    offered = [sort for sort in offered if sort != Sort.DISTANCE or asked.near]
    if asked.kind != Kind.POSITION:
        offered = [sort for sort in offered if sort not in {Sort.PAY, Sort.DISTANCE}]
    return [
        Choice(SORTS[sort], asked.address(sort=None if sort == first else sort), current=sort == now)
        for sort in offered
    ]


def kept(asked: SearchParams, *but: str) -> Iterator[tuple[str, str]]:
    """Hidden fields of a form that changes only the parameters named."""
    return (pair for pair in asked.pairs() if pair[0] not in but)


def place_names(asked: SearchParams, counties: Mapping[str, str]) -> dict[str, str]:
    """Names of the places that the search names. One query only for a place that is no served county."""
    wanted: Iterable[str] = {asked.region, asked.near} - {"", HOME, *counties}
    names = dict(Region.objects.filter(pk__in=wanted).values_list("code", "name")) if wanted else {}
    return {**counties, **names}
