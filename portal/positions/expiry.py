"""Periodic jobs around the end of a position: expire it, and remind its employer a week before.

No page depends on these jobs: whether a position is open is computed at query time.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.positions.enums import PUBLISHED_STATES
from portal.positions.lifecycle import can_be_renewed
from portal.positions.models import Position
from portal.positions.notifications import notify_employer
from portal.positions.transitions import take_step

REMIND_BEFORE = timedelta(days=7)
MAX_ROWS_PER_RUN = 1_000


def expire_due() -> int:
    """Expire the positions past their last day, the longest overdue first.

    Returns:
        The number of expired positions.
    """
    now = timezone.now()
    due = Position.objects.filter(state__in=PUBLISHED_STATES, expires_at__lte=now)
    keys = due.order_by("expires_at", "pk").values_list("pk", flat=True)[:MAX_ROWS_PER_RUN]
    return sum(_expire(pk) for pk in list(keys))


@transaction.atomic
def _expire(pk: int) -> bool:
    rows = Position.objects.select_for_update(of=("self",)).with_details()
    position = rows.filter(pk=pk, state__in=PUBLISHED_STATES, expires_at__lte=timezone.now()).first()
    if position is None:  # renewed or closed meanwhile
        return False
    take_step(position, None, "expire")
    _notify_employer(position, f"“{position.title}”已到期，不再公开。招到人了吗？", "expired")
    return True


def remind_of_expiry() -> int:
    """Remind employers of positions that end within a week, once for each end date.

    Returns:
        The number of notifications.
    """
    now = timezone.now()
    ending = Position.objects.open_at(now).filter(expires_at__lte=now + REMIND_BEFORE)
    count = 0
    for position in ending.with_details().order_by("expires_at", "pk").iterator(500):
        assert position.expires_at is not None
        day = timezone.localdate(position.expires_at)
        hint = "还要招人可以续期。" if can_be_renewed(position, now) else "还要招人请核对内容后重新提交审核。"
        text = f"“{position.title}”{day.month}月{day.day}日到期。{hint}"
        count += _notify_employer(position, text, "expires")
    return count


def _notify_employer(position: Position, text: str, topic: str) -> int:
    assert position.expires_at is not None
    day = timezone.localdate(position.expires_at)
    return notify_employer(position, text=text, key=f"position.{position.pk}.{topic}.{day}")
