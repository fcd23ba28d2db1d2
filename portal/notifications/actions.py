"""Send notifications inside the portal, each once, and mark them as read.

The rows are a log of their own, so the audit log holds none of this.
"""

from collections.abc import Iterable
from typing import Literal

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.notifications.models import Notification

TEXT_LENGTH = 200


def notify(
    *,
    user: User,
    kind: NotificationKind,
    text: str,
    key: str,
    target: NotificationTarget | Literal[""] = "",
    target_id: int | None = None,
    target_query: str = "",
) -> Notification | None:
    """Send a notification to `user` unless one with the same `key` was sent before.

    Args:
        text: one sentence without sensitive values; cut at 200 characters.
        key: identifies the event, e.g. 'position.12.expires.2026-12-24'; at most 120 characters.
        target: the page that the notification leads to, '' for none.
        target_id: primary key of the object on that page.
        target_query: query string of a search, at most 191 characters; for SEARCH_RESULTS only.

    Returns:
        The new notification, or None when the key was used before.
    """
    text = text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…"
    notification, is_new = Notification.objects.get_or_create(
        user=user,
        key=key,
        defaults={
            "kind": kind,
            "text": text,
            "target": target,
            "target_id": target_id,
            "target_query": target_query,
        },
    )
    return notification if is_new else None


def notify_all(
    *,
    users: Iterable[User],
    kind: NotificationKind,
    text: str,
    key: str,
    target: NotificationTarget | Literal[""] = "",
    target_id: int | None = None,
) -> int:
    """Call `notify` for several users; return how many notifications are new."""
    return sum(
        notify(user=user, kind=kind, text=text, key=key, target=target, target_id=target_id) is not None
        for user in users
    )


@transaction.atomic
def mark_read(*, by: User, notification: Notification | None = None) -> int:
    """Mark one notification of `by`, or all of them, as read; return how many were unread."""
    rows = Notification.objects.visible_to(by).unread()
    if notification is not None:
        rows = rows.filter(pk=notification.pk)
    return rows.update(read_at=timezone.now())
