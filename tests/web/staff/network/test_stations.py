"""The station network as of a day, its changes, and access to them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.models import Region
from portal.stations import actions
from portal.stations.enums import StationLevel
from portal.stations.models import Station
from portal.veterans.models import RecordMove, Veteran
from tests.factories import make_employer, make_staff, make_stations, make_user, make_veteran
from tests.web.staff.network.conftest import sign_in_client

pytestmark = pytest.mark.django_db


DAY = date(2025, 6, 1)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def city(db: None) -> Any:
    """The usual tree, 北安村 beside 南安村, three records of 2021 in 南安村 and the city's operator."""
    stations: dict[str, Any] = {**make_stations()}
    stations["北安村"] = open_village("北安村", 202)
    for _ in range(3):
        make_veteran(station=stations["南安村"], living_region=stations["南安村"].region)
    Veteran.objects.update(created_at=timezone.now().replace(year=2021, month=3, day=1))
    stations["operator"] = make_staff(stations["江门市"], StationRole.OPERATOR, name="周敏")
    return stations


def open_village(name: str, number: int) -> Station:
    region = Region.objects.create(
        code=f"440705109{number}", name=name, level="village", parent_id="440705109"
    )
    return actions.open_station(
        name=f"{name}退役军人服务站",
        level=StationLevel.VILLAGE,
        region=region,
        parent=Station.objects.get(region="440705109"),
        by=None,
        on=date(2020, 1, 1),
    )


def change_url(station: Station, change: str) -> str:
    return reverse("staff:network-change", args=[station.pk, change])


def find_line(response: Any, name: str) -> Any:
    return next(line for line in response.context["page"] if name in line.name)


def test_page_before_merge_shows_former_network(city: Any, client: Client) -> None:
    sign_in_client(client, city["operator"])
    actions.merge_station(station=city["南安村"], into=city["北安村"], by=city["operator"], on=DAY)
    url = reverse("staff:network-station", args=[city["睦洲镇"].pk])
    before, after = client.get(f"{url}?day={BEFORE}"), client.get(f"{url}?day={DAY}")
    assert (find_line(before, "南安村").records, find_line(before, "北安村").records) == (3, 0)
    assert find_line(after, "北安村").records == 3
    assert find_line(after, "北安村").regions == ("北安村", "南安村")
    assert not any("南安村" in one.name for one in after.context["page"])
    assert before.context["own"].records_below == after.context["own"].records_below == 3
    assert "下级南安村退役军人服务站停用，档案转北安村退役军人服务站" in after.content.decode()
    top = client.get(reverse("staff:network-station", args=[city["江门市"].pk]))
    assert find_line(top, "新会区").records_below == 3


def test_page_shows_former_name_and_no_station_before_opening(city: Any, client: Client) -> None:
    sign_in_client(client, city["operator"])
    actions.rename_station(station=city["南安村"], name="南安村退役军人之家", by=None, on=DAY)
    url = reverse("staff:network-station", args=[city["南安村"].pk])
    assert "南安村退役军人服务站</h1>" in client.get(f"{url}?day={BEFORE}").content.decode()
    assert "南安村退役军人之家</h1>" in client.get(f"{url}?day={DAY}").content.decode()
    assert "这一天没有这个服务站" in client.get(f"{url}?day=2018-01-01").content.decode()
    assert "day" in client.get(f"{url}?day=不是日期").context["form"].errors


def test_network_page_query_count_is_constant(city: Any, client: Client, same_queries: Any) -> None:
    sign_in_client(client, city["operator"])

    def grow() -> None:
        for number in range(203, 215):
            make_veteran(station=open_village(f"新村{number}", number))

    url = reverse("staff:network-station", args=[city["睦洲镇"].pk])
    same_queries(f"{url}?day={BEFORE}", grow)


def test_merge_shows_consequences_before_confirmation(city: Any, client: Client) -> None:
    sign_in_client(client, city["operator"])
    make_staff(city["南安村"])
    form_data = {"into": city["北安村"].pk, "on": f"{DAY}"}
    response = client.post(change_url(city["南安村"], "merge"), form_data)
    assert ("转走的档案", "3 份") in response.context["preview"]
    assert any(
        label == "结束的任职" and value.startswith("1 项") for label, value in response.context["preview"]
    )
    assert not RecordMove.objects.exists()
    client.post(change_url(city["南安村"], "merge"), form_data | {"sure": "1"})
    assert RecordMove.objects.count() == 3
    assert Station.objects.get(pk=city["南安村"].pk).succeeded_by == city["北安村"]


