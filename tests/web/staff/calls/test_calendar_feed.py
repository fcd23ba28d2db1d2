"""Calendar feed of follow-ups: its events, its secret address, its rate limit."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from portal.accounts.feed_tokens import create_feed_token
from portal.accounts.models import Appointment, FeedToken
from portal.core.models import AuditEvent
from portal.follow_ups.models import FollowUp
from portal.placements import actions
from tests.factories import make_position, make_veteran

pytestmark = pytest.mark.django_db
PAGE = "/desk/calendar/"


def _address(client: Any) -> str:
    html = client.post(PAGE).content.decode()
    match = re.search(r'value="http://localhost:8000(/feeds/duties/[\w-]+\.ics)"', html)
    assert match is not None, html
    return match.group(1)


def _events(client: Any, address: Any) -> list:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/calendar")
    assert "no-store" in response.headers["Cache-Control"]
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


@pytest.fixture
def desk(towns: Any, client_for: Any) -> Any:
    return client_for(towns.clerk)


def test_day_is_one_event_without_personal_data(towns: Any, desk: Any, client: Client) -> None:
    late = timezone.localdate() - timedelta(days=3)
    FollowUp.objects.filter(pk=towns.our_call.pk).update(call_on=late)
    events = _events(client, _address(desk))
    rest = towns.our_intention.follow_ups.exclude(pk=towns.our_call.pk).order_by("call_on")
    today = timezone.localdate()
    assert [event.decoded("dtstart") for event in events] == [today, *rest.values_list("call_on", flat=True)]
    assert events[0]["summary"] == "回访 1 个（逾期 1 个）"
    assert events[1]["summary"] == "回访 1 个"
    assert events[0]["description"] == "陈某 意向回访"
    text = client.get(
        reverse("public:follow-up-calendar", args=[create_feed_token(by=towns.clerk)[1]])
    ).content.decode()
    for secret in (
        "陈建国",
        "黄",
        towns.ours.phone,
        towns.ours.phone[-4:],
        towns.our_intention.position.title,
    ):
        assert secret not in text


def test_events_keep_ids_and_count_many_follow_ups(towns: Any, desk: Any, client: Client) -> None:
    address = _address(desk)
    before = [event["uid"] for event in _events(client, address)]
    for n in range(24):
        placement = actions.declare(
            veteran=make_veteran(name=f"甲{n}"), position=make_position(), by=towns.clerk
        )
        first = placement.follow_ups.earliest("due_on")
        FollowUp.objects.filter(pk=first.pk).update(due_on=timezone.localdate(), call_on=timezone.localdate())
    after = _events(client, address)
    assert set(before) <= {event["uid"] for event in after}
    assert after[0]["summary"] == "回访 25 个"
    assert after[0]["description"].endswith("等 25 个")


def test_feed_token_is_stored_as_hash(towns: Any, desk: Any) -> None:
    secret = _address(desk).split("/")[-1].removesuffix(".ics")
    token = FeedToken.objects.get()
    assert secret not in str(vars(token))
    assert not AuditEvent.objects.filter(data__icontains=secret).exists()
    assert "no-store" in desk.post(PAGE).headers["Cache-Control"]
    assert secret not in desk.get(PAGE).content.decode()


def test_new_address_and_revocation_end_old_address(towns: Any, desk: Any, client: Client) -> None:
    first, second = _address(desk), _address(desk)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert FeedToken.objects.get(revoked_at=None).last_used_at is not None
    assert "最近读取" in desk.get(PAGE).content.decode()
    page = desk.post("/desk/calendar/revoke/", follow=True)
    assert "已停用" in page.content.decode()
    assert client.get(second).status_code == 404
    verbs = AuditEvent.objects.filter(verb__startswith="accounts.feed").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "accounts.feed_made",
        "accounts.feed_revoked",
        "accounts.feed_made",
        "accounts.feed_revoked",
    ]


def test_feed_follows_current_appointment(towns: Any, desk: Any, client: Client) -> None:
    address = _address(desk)
    yesterday = timezone.localdate() - timedelta(days=1)
    Appointment.objects.filter(user=towns.clerk).update(ends_on=yesterday)
    assert client.get(address).status_code == 404
    Appointment.objects.create(
        user=towns.clerk, station=towns.stations["司前镇"], role="clerk", starts_on=yesterday
    )
    assert _events(client, address)[0]["description"] == "黄某 意向回访"
    towns.clerk.is_active = False
    towns.clerk.save()
    assert client.get(address).status_code == 404


def test_feed_address_opens_nothing_else(towns: Any, desk: Any, client: Client) -> None:
    address = _address(desk)
    secret = address.split("/")[-1].removesuffix(".ics")
    client.get(address)
    assert "sessionid" not in client.cookies
    assert client.get(PAGE).status_code == 302
    assert client.get("/api/v1/veterans", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert client.post(address).status_code == 405


def test_feed_is_rate_limited(
    towns: Any, desk: Any, client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.api_tokens.request_counts.time.time", lambda: 60_017.0)
    settings.API_RATES = settings.API_RATES | {"feed": 2, "anonymous": 2}
    address = _address(desk)
    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 429]
    wrong = "/feeds/duties/nobody.ics"
    assert [client.get(wrong).status_code for _ in range(3)] == [404, 404, 429]
    assert int(client.get(wrong).headers["Retry-After"]) <= 60


def test_feed_query_count_is_constant(towns: Any, client: Client, same_queries: Any) -> None:
    address = reverse("public:follow-up-calendar", args=[create_feed_token(by=towns.clerk)[1]])

    def grow() -> None:
        for n in range(15):
            actions.declare(veteran=make_veteran(name=f"甲{n}"), position=make_position(), by=towns.clerk)

    assert same_queries(address, grow, at_most=15) > 2
