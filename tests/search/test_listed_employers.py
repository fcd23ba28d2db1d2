"""Listing of employers and fairs in the search: times, counties, texts."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from search import indexing
from search.documents import km_between
from search.query import Kind
from tests.factories import make_employer, make_fair, make_position, make_stations

pytestmark = pytest.mark.django_db
EMPLOYERS = frozenset({Kind.EMPLOYER})


@pytest.mark.parametrize(
    "change",
    [
        {"state": VerificationState.SUSPENDED, "state_reason": "投诉属实"},
        {"verified_until": timezone.localdate() - timedelta(days=1)},
    ],
    ids=["suspended", "verification over"],
)
def test_a_stale_entry_of_an_employer_is_not_shown(
    engine: Any, find: Callable[..., Any], change: dict[str, Any]
) -> None:
    employer = make_employer(name="江门市远航物流有限公司")
    indexing.rebuild()
    assert [hit.record for hit in find("远航").hits] == [employer]
    Employer.objects.filter(pk=employer.pk).update(**change)  # past the actions: nobody told the index
    result = find("远航")
    assert (result.hits, result.total) == ((), 0)
    assert indexing.count_records() == 0
    indexing.refresh(Kind.EMPLOYER, [employer.pk])
    assert indexing.is_current()


def test_a_verification_holds_until_midnight_of_its_last_day(engine: Any, find: Callable[..., Any]) -> None:
    today = timezone.localdate()
    make_position(employer=make_employer(verified_until=today))
    indexing.rebuild()
    midnight = timezone.make_aware(datetime.combine(today + timedelta(days=1), time.min))
    before = find(now=midnight - timedelta(milliseconds=1))
    assert {hit.kind for hit in before.hits} == {Kind.EMPLOYER, Kind.POSITION}
    assert find(now=midnight).total == 0


def test_employers_and_fairs_of_a_town_are_counted_in_their_county(
    engine: Any, find: Callable[..., Any]
) -> None:
    town = make_stations()["睦洲镇"].region
    make_employer(region=town)
    make_fair(region=town)
    indexing.rebuild()
    for kind in (Kind.EMPLOYER, Kind.FAIR):
        assert find(kinds=frozenset({kind})).counties == ((town.code[:6], 1),)
    assert find(region=town.code[:6]).total == find(region=town.code).total == 2


def test_an_employer_is_found_by_what_its_page_says(engine: Any, find: Callable[..., Any]) -> None:
    employer = make_employer(
        name="江门市远航有限公司",
        address="会城街道启超大道1号",
        introduction="冷链运输",
        region=make_stations()["睦洲镇"].region,
    )
    indexing.rebuild()
    for words in ("远航", "启超大道", "冷链", "睦洲镇", employer.get_nature_display()):
        assert [hit.record for hit in find(words, kinds=EMPLOYERS).hits] == [employer], words
    assert "冷链" in find("冷链").hits[0].snippet


def test_a_fair_whose_publication_is_unknown_is_listed_for_a_year_before(
    engine: Any, find: Callable[..., Any]
) -> None:
    fair = make_fair(first_published_at=None)
    indexing.rebuild()
    assert [hit.id for hit in find().hits] == [fair.pk]
    assert find(now=fair.starts_at - timedelta(days=364)).total == 1
    assert find(now=fair.starts_at - timedelta(days=366)).total == 0


def test_elements_of_a_fair_do_not_run_into_each_other(engine: Any, find: Callable[..., Any]) -> None:
    make_fair(body="<p>offers ERP</p><p>training</p>")
    indexing.rebuild()
    assert find("erp").total == find("training").total == 1


def test_an_employer_suspended_during_a_build_takes_its_positions_out(engine: Any) -> None:
    position = make_position()
    employers = Employer.objects.filter(pk=position.employer_id)

    def suspend_meanwhile(batches: Any) -> Iterator[Any]:
        yield from batches
        employers.update(
            state=VerificationState.SUSPENDED, state_reason="投诉属实", updated_at=timezone.now()
        )

    indexing.rebuild(progress=suspend_meanwhile)
    assert engine.listed(timezone.now()) == dict.fromkeys(Kind, 0)
    assert indexing.is_current()


@pytest.mark.parametrize(
    ("place", "opposite"), [((-22.54, 161.03), (22.54, -18.97)), ((0, 0), (0, 180)), ((90, 0), (-90, 0))]
)
def test_the_far_side_of_the_earth_has_a_distance(
    place: tuple[float, float], opposite: tuple[float, float]
) -> None:
    assert km_between(place, opposite) == pytest.approx(20015, abs=1)
    assert km_between(place, place) == 0
