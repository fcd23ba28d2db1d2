"""What time does to posts: those past their last day are put down as expired, and their employers are told
beforehand. Nothing that is shown waits for this: open is judged when somebody asks.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.actions import notify_all
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.positions.enums import PositionState
from portal.positions.lifecycle import can_be_renewed
from portal.positions.models import Position
from portal.positions.transitions import take_step

REMIND_BEFORE = timedelta(days=7)
_A_RUN = 1_000
_RUNNING = (PositionState.OPEN, PositionState.PAUSED)


def expire_due() -> int:
    """Put down as expired what is past its last day, the longest past first; how many."""
    now = timezone.now()
    due = Position.objects.filter(state__in=_RUNNING, expires_at__lte=now).order_by("expires_at", "pk")
    return sum(_expire(pk) for pk in list(due.values_list("pk", flat=True)[:_A_RUN]))


@transaction.atomic
def _expire(pk: int) -> bool:
    rows = Position.objects.select_for_update(of=("self",)).with_details()
    position = rows.filter(pk=pk, state__in=_RUNNING, expires_at__lte=timezone.now()).first()
    if position is None:  # renewed or closed meanwhile
        return False
    take_step(position, None, "expire")
    _tell(position, f"“{position.title}”已到期，不再公开。招到人了吗？", "expired")
    return True


def remind_of_expiry() -> int:
    """Tell employers which of their posts end within a week; each end is told once."""
    now = timezone.now()
    ending = (
        Position.objects.open_at(now)
        .filter(expires_at__lte=now + REMIND_BEFORE)
        .with_details()
        .order_by("expires_at", "pk")
    )
    told = 0
    for position in ending.iterator(500):
        assert position.expires_at is not None
        day = timezone.localdate(position.expires_at)
        how = "还要招人可以续期。" if can_be_renewed(position, now) else "还要招人请核对内容后重新提交审核。"
        told += _tell(position, f"“{position.title}”{day.month}月{day.day}日到期。{how}", "expires")
    return told


def _tell(position: Position, text: str, about: str) -> int:
    assert position.expires_at is not None
    return notify_all(
        users=User.objects.filter(employer_memberships__employer=position.employer_id, is_active=True),
        kind=NotificationKind.POSITION,
        text=text,
        key=f"position.{position.pk}.{about}.{timezone.localdate(position.expires_at)}",
        target=NotificationTarget.POSITION,
        target_id=position.pk,
    )
