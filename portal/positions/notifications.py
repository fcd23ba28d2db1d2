"""Notifications about a position to the members of its employer."""

from portal.accounts.models import User
from portal.notifications.actions import notify_all
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.positions.models import Position


def notify_employer(
    position: Position, *, text: str, key: str, target: NotificationTarget = NotificationTarget.POSITION
) -> int:
    """Notify the active members of the position's employer.

    Args:
        key: idempotency key; a member gets one notification for each key.
        target: the page that the notification links to.

    Returns:
        The number of new notifications.
    """
    members = User.objects.filter(employer_memberships__employer=position.employer_id, is_active=True)
    return notify_all(
        users=members.distinct(),
        kind=NotificationKind.POSITION,
        text=text,
        key=key,
        target=target,
        target_id=position.pk,
    )
