"""The tree of stations: a subtree is a range of paths, never the neighbour's."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from portal.stations.models import Station
from tests.factories import make_stations

pytestmark = pytest.mark.django_db


def test_subtree_holds_the_station_and_those_below_only() -> None:
    stations = make_stations()
    county = stations["新会区"]
    names = {s.region.name for s in Station.objects.in_subtrees([county.path]).select_related("region")}
    assert names == {"新会区", "睦洲镇", "司前镇", "南安村"}


def test_two_subtrees_are_joined_and_no_path_selects_nothing() -> None:
    stations = make_stations()
    both = Station.objects.in_subtrees([stations["睦洲镇"].path, stations["蓬江区"].path])
    assert {s.name for s in both} == {
        "睦洲镇退役军人服务站",
        "南安村退役军人服务站",
        "蓬江区退役军人服务中心",
    }
    assert not Station.objects.in_subtrees([]).exists()


def test_fiftieth_sibling_is_not_in_the_subtree_of_the_fifth() -> None:
    # treebeard counts in base 36: '000Z' is followed by '0010', and no range may swallow a sibling.
    town = make_stations()["司前镇"]
    paths = [Station._get_path(town.path, town.depth + 1, step) for step in (5, 35, 36, 50)]
    for path in paths:
        inside = [other for other in paths if path <= other <= path + "Z" * 16]
        assert inside == [path]


def test_database_refuses_closing_before_opening() -> None:
    station = make_stations()["睦洲镇"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Station.objects.filter(pk=station.pk).update(closed_on=date(2000, 1, 1))


def test_open_on_selects_the_stations_of_a_day() -> None:
    station = make_stations()["睦洲镇"]
    Station.objects.filter(pk=station.pk).update(closed_on=date(2025, 6, 1))
    assert Station.objects.open_on(date(2025, 5, 31)).filter(pk=station.pk).exists()
    assert not Station.objects.open_on(date(2025, 6, 1)).filter(pk=station.pk).exists()
