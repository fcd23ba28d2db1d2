"""The door and the booths: who serves, what a scan says, and that sending twice changes nothing."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.fairs.enums import RegistrationState
from portal.fairs.models import CheckIn, DoorShift
from portal.placements.models import Placement
from tests.factories import (
    make_booth,
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> Any:
    return make_fair()


@pytest.fixture
def registration(fair: Any) -> Any:
    return make_registration(fair, make_veteran(name="陈建国"))


@pytest.fixture
def door(client_for: Any) -> Any:
    return client_for(make_staff(make_stations()["新会区"], StationRole.CLERK))


def _scan(door: Any, fair: Any, code: Any) -> str:
    return door.post(reverse("door:check-in", args=[fair.pk]), {"code": str(code)}).content.decode()


def test_second_scan_of_a_ticket_shows_the_first_time(door: Any, fair: Any, registration: Any) -> None:
    first = _scan(door, fair, registration.ticket)
    assert "可以入场" in first
    assert "陈*国" in first
    assert "陈建国" not in first
    assert "已入场" in _scan(door, fair, registration.number)
    assert CheckIn.objects.count() == 1


def test_invalid_ticket_shows_reason(door: Any, fair: Any, registration: Any) -> None:
    other = make_registration(make_fair(), make_veteran())
    assert "没有找到" in _scan(door, fair, other.ticket)
    assert "没有找到" in _scan(door, fair, "不是票号")
    registration.state = RegistrationState.CANCELLED
    registration.save()
    assert "已取消" in _scan(door, fair, registration.ticket)
    assert not CheckIn.objects.exists()


def test_visitors_without_a_ticket_are_counted_by_kind(door: Any, fair: Any) -> None:
    url = reverse("door:visitor", args=[fair.pk])
    door.post(url, {"kind": "family"})
    door.post(url, {"kind": "family"})
    refusal = door.post(url, {"kind": "veteran"})
    assert refusal.status_code == 400
    assert "“kind”" in refusal.content.decode()
    assert CheckIn.objects.filter(kind="family").count() == 2


def test_intention_submitted_twice_is_stored_once(door: Any, fair: Any, registration: Any) -> None:
    position = make_position()
    booth = make_booth(fair, position)
    url = f"{reverse('door:intention', args=[fair.pk])}?booth={booth.pk}"
    data = {"code": registration.number, "position": position.pk, "offline_key": uuid.uuid4()}
    for _ in range(2):
        assert door.post(url, data).status_code == 302
    placement = Placement.objects.get()
    assert (placement.booth, placement.fair) == (booth, fair)
    assert placement.veteran_confirmed_at is not None


def test_unknown_registration_number_shows_field_error(door: Any, fair: Any) -> None:
    position = make_position()
    url = f"{reverse('door:intention', args=[fair.pk])}?booth={make_booth(fair, position).pk}"
    page = door.post(url, {"code": "99", "position": position.pk, "offline_key": uuid.uuid4()})
    assert "code" in page.context["form"].errors
    assert not Placement.objects.exists()


@pytest.mark.parametrize("name", ["scan", "check-in", "visitor", "intention"])
def test_user_without_shift_gets_404(client: Client, client_for: Any, fair: Any, name: Any) -> None:
    url = reverse(f"door:{name}", args=[fair.pk])
    assert client.post(url).headers["Location"].startswith(reverse("public:sign-in"))
    stations = make_stations()
    late = make_user("志愿者")
    DoorShift.objects.create(fair=fair, user=late, day=timezone.localdate() - timedelta(days=1))
    for user in (
        make_veteran(account=make_user()).account,
        make_staff(stations["蓬江区"], StationRole.CLERK),
        make_staff(stations["新会区"], StationRole.AUDITOR),
        late,
    ):
        there = client_for(user)
        answer = there.get(url) if name in {"scan", "intention"} else there.post(url, {"code": "1"})
        assert answer.status_code == 404


def test_helper_with_shift_today_opens_no_record(client_for: Any, fair: Any, registration: Any) -> None:
    helper = make_user("志愿者")
    DoorShift.objects.create(fair=fair, user=helper, day=timezone.localdate())
    there = client_for(helper, second_factor=False)
    assert "可以入场" in _scan(there, fair, registration.ticket)
    assert there.get(reverse("staff:veterans")).status_code == 403


@pytest.mark.parametrize("name", ["fairs", "scan", "intention"])
def test_door_pages_use_constant_number_of_queries(
    door: Any, fair: Any, same_queries: Any, name: Any
) -> None:
    def grow() -> None:
        for _ in range(3):
            make_booth(fair, make_position())
            row = make_registration(fair, make_veteran())
            CheckIn.objects.create(fair=fair, registration=row, by=make_user())
            make_fair()

    grow()
    args = [] if name == "fairs" else [fair.pk]
    same_queries(lambda: door.get(reverse(f"door:{name}", args=args)), grow)
