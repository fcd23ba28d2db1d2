"""The public list of stations."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from portal.core.models import Region
from portal.stations import actions
from portal.stations.enums import StationLevel
from portal.stations.models import Station
from tests.factories import make_stations

pytestmark = pytest.mark.django_db


def _village(number: int) -> Station:
    town = Station.objects.get(region="440705109")
    region = Region.objects.create(
        code=f"440705109{number}", name=f"新村{number}", level="village", parent=town.region
    )
    return actions.open_station(
        name=f"新村{number}退役军人服务站",
        level=StationLevel.VILLAGE,
        region=region,
        parent=town,
        by=None,
        on=date(2020, 1, 1),
        opening_hours="周一至周五 8:30-17:30",
    )


def _names(client: Any, query: str) -> list[str]:
    return [station.name for station in client.get(f"/stations/?{query}").context["page"]]


def test_station_list_is_public_with_opening_hours(client: Client) -> None:
    stations = make_stations()
    actions.change_contact(
        station=stations["睦洲镇"],
        address="睦洲大道1号",
        phone="0750-1234567",
        opening_hours="周六休息",
        by=None,
    )
    text = client.get("/stations/?q=睦洲").content.decode()
    for words in ("睦洲镇退役军人服务站", "睦洲大道1号", "tel:0750-1234567", "周六休"):
        assert words in text
    assert len(_names(client, f"county={stations['新会区'].pk}")) == 4
    assert len(_names(client, f"town={stations['睦洲镇'].pk}")) == 2
    assert "没有找到服务站" in client.get("/stations/?q=云上镇").content.decode()


def test_merged_village_finds_its_successor_station(client: Client) -> None:
    south = make_stations()["南安村"]
    other = _village(202)
    actions.merge_station(station=south, into=other, by=None, on=date(2025, 6, 1))
    assert _names(client, "q=南安村") == [other.name]


def test_station_list_uses_constant_number_of_queries(client: Client, same_queries: Any) -> None:
    make_stations()
    same_queries("/stations/", lambda: [_village(number) for number in range(203, 215)])