def test_invalid_merge_keeps_input_with_error(city: Any, client: Client) -> None:
    sign_in_client(client, city["operator"])
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = client.post(
        change_url(city["南安村"], "merge"), {"into": city["北安村"].pk, "on": f"{tomorrow}"}
    )
    assert "生效日期不能晚于今天" in answer.content.decode()
    assert f'value="{tomorrow}"' in answer.content.decode()


def test_every_change_works_through_its_page(city: Any, client: Client) -> None:
    sign_in_client(client, city["operator"])
    town, south = city["睦洲镇"], city["南安村"]
    region = Region.objects.create(code="440705109209", name="东安村", level="village", parent=town.region)
    client.post(
        change_url(town, "open"), {"name": "东安村退役军人服务站", "region": region.pk, "on": f"{DAY}"}
    )
    east = Station.objects.get(region=region)
    assert (east.level, east.get_parent(), east.opened_on) == (StationLevel.VILLAGE, town, DAY)
    client.post(change_url(east, "rename"), {"name": "东安新村退役军人服务站", "on": f"{DAY}"})
    contact = {"address": "村口1号", "phone": "0750-1234567", "opening_hours": "周一至周五"}
    client.post(change_url(east, "contact"), contact)
    east.refresh_from_db()
    assert (east.name, east.address) == ("东安新村退役军人服务站", "村口1号")
    client.post(change_url(east, "close"), {"into": town.pk, "on": f"{DAY}", "sure": "1"})
    client.post(change_url(south, "merge"), {"into": city["北安村"].pk, "on": f"{DAY}", "sure": "1"})
    split = {"name": "南安村服务站", "level": "village", "regions": [south.region_id], "on": f"{DAY}"}
    response = client.post(change_url(city["北安村"], "split"), split)
    assert ("转走的档案", "3 份") in response.context["preview"]
    client.post(change_url(city["北安村"], "split"), split | {"sure": "1"})
    assert Station.objects.get(name="南安村服务站").veterans.count() == 3


CITY_ONLY = ("open", "rename", "merge", "split", "close")


@pytest.mark.parametrize("place", ["睦洲镇", "司前镇", "新会区"])
@pytest.mark.parametrize("role", StationRole)
def test_only_city_operator_changes_network(city: Any, client: Client, place: Any, role: Any) -> None:
    sign_in_client(client, make_staff(city[place], role))
    for change in CITY_ONLY:
        assert client.get(change_url(city["睦洲镇"], change)).status_code == 403
        assert client.post(change_url(city["睦洲镇"], change), {"sure": "1"}).status_code == 403
    own = place != "司前镇" and role == StationRole.HEAD
    assert client.get(change_url(city["睦洲镇"], "contact")).status_code == (200 if own else 403)


@pytest.mark.parametrize(
    ("place", "status"), [("睦洲镇", 200), ("新会区", 200), ("司前镇", 403), ("南安村", 403)]
)
def test_staff_see_only_own_subtree(city: Any, client: Client, place: Any, status: Any) -> None:
    sign_in_client(client, make_staff(city[place]))
    for name in ("network-station", "network-staff"):
        assert client.get(reverse(f"staff:{name}", args=[city["睦洲镇"].pk])).status_code == status
    assert client.get(reverse("staff:network")).status_code == 200


def test_veterans_and_employers_see_no_network(city: Any, client: Client) -> None:
    person, member = make_user("陈建国"), make_user("单位经办")
    make_veteran(station=city["睦洲镇"], account=person)
    make_employer(member=member)
    urls = [
        reverse("staff:network"),
        reverse("staff:network-station", args=[city["睦洲镇"].pk]),
        reverse("staff:network-staff", args=[city["睦洲镇"].pk]),
        change_url(city["睦洲镇"], "merge"),
    ]
    for url in urls:
        assert client.get(url).status_code == 302
    for user in (person, member):
        sign_in_client(client, user)
        assert {client.get(url).status_code for url in urls} == {403}


def test_staff_of_two_stations_find_both(city: Any, client: Client) -> None:
    user = make_staff(city["睦洲镇"])
    user.appointments.create(station=city["司前镇"], role=StationRole.CLERK)
    sign_in_client(client, user)
    text = client.get(reverse("staff:network")).content.decode()
    assert "睦洲镇退役军人服务站</h1>" in text
    assert "司前镇退役军人服务站</a>" in text
