"""What time does to follow-ups: they fall due, and move up one level of the network for each week that they
are overdue. The clock runs it (`portal.core.scheduled_jobs`); lists ask the dates and wait for nothing here.

Each batch is one transaction and takes only what no earlier one took, so that a run can be cut off anywhere,
run twice, or come days late: nothing is lost or done twice, and each event says the day that it counts for.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from portal.accounts.models import Appointment
from portal.accounts.roles import Permission
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.notifications.models import Notification
from portal.placements.enums import DutyEventKind
from portal.placements.models import Cover, FollowUp, FollowUpEvent
from portal.placements.workflow import ESCALATE_AFTER_DAYS
from portal.stations.models import Station

BATCH = 100
_OVERDUE = timedelta(days=ESCALATE_AFTER_DAYS)


def run() -> str | None:
    """All that is due by today; says what was done, None when there was nothing."""
    today = timezone.localdate()
    fell, raised = _all(fall_due, today), _all(escalate, today)
    told = tell(today)
    return f"{fell} fell due, {raised} moved up, {told} told" if fell or raised or told else None


def _all(batch: Callable[[date], int], day: date) -> int:
    done = 0
    while n := batch(day):
        done += n
    return done


@transaction.atomic
def fall_due(day: date) -> int:
    """Note of a batch of calls that their day has come; how many."""
    due = FollowUp.objects.due(day).filter(fell_due_at=None).select_for_update(skip_locked=True)
    calls, now = list(due[:BATCH]), timezone.now()
    FollowUpEvent.objects.bulk_create(
        FollowUpEvent(
            follow_up=call, kind=DutyEventKind.FELL_DUE, at=now, on=call.call_on, station_id=call.station_id
        )
        for call in calls
    )
    FollowUp.objects.filter(pk__in=[call.pk for call in calls]).update(fell_due_at=now, updated_at=now)
    return len(calls)


@transaction.atomic
def escalate(day: date) -> int:
    """Give a batch of calls that are overdue for a week, by their day or since the present station has them,
    to the station above; how many. One that is overdue for longer comes again in the next batch.
    """
    long_ago, now = day - _OVERDUE, timezone.now()
    calls = list(
        FollowUp.objects.pending()
        .filter(
            Q(owned_since=None) | Q(owned_since__lte=long_ago), call_on__lte=long_ago, station__depth__gt=1
        )
        .select_related("station")
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True)[:BATCH]
    )
    above = dict(
        Station.objects.filter(path__in={_path_above(call.station) for call in calls}).values_list(
            "path", "pk"
        )
    )
    events = []
    for call in calls:
        on = max(call.call_on, call.owned_since or call.call_on) + _OVERDUE
        call.station_id = above[_path_above(call.station)]
        call.raised, call.owned_since, call.clerk, call.updated_at = call.raised + 1, on, None, now
        events.append(
            FollowUpEvent(
                follow_up=call, kind=DutyEventKind.ESCALATED, at=now, on=on, station_id=call.station_id
            )
        )
    FollowUp.objects.bulk_update(calls, ["station", "raised", "owned_since", "clerk", "updated_at"])
    FollowUpEvent.objects.bulk_create(events)
    return len(calls)


def _path_above(station: Station) -> str:
    return str(station.path[: -Station.steplen])


def tell(day: date) -> int:
    """One message for everybody to whom calls fell due on this day, one for those to whom overdue ones came;
    how many were told now.
    """
    start = timezone.make_aware(datetime.combine(day, time.min))
    events = FollowUpEvent.objects.filter(at__gte=start, at__lt=start + timedelta(days=1)).order_by()
    fell = events.filter(kind=DutyEventKind.FELL_DUE).values_list("follow_up__clerk", "follow_up__station")
    raised = events.filter(kind=DutyEventKind.ESCALATED).values_list("station")
    by_name: Counter[int] = Counter()
    at_station: Counter[int] = Counter()
    for clerk, station, n in fell.annotate(n=Count("pk")):
        (by_name if clerk else at_station)[clerk or station] += n
    due = _by_person(by_name, at_station, day)
    told = _notify(due, "{} 个回访今天到期，请联系。", f"duties.due.{day}")
    up = _by_person(Counter(), Counter(dict(raised.annotate(n=Count("pk")))), day)
    return told + _notify(up, "{} 个逾期的回访上报到您的服务站，请安排联系。", f"duties.raised.{day}")


def _by_person(by_name: Counter[int], at_station: Counter[int], day: date) -> Counter[int]:
    """Calls of each person (by number): by name, or of whom they cover; those at a station are everybody's
    there or, where nobody is, at the nearest one above.
    """
    if not by_name and not at_station:
        return Counter()
    people: dict[str, set[int]] = {}
    posts = (
        Appointment.objects.current(day).with_permission(Permission.OPEN_RECORDS).filter(user__is_active=True)
    )
    for path, user in posts.values_list("station__path", "user"):
        people.setdefault(path, set()).add(user)
    covers = dict(Cover.objects.on(day).values_list("clerk", "cover"))
    counts: Counter[int] = Counter()
    for clerk, n in by_name.items():
        counts[covers.get(clerk, clerk)] += n
    for pk, path in Station.objects.filter(pk__in=at_station).values_list("pk", "path"):
        nearest = path
        while nearest and nearest not in people:
            nearest = nearest[: -Station.steplen]
        for user in people.get(nearest, ()):
            counts[user] += at_station[pk]
    return counts


@transaction.atomic
def _notify(counts: Counter[int], words: str, key: str) -> int:
    """Tell those who were not told under this key, with their count; how many."""
    known = set(Notification.objects.filter(key=key, user__in=counts).values_list("user", flat=True))
    fresh = [
        Notification(
            user_id=user,
            kind=NotificationKind.PLACEMENT,
            text=words.format(n),
            target=NotificationTarget.FOLLOW_UPS,
            key=key,
        )
        for user, n in sorted(counts.items())
        if user not in known
    ]
    Notification.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return len(fresh)
