"""The helper that counts queries: it must catch what grows, and what was never measured."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse

from portal.stations.models import Station
from tests.factories import make_regions, make_stations

pytestmark = pytest.mark.django_db


@pytest.fixture
def stations() -> dict[str, Station]:
    make_regions()
    return make_stations()


def one_query() -> list[str]:
    return list(Station.objects.values_list("name", flat=True))


def one_query_a_row() -> list[str]:
    return [f"{station.name} {station.region.name}" for station in Station.objects.all()]


def close_one() -> None:
    station = Station.objects.order_by("-path").first()
    station.names.all().delete()
    station.areas.all().delete()
    station.delete()


def test_a_fixed_number_passes_and_is_returned(stations: object, same_queries: Callable[..., int]) -> None:
    assert same_queries(one_query, close_one) == 1


def test_a_query_for_each_row_is_caught_and_shown(stations: object, same_queries: Callable[..., int]) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"(?s)queries.*-1 .*core_region"):
        same_queries(one_query_a_row, close_one)


def test_growing_nothing_measures_nothing(stations: object, same_queries: Callable[..., int]) -> None:
    with pytest.raises(AssertionError, match="nothing was measured"):
        same_queries(one_query, lambda: None)


def test_a_ceiling_holds(stations: object, same_queries: Callable[..., int]) -> None:
    with pytest.raises(AssertionError, match="1 queries, more than 0"):
        same_queries(one_query, close_one, at_most=0)


def test_a_page_that_does_not_answer_is_not_measured(same_queries: Callable[..., int]) -> None:
    with pytest.raises(AssertionError, match="404"):
        same_queries(lambda: HttpResponse(status=404), lambda: None)
