"""Saved searches: one message a day, once each, of what is open and new."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.core.models import AuditEvent
from portal.notifications.actions import notify
from portal.notifications.models import Notification
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.web.shared.notification_links import notification_url
from search import indexing, saved_searches
from search.facets import Facet
from search.models import SavedSearch
from search.params import SearchParams
from tests.factories import make_position, make_stations, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning() -> datetime:
    """Today at 9:00, and 8:00 is when the searches were last looked at."""
    return timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def user() -> Any:
    return make_user("陈建国")


def keep(user: Any, morning: datetime, **query_args: Any) -> SavedSearch:
    row = saved_searches.save(
        by=user, params=SearchParams(**query_args), name=query_args.get("q") or "找工作"
    )
    SavedSearch.objects.filter(pk=row.pk).update(seen_at=morning - timedelta(hours=1))
    return row


def publish(morning: datetime, title: str, minutes: int = -30, **fields: Any) -> Position:
    position = make_position(
        title=title,
        published_at=morning + timedelta(minutes=minutes),
        expires_at=morning + timedelta(days=30),
        **fields,
    )
    indexing.rebuild()
    return position


def test_a_new_position_is_told_once(user: Any, morning: Any) -> None:
    keep(user, morning, q="电工")
    publish(morning, "维修电工")
    assert saved_searches.notify_new_matches(morning) == 1
    notification = Notification.objects.get(user=user)
    assert notification.text == "“电工”有 1 个新岗位：维修电工。"
    assert notification_url(notification) == "/search/?q=%E7%94%B5%E5%B7%A5"
    assert saved_searches.notify_new_matches(morning + timedelta(hours=1)) == 0
    assert saved_searches.notify_new_matches(morning + timedelta(days=1)) == 0
    assert Notification.objects.count() == 1


def test_all_searches_of_a_person_make_one_message_a_day(user: Any, morning: Any) -> None:
    for words in ("电工", "厨师", "保安"):
        keep(user, morning, q=words)
    publish(morning, "电工")
    publish(morning, "厨师", duties="炒菜。", requirements="")
    assert saved_searches.notify_new_matches(morning) == 1
    text = Notification.objects.get().text
    assert "“电工”有 1 个新岗位：电工。" in text
    assert "另外 1 个保存的搜索有 1 个新岗位。" in text
    assert notification_url(Notification.objects.get()) == "/me/saved-searches/"
    # what comes later the same day waits for the next one
    publish(morning, "保安", minutes=60, duties="巡逻。", requirements="")
    assert saved_searches.notify_new_matches(morning + timedelta(hours=3)) == 0
    assert saved_searches.notify_new_matches(morning + timedelta(days=1)) == 1
    assert "保安" in Notification.objects.all()[0].text


@pytest.mark.parametrize(
    "change",
    [
        {"state": PositionState.PAUSED},
        {"expires_at": timezone.now() - timedelta(days=400)},
        {"published_at": timezone.now() + timedelta(days=3)},
    ],
    ids=["paused", "expired", "not yet"],
)
def test_what_is_not_open_by_then_is_not_told(user: Any, morning: Any, change: Any) -> None:
    keep(user, morning, q="电工")
    position = publish(morning, "电工")
    Position.objects.filter(pk=position.pk).update(**change)  # past the actions: the index still has it
    assert saved_searches.notify_new_matches(morning) == 0
    assert not Notification.objects.exists()


def test_old_positions_and_other_positions_are_no_news(user: Any, morning: Any) -> None:
    keep(user, morning, q="电工", region="440703")
    publish(morning, "电工", minutes=-180)
    publish(morning, "电工")  # in 新会区
    assert saved_searches.notify_new_matches(morning) == 0


def test_a_search_that_would_have_to_be_widened_finds_no_news(user: Any, morning: Any) -> None:
    keep(user, morning, q="电工 潜水")
    keep(user, morning, q="电公")
    publish(morning, "电工", requirements="")
    assert saved_searches.notify_new_matches(morning) == 0


def test_nobody_is_told_at_night_or_who_does_not_want_it(user: Any, morning: Any) -> None:
    row = keep(user, morning, q="电工")
    publish(morning, "电工")
    assert saved_searches.notify_new_matches(morning.replace(hour=6)) == 0
    saved_searches.change(by=user, saved_search=row, name="电工", alerts=False)
    assert saved_searches.notify_new_matches(morning) == 0
    assert not Notification.objects.exists()


def test_a_run_that_is_killed_tells_everybody_once(morning: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [make_user(f"甲{n}") for n in range(4)]
    for person in people:
        keep(person, morning, q="电工")
    publish(morning, "电工")
    texts: list[str] = []
    real = notify

    def dies(**kwargs: Any) -> Any:
        if len(texts) == 2:
            raise RuntimeError("killed")
        texts.append(kwargs["user"])
        return real(**kwargs)

    monkeypatch.setattr(saved_searches, "notify", dies)
    with pytest.raises(RuntimeError, match="killed"):
        saved_searches.notify_new_matches(morning)
    assert Notification.objects.count() == 2
    monkeypatch.setattr(saved_searches, "notify", real)
    assert saved_searches.notify_new_matches(morning) == 2
    assert sorted(Notification.objects.values_list("user", flat=True)) == sorted(
        person.pk for person in people
    )


def test_a_position_that_is_being_published_meanwhile_is_told_the_next_day(user: Any, morning: Any) -> None:
    keep(user, morning, q="电工")
    publish(morning, "电工甲", minutes=-2)  # its transaction may just have ended
    assert saved_searches.notify_new_matches(morning) == 0
    assert saved_searches.notify_new_matches(morning + timedelta(hours=1)) == 1


# --- keeping ---------------------------------------------------------------------------------------------
def test_a_search_is_kept_once(user: Any) -> None:
    first = saved_searches.save(
        by=user, params=SearchParams(q="电工", choices={Facet.SHIFT: ("night", "day")}), name="电工"
    )
    assert (
        saved_searches.save(
            by=user, params=SearchParams(q="电工", choices={Facet.SHIFT: ("night", "day")})
        ).pk
        == first.pk
    )
    assert AuditEvent.objects.filter(verb="search.saved").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedSearch.objects.create(user=user, name="又一个", address=first.address)


def test_too_many_and_nothing_are_refused(user: Any) -> None:
    with pytest.raises(ValidationError, match="请先输入"):
        saved_searches.save(by=user, params=SearchParams())
    for number in range(saved_searches.MAX_SAVED):
        saved_searches.save(by=user, params=SearchParams(q=f"电工{number}"))
    with pytest.raises(ValidationError, match="最多保存"):
        saved_searches.save(by=user, params=SearchParams(q="厨师"))


def test_home_is_known_of_its_owner_alone(user: Any) -> None:
    make_stations()
    assert saved_searches.place_of("home", user) is None
    assert saved_searches.place_of("home", None) is None
    assert saved_searches.place_of("999999", user) is None
