"""Reminders in the portal: one notification to the person for each retention follow-up that falls due."""

from datetime import timedelta

from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from portal.confirmations.enums import Side
from portal.confirmations.models import Answer
from portal.follow_ups.enums import FollowUpState
from portal.follow_ups.models import FollowUp
from portal.follow_ups.schedule import RETENTION_KINDS
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.notifications.models import Notification
from portal.placements.workflow import EMPLOYED_STATES

_KEY = "confirmations.duty."
# Older follow-ups were either answered by a call or are the station's to pursue.
MAX_AGE = timedelta(days=30)


def send_reminders() -> int:
    """Notify people with an account whose retention follow-up is due and who have not answered since.

    Safe to interrupt and to repeat: each follow-up is notified once.

    Returns:
        The number of notifications sent.
    """
    today = timezone.localdate()
    answers = Answer.objects.filter(
        placement=OuterRef("placement"), side=Side.VETERAN, at__date__gte=OuterRef("due_on")
    )
    notifications = Notification.objects.filter(
        user=OuterRef("placement__veteran__account"), key=OuterRef("notification_key")
    )
    follow_ups = (
        FollowUp.objects.filter(
            state=FollowUpState.PENDING,
            kind__in=RETENTION_KINDS,
            call_on__lte=today,
            call_on__gt=today - MAX_AGE,
            placement__state__in=EMPLOYED_STATES,
            placement__veteran__account__is_active=True,
        )
        .annotate(notification_key=Concat(Value(_KEY), Cast(F("pk"), CharField()), output_field=CharField()))
        .filter(~Exists(answers), ~Exists(notifications))
        .select_related("placement__veteran__account", "placement__position__employer")
        .order_by("pk")
    )
    count = 0
    for follow_up in follow_ups.iterator(500):
        account = follow_up.placement.veteran.account
        if account is None:
            continue
        employer = follow_up.placement.position.employer.name
        notification = notify(
            user=account,
            kind=NotificationKind.PLACEMENT,
            text=f"您在{employer}的工作还顺利吗？请点开告诉我们：还在岗吗，满意吗。",
            key=f"{_KEY}{follow_up.pk}",
            target=NotificationTarget.PLACEMENT_CONFIRMATION,
            target_id=follow_up.placement_id,
        )
        count += notification is not None
    return count
