"""Periodic processing of follow-ups: mark the due ones, escalate the overdue ones, notify their clerks.

Run by `portal.core.scheduled_jobs`. Each batch is one transaction and takes only unprocessed rows, so a run
may be interrupted, repeated or days late; each event has the day that it counts for.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from portal.accounts.models import Appointment
from portal.accounts.roles import Permission
from portal.follow_ups.enums import FollowUpEventKind
from portal.follow_ups.models import Cover, FollowUp, FollowUpEvent
from portal.follow_ups.schedule import ESCALATE_AFTER_DAYS
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.notifications.models import Notification
from portal.stations.models import Station

BATCH_SIZE = 100
_ESCALATION_PERIOD = timedelta(days=ESCALATE_AFTER_DAYS)


def process_due_follow_ups() -> str | None:
    """Process everything due by today; return a summary, or None when there was nothing to do."""
    today = timezone.localdate()
    due_count, escalated_count = _process_batches(mark_due, today), _process_batches(escalate, today)
    notified_count = notify_clerks(today)
    if not (due_count or escalated_count or notified_count):
        return None
    return f"{due_count} fell due, {escalated_count} moved up, {notified_count} told"


def _process_batches(process_batch: Callable[[date], int], day: date) -> int:
    total = 0
    while count := process_batch(day):
        total += count
    return total


@transaction.atomic
def mark_due(day: date) -> int:
    """Log for a batch of follow-ups that their call day has come; return its size."""
    due = FollowUp.objects.due(day).filter(fell_due_at=None).select_for_update(skip_locked=True)
    follow_ups, now = list(due[:BATCH_SIZE]), timezone.now()
    FollowUpEvent.objects.bulk_create(
        FollowUpEvent(
            follow_up=follow_up,
            kind=FollowUpEventKind.FELL_DUE,
            at=now,
            on=follow_up.call_on,
            station_id=follow_up.station_id,
        )
        for follow_up in follow_ups
    )
    FollowUp.objects.filter(pk__in=[row.pk for row in follow_ups]).update(fell_due_at=now, updated_at=now)
    return len(follow_ups)


@transaction.atomic
def escalate(day: date) -> int:
    """Move a batch of overdue follow-ups to the station above; return its size.

    Overdue: for ESCALATE_AFTER_DAYS since the call day and since the present station has them. One that is
    overdue for longer comes again in the next batch.
    """
    latest, now = day - _ESCALATION_PERIOD, timezone.now()
    follow_ups = list(
        FollowUp.objects.pending()
        .filter(Q(owned_since=None) | Q(owned_since__lte=latest), call_on__lte=latest, station__depth__gt=1)
        .select_related("station")
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True)[:BATCH_SIZE]
    )
    parent_paths = {_parent_path(follow_up.station) for follow_up in follow_ups}
    parents = dict(Station.objects.filter(path__in=parent_paths).values_list("path", "pk"))
    events = []
    for follow_up in follow_ups:
        on = max(follow_up.call_on, follow_up.owned_since or follow_up.call_on) + _ESCALATION_PERIOD
        follow_up.station_id = parents[_parent_path(follow_up.station)]
        follow_up.escalation_level, follow_up.owned_since = follow_up.escalation_level + 1, on
        follow_up.clerk, follow_up.updated_at = None, now
        events.append(
            FollowUpEvent(
                follow_up=follow_up,
                kind=FollowUpEventKind.ESCALATED,
                at=now,
                on=on,
                station_id=follow_up.station_id,
            )
        )
    FollowUp.objects.bulk_update(
        follow_ups, ["station", "escalation_level", "owned_since", "clerk", "updated_at"]
    )
    FollowUpEvent.objects.bulk_create(events)
    return len(follow_ups)


def _parent_path(station: Station) -> str:
    return str(station.path[: -Station.steplen])


def notify_clerks(day: date) -> int:
    """Send each clerk one notification of follow-ups that fell due on `day` and one of escalated ones.

    Returns:
        The number of notifications sent now; earlier ones of the day are not repeated.
    """
    start = timezone.make_aware(datetime.combine(day, time.min))
    events = FollowUpEvent.objects.filter(at__gte=start, at__lt=start + timedelta(days=1)).order_by()
    due = events.filter(kind=FollowUpEventKind.FELL_DUE).values_list("follow_up__clerk", "follow_up__station")
    escalated = events.filter(kind=FollowUpEventKind.ESCALATED).values_list("station")
    by_clerk: Counter[int] = Counter()
    by_station: Counter[int] = Counter()
    for clerk_id, station_id, n in due.annotate(n=Count("pk")):
        (by_clerk if clerk_id else by_station)[clerk_id or station_id] += n
    due_counts = _count_by_user(by_clerk, by_station, day)
    count = _notify(due_counts, "{} 个回访今天到期，请联系。", f"duties.due.{day}")
    escalated_counts = _count_by_user(Counter(), Counter(dict(escalated.annotate(n=Count("pk")))), day)
    return count + _notify(
        escalated_counts, "{} 个逾期的回访上报到您的服务站，请安排联系。", f"duties.raised.{day}"
    )


def _count_by_user(by_clerk: Counter[int], by_station: Counter[int], day: date) -> Counter[int]:
    """Return follow-ups by user id. A clerk's go to the clerk or the cover; a station's to all of its staff,
    or to the staff of the nearest station above that has any.
    """
    if not by_clerk and not by_station:
        return Counter()
    staff: dict[str, set[int]] = {}
    appointments = (
        Appointment.objects.current(day).with_permission(Permission.OPEN_RECORDS).filter(user__is_active=True)
    )
    for path, user_id in appointments.values_list("station__path", "user"):
        staff.setdefault(path, set()).add(user_id)
    covers = dict(Cover.objects.on(day).values_list("clerk", "cover"))
    counts: Counter[int] = Counter()
    for clerk_id, count in by_clerk.items():
        counts[covers.get(clerk_id, clerk_id)] += count
    for pk, path in Station.objects.filter(pk__in=by_station).values_list("pk", "path"):
        nearest = path
        while nearest and nearest not in staff:
            nearest = nearest[: -Station.steplen]
        for user_id in staff.get(nearest, ()):
            counts[user_id] += by_station[pk]
    return counts


@transaction.atomic
def _notify(counts: Counter[int], template: str, key: str) -> int:
    """Notify users who have no notification with this key yet; return their number."""
    notified = set(Notification.objects.filter(key=key, user__in=counts).values_list("user", flat=True))
    notifications = [
        Notification(
            user_id=user_id,
            kind=NotificationKind.PLACEMENT,
            text=template.format(count),
            target=NotificationTarget.FOLLOW_UPS,
            key=key,
        )
        for user_id, count in sorted(counts.items())
        if user_id not in notified
    ]
    Notification.objects.bulk_create(notifications, batch_size=500, ignore_conflicts=True)
    return len(notifications)
