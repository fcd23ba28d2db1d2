"""A message is told once, to one person, and read by nobody else."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.notifications.actions import mark_read, notify, notify_all
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.notifications.models import Notification
from tests.factories import make_user
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


def notify_user(user: Any, key: str = "a", **fields: Any) -> Notification | None:
    return notify(user=user, kind=NotificationKind.POSITION, text="岗位“电工”三天后到期。", key=key, **fields)


def test_same_key_notifies_each_user_once() -> None:
    one, other = make_user(), make_user()
    assert notify_user(one) is not None
    assert notify_user(one) is None
    assert notify_all(users=[one, other], kind=NotificationKind.POSITION, text="同", key="a") == 1
    assert Notification.objects.count() == 2


def test_long_text_is_cut_at_the_limit() -> None:
    notification = notify(user=make_user(), kind=NotificationKind.SEARCH, text="好" * 300, key="a")
    assert len(require(notification).text) == 200
    assert require(notification).text.endswith("…")


@pytest.mark.parametrize(
    "fields",
    [
        {"target": "//evil.example/"},
        {"target": "https://evil.example/"},
        {"target": "", "target_id": 1},
        {"target": NotificationTarget.FOLLOW_UPS, "target_query": "//evil.example/"},
    ],
)
def test_target_outside_the_portal_is_refused(fields: dict) -> None:
    user = make_user()
    with transaction.atomic(), pytest.raises(IntegrityError):
        notify_user(user, **fields)


def test_notification_is_read_by_its_recipient_alone(client: Client) -> None:
    one, other = make_user(), make_user()
    notification = notify_user(
        one, target=NotificationTarget.SEARCH_RESULTS, target_query="q=%E7%94%B5%E5%B7%A5"
    )
    client.force_login(other)
    assert client.post(reverse("public:notification", args=[require(notification).pk])).status_code == 404
    assert client.get(reverse("public:notifications")).content.decode().count("电工") == 0
    client.force_login(one)
    page = client.get(reverse("public:notifications")).content.decode()
    assert "条未读" in page
    answer = client.post(reverse("public:notification", args=[require(notification).pk]))
    assert answer["Location"] == "/search/?q=%E7%94%B5%E5%B7%A5"
    assert "条未读" not in client.get(reverse("public:notifications")).content.decode()
    require(notification).refresh_from_db()
    assert require(notification).read_at is not None


def test_all_notifications_are_marked_read() -> None:
    one, other = make_user(), make_user()
    for key in "abc":
        notify_user(one, key)
    notify_user(other)
    assert mark_read(by=one) == 3
    assert Notification.objects.unread().count() == 1


def test_longer_list_takes_no_more_queries(client: Client, same_queries: Any) -> None:
    user = make_user()
    notify_user(user, "first")
    client.force_login(user)
    same_queries(reverse("public:notifications"), lambda: [notify_user(user, f"{n}") for n in range(30)])
