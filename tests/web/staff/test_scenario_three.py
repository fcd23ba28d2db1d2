"""Scenario 3: a clerk of 睦洲镇 does the day's work and has no access to veterans of 司前镇."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, Appointment
from portal.fairs.models import Registration
from portal.follow_ups.enums import FollowUpState
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from tests.factories import make_fair, make_position

pytestmark = [pytest.mark.django_db, pytest.mark.must("walks.3")]


@pytest.fixture
def desk(towns: Any, client_for: Any) -> Any:
    return client_for(towns.clerk)


def _html(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["day", "veterans", "placements"])
def test_lists_hold_only_own_town(towns: Any, desk: Any, name: Any) -> None:
    html = _html(desk.get(reverse(f"staff:{name}")))
    assert "陈建国" in html
    assert "黄志明" not in html


def test_search_does_not_find_neighbour(towns: Any, desk: Any) -> None:
    def count_results(name: Any, words: Any) -> int:
        return desk.get(reverse(f"staff:{name}"), {"q": words}).context["page"].paginator.count

    for words in (towns.theirs.name, towns.theirs.phone, towns.theirs.id_last4):
        assert count_results("veterans", words) == (towns.ours.id_last4 == words)
    for words in (towns.ours.name, towns.ours.phone, towns.ours.id_last4):
        assert count_results("veterans", words) == 1
    assert (count_results("placements", "黄志明"), count_results("placements", "陈建国")) == (0, 1)


def test_direct_url_is_refused_and_visible_to_owner(towns: Any, desk: Any) -> None:
    assert desk.get(reverse("staff:veteran", args=[towns.theirs.pk])).status_code == 403
    row = AccessLog.objects.get()
    assert (row.actor, row.file_id, row.kind) == (towns.clerk, towns.theirs.pk, AccessKind.REFUSED)


@pytest.mark.parametrize("name", ["veteran-reveal", "veteran-register", "veteran-declare"])
def test_actions_on_neighbours_veterans_are_refused(towns: Any, desk: Any, name: Any) -> None:
    data = {
        "field": "phone",
        "reason": "核对",
        "fair": make_fair().pk,
        "position": make_position().pk,
    }
    url = reverse(f"staff:{name}", args=[towns.theirs.pk])
    assert desk.post(url, data).status_code == 403
    assert not Registration.objects.exists()
    assert Placement.objects.filter(veteran=towns.theirs).count() == 1
    assert not AccessLog.objects.filter(kind=AccessKind.REVEAL).exists()


def test_follow_ups_and_placements_of_neighbours_are_not_found(towns: Any, desk: Any) -> None:
    for name, pk in (
        ("follow-up", towns.their_call.pk),
        ("placement", towns.their_intention.pk),
        ("placement-correct", towns.their_intention.pk),
    ):
        assert desk.post(reverse(f"staff:{name}", args=[pk]), {}).status_code == 404
    towns.their_intention.refresh_from_db()
    assert towns.their_intention.state == PlacementState.INTENDED


def test_two_unsuccessful_calls_then_interview(towns: Any, desk: Any) -> None:
    url = reverse("staff:follow-up", args=[towns.our_call.pk])
    for tries in (1, 2):
        page = desk.post(url, {"outcome": "not_reached", "note": "无人接听"}, follow=True)
        assert "还会留在清单里" in _html(page)
        towns.our_call.refresh_from_db()
        assert (towns.our_call.tries, towns.our_call.state) == (tries, FollowUpState.PENDING)
    today = timezone.localdate()
    desk.post(url, {"outcome": "reached", "step": "interview", "on": today, "note": "已去面试"})
    towns.our_call.refresh_from_db()
    towns.our_intention.refresh_from_db()
    assert towns.our_call.state == FollowUpState.DONE
    assert towns.our_intention.state == PlacementState.INTERVIEWED
    assert towns.our_intention.follow_ups.filter(state=FollowUpState.PENDING).count() == 1


def test_future_date_is_refused_with_input_kept(towns: Any, desk: Any) -> None:
    url = reverse("staff:follow-up", args=[towns.our_call.pk])
    tomorrow = timezone.localdate() + timedelta(days=1)
    html = _html(
        desk.post(url, {"outcome": "reached", "step": "interview", "on": tomorrow, "note": "约了明天"})
    )
    assert "不能晚于今天" in html
    assert "约了明天" in html
    towns.our_call.refresh_from_db()
    assert (towns.our_call.tries, towns.our_call.state) == (0, FollowUpState.PENDING)


def test_transferred_clerk_is_refused_and_logged_at_once(towns: Any, client_for: Any) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Appointment.objects.filter(user=towns.clerk).update(ends_on=yesterday)
    Appointment.objects.create(
        user=towns.clerk, station=towns.stations["司前镇"], role="clerk", starts_on=yesterday
    )
    response = client_for(towns.clerk)
    assert response.get(reverse("staff:veteran", args=[towns.ours.pk])).status_code == 403
    assert AccessLog.objects.get().kind == AccessKind.REFUSED
    assert "黄志明" in _html(response.get(reverse("staff:veterans")))
