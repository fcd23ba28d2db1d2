"""When a retention call falls due, the person is asked in the portal as well: one message for each duty."""

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
from portal.placements.workflow import IN_POST_STATES

_KEY = "confirmations.duty."
# A duty that is older was either answered by a call or is the station's to pursue.
LATEST = timedelta(days=30)


def ask_who_is_due() -> int:
    """Leave a message for everybody with an account whose retention call is due and who said nothing since;
    how many. May be cut off and run again: what was told is not told twice.
    """
    today = timezone.localdate()
    answered = Answer.objects.filter(
        placement=OuterRef("placement"), side=Side.VETERAN, at__date__gte=OuterRef("due_on")
    )
    told = Notification.objects.filter(
        user=OuterRef("placement__veteran__account"), key=OuterRef("notice_key")
    )
    due = (
        FollowUp.objects.filter(
            state=FollowUpState.PENDING,
            kind__in=RETENTION_KINDS,
            call_on__lte=today,
            call_on__gt=today - LATEST,
            placement__state__in=IN_POST_STATES,
            placement__veteran__account__is_active=True,
        )
        .annotate(notice_key=Concat(Value(_KEY), Cast(F("pk"), CharField()), output_field=CharField()))
        .filter(~Exists(answered), ~Exists(told))
        .select_related("placement__veteran__account", "placement__position__employer")
        .order_by("pk")
    )
    count = 0
    for duty in due.iterator(500):
        account = duty.placement.veteran.account
        if account is None:
            continue
        employer = duty.placement.position.employer.name
        notice = notify(
            user=account,
            kind=NotificationKind.PLACEMENT,
            text=f"您在{employer}的工作还顺利吗？请点开告诉我们：还在岗吗，满意吗。",
            key=f"{_KEY}{duty.pk}",
            target=NotificationTarget.PLACEMENT_CONFIRMATION,
            target_id=duty.placement_id,
        )
        count += notice is not None
    return count
