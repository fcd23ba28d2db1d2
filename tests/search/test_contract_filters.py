"""Filters, facets, distance and cursors, held against a count over the rows themselves. For every engine."""

import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Any

import pytest
from django.utils import timezone

import search
from portal.core.certificates import CertificateKind
from portal.core.enums import Shift
from portal.core.models import Region
from portal.employers.enums import Industry, SizeBand
from portal.positions.enums import PositionKind, PositionState
from portal.positions.models import Position
from search import indexing
from search.backends import database_engine
from search.cursor import Cursor
from search.query import PAY_BANDS, Facet, Kind, Near, Scope, SearchQuery, Sort
from tests.factories import make_employer, make_fair, make_position, make_stations
from tests.harness.optional import require

pytestmark = [pytest.mark.django_db, pytest.mark.must("posts.1")]
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
POSITIONS = frozenset({Kind.POSITION})
CENTRE = Near(22.46, 113.03, 12)


def ids(result: Any) -> list[int]:
    return [hit.id for hit in result.hits]


def haversine(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The school-book formula, to hold the engines against."""
    (a, b), (c, d) = (tuple(map(radians, place)) for place in (one, other))
    square = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(square))


@pytest.fixture
def rows(engine: Any) -> list[Position]:
    """Sixty posts of every sort, in known places, indexed; the same ones in every run."""
    rng = random.Random(5)
    stations = make_stations()
    regions = [stations[name].region for name in ("新会区", "睦洲镇", "司前镇", "蓬江区")]
    verified_employers = [
        make_employer(industry=industry, size_band=size) for industry in "CGH" for size in SizeBand.values
    ]
    now = timezone.now()
    for number in range(60):
        low = rng.randrange(2000, 12000, 500)
        make_position(
            employer=rng.choice(verified_employers),
            title=rng.choice(["叉车司机", "叉车维修工", "厨师"]),
            region=rng.choice(regions),
            pay_from=Decimal(low),
            pay_to=Decimal(low + rng.choice([0, 500, 1500, 4000])),
            education_min=rng.randrange(5),
            kind=rng.choice(PositionKind.values),
            shift=rng.choice(Shift.values),
            certificates=rng.sample(CertificateKind.values[:6], rng.randrange(3)),
            veterans_only=rng.random() < 0.3,
            published_at=now - timedelta(minutes=rng.randrange(1, 5000), seconds=number),
            duties="上班。",
            requirements="",
        )
    indexing.rebuild()
    return list(Position.objects.with_details().order_by("pk"))


def overlaps(position: Position, low: int | None, below: int | None) -> bool:
    return (low is None or position.pay_to >= low) and (below is None or position.pay_from < below)


def is_selected(query: SearchQuery, facet: Facet, value: str) -> bool:
    return facet not in query.choices or value in query.choices[facet]


# Each facet: may this post be listed, given what the query asks of that facet?
TESTS: dict[Facet, Callable[[Position, SearchQuery], bool]] = {
    Facet.COUNTY: lambda position, q: position.region_id.startswith(q.region),
    Facet.PAY: lambda position, q: overlaps(position, q.pay_at_least, q.pay_below),
    Facet.EDUCATION: lambda position, q: (
        q.education_at_most is None or position.education_min <= q.education_at_most
    ),
    Facet.JOB_KIND: lambda position, q: is_selected(q, Facet.JOB_KIND, position.kind),
    Facet.SHIFT: lambda position, q: is_selected(q, Facet.SHIFT, position.shift),
    Facet.INDUSTRY: lambda position, q: is_selected(q, Facet.INDUSTRY, position.employer.industry),
    Facet.SIZE: lambda position, q: is_selected(q, Facet.SIZE, position.employer.size_band),
}
VALUES: dict[Facet, Callable[[Position], list[str]]] = {
    Facet.COUNTY: lambda position: [position.region_id[:6]],
    Facet.PAY: lambda position: [name for name, band in PAY_BANDS.items() if overlaps(position, *band)],
    Facet.EDUCATION: lambda position: [str(position.education_min)],
    Facet.JOB_KIND: lambda position: [position.kind],
    Facet.SHIFT: lambda position: [position.shift],
    Facet.INDUSTRY: lambda position: [position.employer.industry],
    Facet.SIZE: lambda position: [position.employer.size_band],
}


def holds(position: Position, query: SearchQuery) -> bool:
    """Everything that is asked beside the facets' own filters."""
    assert position.published_at is not None
    near, place = query.near, position.region.location
    return (
        (not query.text or query.text in position.title)
        and (not query.certificates or bool(query.certificates & set(position.certificates)))
        and (not query.veterans_only or position.veterans_only)
        and (query.published_since is None or position.published_at >= query.published_since)
        and (
            near is None
            or (place is not None and haversine((near.latitude, near.longitude), place) <= near.km)
        )
    )


def some_query(rng: random.Random) -> dict[str, Any]:
    band = rng.choice(list(PAY_BANDS.values()))
    choices: dict[str, Callable[[], Any]] = {
        "text": lambda: rng.choice(["叉车", "厨师"]),
        "region": lambda: rng.choice(["440705", "440705109", "440703", "4407"]),
        "pay_at_least": lambda: band[0],
        "pay_below": lambda: band[1],
        "education_at_most": lambda: rng.randrange(5),
        Facet.JOB_KIND: lambda: frozenset(rng.sample(PositionKind.values, 2)),
        Facet.SHIFT: lambda: frozenset(rng.sample(Shift.values, 3)),
        Facet.INDUSTRY: lambda: frozenset(rng.sample(["C", "G", "H", "A"], 2)),
        Facet.SIZE: lambda: frozenset(rng.sample(SizeBand.values, 3)),
        "certificates": lambda: frozenset(rng.sample(CertificateKind.values[:6], 3)),
        "veterans_only": lambda: True,
        "published_since": lambda: timezone.now() - timedelta(minutes=2500),
        "near": lambda: Near(CENTRE.latitude, CENTRE.longitude, rng.choice([3, 8, 15, 25])),
    }
    values = {name: make() for name, make in choices.items() if rng.random() < 0.25}
    facet_choices = {name: values.pop(name) for name in list(values) if isinstance(name, Facet)}
    return values | {"choices": facet_choices}


@pytest.mark.parametrize("seed", range(12))
def test_every_count_is_that_of_the_rows(rows: list[Position], find: Any, seed: int) -> None:
    query_args = some_query(random.Random(seed))
    query = SearchQuery(scope=Scope.PUBLIC, kinds=POSITIONS, size=50, **query_args)
    result = find(kinds=POSITIONS, size=50, **query_args)
    contents = [position for position in rows if holds(position, query)]
    listed = [position for position in contents if all(test(position, query) for test in TESTS.values())]
    assert result.total == len(listed)
    assert set(ids(result)) == {position.pk for position in listed[:50]} or len(listed) > 50
    for facet, values in VALUES.items():
        others = [test for of, test in TESTS.items() if of != facet]
        beside = [position for position in contents if all(test(position, query) for test in others)]
        assert result.facets[facet] == Counter(value for position in beside for value in values(position)), (
            facet
        )


def test_without_any_filter_all_are_counted(rows: list[Position], find: Any) -> None:
    result = find()
    assert result.facets[Facet.KIND] == {"position": 60, "employer": 12}
    assert sum(result.facets[Facet.EDUCATION].values()) == 60
    assert sum(result.facets[Facet.INDUSTRY].values()) == 72  # a firm has an industry as well


def test_what_has_no_such_fact_passes(engine: Any, find: Any) -> None:
    make_position(pay_from=Decimal(3000), pay_to=Decimal(3500), shift=Shift.DAY)
    make_fair()
    indexing.rebuild()
    query_args = {"pay_at_least": 9000, "choices": {Facet.SHIFT: frozenset({"night"})}, "veterans_only": True}
    assert find(**query_args).counts == {Kind.POSITION: 0, Kind.FAIR: 1, Kind.EMPLOYER: 1}
    # Only positions require an education: fairs and firms are never hidden by it.
    make_position(education_min=4, title="工程师")
    indexing.rebuild()
    assert find(education_at_most=1).counts == {Kind.POSITION: 1, Kind.FAIR: 1, Kind.EMPLOYER: 2}
    assert find(choices={Facet.INDUSTRY: frozenset({"A"})}).counts == {
        Kind.POSITION: 0,
        Kind.FAIR: 1,
        Kind.EMPLOYER: 0,
    }


def test_the_nearest_come_first_and_say_how_far(rows: list[Position], find: Any) -> None:
    result = find(kinds=POSITIONS, near=CENTRE, sort=Sort.DISTANCE, size=50)
    assert 0 < result.total < 60, "the circle has to cut through the places"
    far = [hit.km for hit in result.hits]
    assert far == sorted(far)
    assert far == pytest.approx(
        [haversine((CENTRE.latitude, CENTRE.longitude), hit.record.region.location) for hit in result.hits]
    )
    assert max(far) <= 12
    assert find(kinds=POSITIONS).hits[0].km is None


def test_a_place_without_coordinates_is_nowhere_near(engine: Any, find: Any) -> None:
    make_position()
    Region.objects.update(latitude=None, longitude=None)
    indexing.rebuild()
    assert find(kinds=POSITIONS).total == 1
    assert find(kinds=POSITIONS, near=Near(22.46, 113.03, 20_000)).total == 0


def test_far_places_are_far_as_the_crow_flies(engine: Any, find: Any) -> None:
    position = make_position()
    Region.objects.filter(pk=position.region_id).update(latitude=-33.87, longitude=151.21)  # Sydney
    indexing.rebuild()
    away = haversine((22.46, 113.03), (-33.87, 151.21))
    assert find(kinds=POSITIONS, near=Near(22.46, 113.03, away + 1)).total == 1
    assert find(kinds=POSITIONS, near=Near(22.46, 113.03, away - 1)).total == 0


NEXT_YEAR = timezone.localdate().year + 1


@pytest.mark.parametrize(
    ("query_args", "outcome"),
    [
        ({}, ["三月场", "五月场"]),
        ({"held_from": date(NEXT_YEAR, 3, 10)}, ["三月场", "五月场"]),
        ({"held_from": date(NEXT_YEAR, 3, 11)}, ["五月场"]),
        ({"held_to": date(NEXT_YEAR, 3, 10)}, ["三月场"]),
        ({"held_to": date(NEXT_YEAR, 3, 9)}, []),
        ({"held_from": date(NEXT_YEAR, 3, 10), "held_to": date(NEXT_YEAR, 5, 2)}, ["三月场", "五月场"]),
        ({"held_from": date(NEXT_YEAR, 4, 1), "held_to": date(NEXT_YEAR, 4, 30)}, []),
    ],
)
def test_fairs_by_their_day(engine: Any, find: Any, query_args: dict[str, date], outcome: list[str]) -> None:
    for title, day in (("三月场", date(NEXT_YEAR, 3, 10)), ("五月场", date(NEXT_YEAR, 5, 2))):
        begins = datetime.combine(day, time(9), timezone.get_current_timezone())
        make_fair(
            title=title,
            starts_at=begins,
            ends_at=begins + timedelta(hours=8),
            first_published_at=timezone.now(),
            registration_closes_at=begins - timedelta(days=1),
        )
    make_position()
    indexing.rebuild()
    assert sorted(hit.title for hit in find(kinds=frozenset({Kind.FAIR}), **query_args).hits) == outcome
    assert find(kinds=POSITIONS, **query_args).total == 1


SORTS = [
    {"sort": Sort.RELEVANCE, "text": "叉车"},
    {"sort": Sort.RELEVANCE},
    {"sort": Sort.NEWEST, "text": "叉车"},
    {"sort": Sort.PAY},
    {"sort": Sort.DISTANCE, "near": Near(22.46, 113.03, 100)},
]


@pytest.mark.parametrize("query_args", SORTS, ids=["words", "no words", "newest", "pay", "distance"])
def test_a_cursor_walks_through_all_of_it_once(
    rows: list[Position], find: Any, query_args: dict[str, Any]
) -> None:
    ids_by_page, after = [], ""
    while True:
        result = find(kinds=POSITIONS, size=7, after=after, **query_args)
        ids_by_page += ids(result)
        after = result.next
        if not after:
            break
        assert len(ids_by_page) <= 60
    by_page = [
        n for page in range(1, 10) for n in ids(find(kinds=POSITIONS, size=7, page=page, **query_args))
    ]
    assert ids_by_page == by_page
    assert len(set(ids_by_page)) == len(ids_by_page) == result.total


def test_a_cursor_does_not_drift(rows: list[Position], find: Any) -> None:
    """Posts that come in front or leave behind move the pages, not the cursor."""
    newest = [position.pk for position in sorted(rows, key=lambda p: (p.published_at, -p.pk), reverse=True)]
    first = find(kinds=POSITIONS, sort=Sort.NEWEST, size=10)
    assert ids(first) == newest[:10]
    created = [make_position(employer=rows[0].employer, title="刚发布") for _ in range(3)]
    Position.objects.filter(pk__in=[position.pk for position in created]).update(published_at=timezone.now())
    Position.objects.filter(pk=newest[2]).update(state=PositionState.PAUSED)
    indexing.refresh(Kind.POSITION, [*(position.pk for position in created), newest[2]])
    assert ids(find(kinds=POSITIONS, sort=Sort.NEWEST, size=10, page=2)) != newest[10:20]
    assert ids(find(kinds=POSITIONS, sort=Sort.NEWEST, size=10, after=first.next)) == newest[10:20]


def test_the_cursor_of_another_engine_is_worth_its_number_of_hits(rows: list[Position], find: Any) -> None:
    everything = [n for page in range(1, 4) for n in ids(find(kinds=POSITIONS, size=20, page=page))]
    foreign = str(Cursor("another", Sort.RELEVANCE, 1.5, NOW, 7, 20))
    result = find(kinds=POSITIONS, size=20, after=foreign)
    assert ids(result) == everything[20:40]
    assert Cursor.read(result.next).read_so_far == 40


@pytest.mark.parametrize(
    "wrong",
    [
        {"after": "!"},
        {"after": "bm90IG91cnM"},
        {"after": "x" * 1000},
        {"after": str(Cursor("sqlite", "pay", 1, NOW, 1, 20))},
        {"after": str(Cursor("sqlite", "relevance", 1, NOW, 1, 20)), "page": 2},
        {"sort": Sort.DISTANCE},
        {"choices": {Facet.SHIFT: frozenset({"midnight"})}},
        {"choices": {Facet.INDUSTRY: frozenset({"Ω"})}},
        {"certificates": frozenset({"driving"})},
        {"published_since": NOW.replace(tzinfo=None)},
    ],
)
def test_what_cannot_be_asked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        SearchQuery(scope=Scope.PUBLIC, **wrong)


@pytest.mark.parametrize("place", [(91, 0, 1), (0, 181, 1), (0, 0, 0), (0, 0, -1), (float("nan"), 0, 1)])
def test_what_is_no_place(place: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="place"):
        Near(*place)


def forged(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        forged(),
        forged("sqlite", "relevance", "1", "2026-01-01T00:00:00+00:00", 1, 20),
        forged("sqlite", "relevance", 1, "yesterday", 1, 20),
        forged("sqlite", "relevance", 1, "2026-01-01T00:00:00", 1, 20),
        forged("sqlite", "relevance", 1, "0001-01-01T00:00:00+00:00", 1, 20),
        forged("sqlite", "relevance", 1, "2026-01-01T00:00:00+00:00", "'; --", 20),
        forged("sqlite", "relevance", 1, "2026-01-01T00:00:00+00:00", 2**70, 20),
        forged("sqlite", "relevance", 1, "2026-01-01T00:00:00+00:00", 1, -20),
        forged("sqlite", "relevance", float("nan"), "2026-01-01T00:00:00+00:00", 1, 20),
        forged(["sqlite"], "relevance", 1, "2026-01-01T00:00:00+00:00", 1, 20),
    ],
)
def test_a_forged_cursor_is_bad_input(cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        SearchQuery(scope=Scope.PUBLIC, after=cursor)


@pytest.mark.parametrize("query_args", SORTS, ids=["words", "no words", "newest", "pay", "distance"])
def test_a_well_made_cursor_from_nowhere_is_harmless(
    rows: list[Position], find: Any, query_args: dict[str, Any]
) -> None:
    name, sort = search.get_backend().name, query_args.get("sort", Sort.RELEVANCE)
    for first in (-1e308, 0, 5e-324, 1e308):
        cursor = Cursor(name, sort, first, datetime(2200, 1, 1, tzinfo=UTC), -5, 20)
        assert find(kinds=POSITIONS, after=str(cursor), **query_args).total <= 60


def test_every_industry_and_certificate_has_its_own_number() -> None:
    for industry in Industry.values:
        make_position(employer=make_employer(industry=industry))
    company = require(Position.objects.first()).employer
    for code in CertificateKind.values:
        make_position(employer=company, certificates=[code])
    indexing.rebuild(backend=database_engine())
    ask = database_engine().search
    for industry in Industry.values:
        query_args = SearchQuery(
            scope=Scope.PUBLIC, kinds=POSITIONS, choices={Facet.INDUSTRY: frozenset({industry})}, size=1
        )
        assert ask(query_args).hits[0].record.employer.industry == industry
    for code in CertificateKind.values:
        query_args = SearchQuery(scope=Scope.PUBLIC, kinds=POSITIONS, certificates=frozenset({code}))
        assert [hit.record.certificates for hit in ask(query_args).hits] == [[code]]
