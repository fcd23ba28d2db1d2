"""Telling somebody something, once, and what they have read. The messages are a log of their own, so that
none of this stands in the event log as well.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.enums import NotificationKind
from portal.notifications.models import Notification

TEXT_LENGTH = 200


def notify(*, user: User, kind: NotificationKind, text: str, key: str, url: str = "") -> Notification | None:
    """Leave a message for `user`; None when the same `key` was told before.

    Args:
        text: one sentence without sensitive values; cut at 200 characters.
        key: what it is about, e.g. 'position.12.expires.2026-12-24'; at most 120 characters.
        url: a path of the portal, '' for none.
    """
    text = text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…"
    notice, is_new = Notification.objects.get_or_create(
        user=user, key=key, defaults={"kind": kind, "text": text, "url": url}
    )
    return notice if is_new else None


def notify_all(*, users: Iterable[User], kind: NotificationKind, text: str, key: str, url: str = "") -> int:
    """`notify` for several people; how many were told now."""
    return sum(notify(user=user, kind=kind, text=text, key=key, url=url) is not None for user in users)


@transaction.atomic
def mark_read(*, by: User, notice: Notification | None = None) -> int:
    """Note that `by` has read one message of theirs, or all of them; how many were unread."""
    rows = Notification.objects.visible_to(by).unread()
    if notice is not None:
        rows = rows.filter(pk=notice.pk)
    return rows.update(read_at=timezone.now())
