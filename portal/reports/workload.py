"""Workload of follow-up calls by station and by clerk, counted from rows.

A count and the list behind it use the same conditions: `calls_below` limits the people, `call_conditions` the
state, `calls_of_clerk` and `calls_shared_with` the clerk.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.follow_ups.enums import FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpQuerySet
from portal.stations.models import Station, path_range

WEEK = timedelta(days=7)
_STATION_PATH = "placement__veteran__station__path"


class CallState(StrEnum):
    """States that calls are counted in; the values are part of URLs."""

    DUE = "due"
    OVERDUE = "late"
    ESCALATED = "raised"
    UPCOMING = "coming"
    COMPLETED = "made"


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Number of calls in each `CallState`, in the order of its members."""

    due: int = 0
    overdue: int = 0
    escalated: int = 0
    upcoming: int = 0
    completed: int = 0

    def __add__(self, other: "CallCounts") -> "CallCounts":
        return CallCounts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class StationWorkload:
    station: Station
    counts: CallCounts


@dataclass(frozen=True, slots=True)
class ClerkRank:
    """Counts by which a clerk, given by primary key, is ranked.

    due, overdue: calls assigned to the clerk. unassigned: due calls without a clerk at the stations where the
    clerk has an appointment; they count for each colleague there.
    """

    clerk: int
    due: int
    overdue: int
    unassigned: int


@dataclass(frozen=True, slots=True)
class ClerkWorkload:
    """Counts of `ClerkRank` with the clerk, the current appointments, and the calls completed in a week."""

    clerk: User
    appointments: list[Appointment]
    due: int
    overdue: int
    unassigned: int
    completed: int


def call_conditions() -> dict[CallState, Q]:
    """Return the condition of each state.

    Due: by today, among them overdue and escalated. Upcoming: within a week from now. Completed: within the
    last week. The bounds are whole days, so that a number and its list agree all day.
    """
    today = timezone.localdate()
    pending = Q(state=FollowUpState.PENDING)
    due = pending & Q(call_on__lte=today)
    since = timezone.make_aware(datetime.combine(today - WEEK + timedelta(days=1), time.min))
    return {
        CallState.DUE: due,
        CallState.OVERDUE: pending & Q(call_on__lt=today),
        CallState.ESCALATED: due & Q(escalation_level__gt=0),
        CallState.UPCOMING: pending & Q(call_on__gt=today, call_on__lte=today + WEEK),
        CallState.COMPLETED: Q(state=FollowUpState.DONE, done_at__gte=since),
    }


def calls_below(station: Station, user: User, *, own: bool = False) -> FollowUpQuerySet:
    """Return the calls visible to `user` about people of the station's subtree; `own`: of the station only.

    An escalated call counts at the station where the person lives, which did not make it in time.
    """
    visible = FollowUp.objects.visible_to(user)
    if own:
        return visible.filter(**{_STATION_PATH: station.path})
    return visible.filter(path_range(_STATION_PATH, station.path))


def calls_of_clerk(calls: FollowUpQuerySet, clerk: int, state: str) -> FollowUpQuerySet:
    """Limit calls in this state to those of one clerk: assigned to, or completed by."""
    return calls.filter(**{_clerk_field(state): clerk})


def calls_shared_with(calls: FollowUpQuerySet, clerk: int) -> FollowUpQuerySet:
    """Limit calls to those without a clerk at the clerk's own stations. Evaluates three queries."""
    unassigned = calls.filter(clerk=None)
    own_paths = {appointment.station.path for appointment in _appointments([clerk]).get(clerk, [])}
    staffed_paths = _staffed_paths()
    paths = unassigned.order_by().values_list("station__path", flat=True).distinct()
    return unassigned.filter(
        station__path__in=[path for path in paths if _nearest_staffed(path, staffed_paths) in own_paths]
    )


def station_workloads(station: Station, children: Iterable[Station], user: User) -> list[StationWorkload]:
    """Count the station's subtree, then the station's own people, then each child. One query."""
    length = len(station.path) + Station.steplen
    conditions = call_conditions()
    is_counted = conditions[CallState.DUE] | conditions[CallState.UPCOMING] | conditions[CallState.COMPLETED]
    rows = (
        calls_below(station, user)
        .filter(is_counted)  # leaves out years of finished calls
        .order_by()
        .annotate(child=Substr(_STATION_PATH, 1, length))
        .values("child")
        .annotate(**{state: Count("pk", filter=condition) for state, condition in conditions.items()})
        .values_list("child", *CallState)
    )
    counts = {path: CallCounts(*values) for path, *values in rows}
    no_calls = CallCounts()
    return [
        StationWorkload(station, sum(counts.values(), no_calls)),
        StationWorkload(station, counts.get(station.path, no_calls)),
        *(StationWorkload(child, counts.get(child.path, no_calls)) for child in children),
    ]


def rank_clerks(calls: FollowUpQuerySet, people: QuerySet[User]) -> list[ClerkRank]:
    """Rank all clerks by their overdue, then due, then unassigned calls, then by name.

    Five queries. The network has some thousand clerks, so that counts are loaded for ranking, and users and
    appointments by `clerk_workloads` for one page.
    """
    due, overdue = (_count_by_clerk(calls, state) for state in (CallState.DUE, CallState.OVERDUE))
    unassigned = _count_unassigned_by_clerk(calls)
    names = sorted(
        people.values_list("name", "pk"),
        key=lambda row: (-overdue[row[1]], -due[row[1]], -unassigned[row[1]], row),
    )
    return [ClerkRank(pk, due[pk], overdue[pk], unassigned[pk]) for _, pk in names]


def _count_unassigned_by_clerk(calls: FollowUpQuerySet) -> Counter[int]:
    staffed_paths, count_by_path = _staffed_paths(), Counter[str]()
    unassigned = calls.filter(call_conditions()[CallState.DUE], clerk=None).order_by().values("station__path")
    for path, n in unassigned.annotate(n=Count("pk")).values_list("station__path", "n"):
        count_by_path[_nearest_staffed(path, staffed_paths)] += n
    appointments = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS)
    count_by_clerk = Counter[int]()
    for clerk, path in appointments.order_by().values_list("user", "station__path").distinct():
        count_by_clerk[clerk] += count_by_path[path]
    return count_by_clerk


def clerk_workloads(calls: FollowUpQuerySet, ranks: Iterable[ClerkRank]) -> list[ClerkWorkload]:
    """Complete the ranks of one page, in their order. Three queries."""
    ranks = list(ranks)
    clerks = [rank.clerk for rank in ranks]
    users = User.objects.in_bulk(clerks)
    completed = _count_by_clerk(calls, CallState.COMPLETED, clerks)
    appointments = _appointments(clerks)
    return [
        ClerkWorkload(
            users[rank.clerk],
            appointments.get(rank.clerk, []),
            rank.due,
            rank.overdue,
            rank.unassigned,
            completed[rank.clerk],
        )
        for rank in ranks
    ]


def _clerk_field(state: str) -> str:
    return "done_by" if state == CallState.COMPLETED else "clerk"


def _count_by_clerk(
    calls: FollowUpQuerySet, state: CallState, clerks: list[int] | None = None
) -> Counter[int]:
    field = _clerk_field(state)
    rows = calls.filter(call_conditions()[state]).order_by()
    rows = rows.exclude(**{field: None}) if clerks is None else rows.filter(**{f"{field}__in": clerks})
    return Counter(dict(rows.values(field).annotate(n=Count("pk")).values_list(field, "n")))


def _appointments(clerks: list[int]) -> dict[int, list[Appointment]]:
    """Return clerk -> current appointments that permit access to records."""
    by_clerk: dict[int, list[Appointment]] = {}
    current = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS).filter(user__in=clerks)
    for appointment in current.select_related("station"):
        by_clerk.setdefault(appointment.user_id, []).append(appointment)
    return by_clerk


def _staffed_paths() -> set[str]:
    """Return the paths of the stations where an active user has access to records."""
    appointments = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS)
    return set(appointments.filter(user__is_active=True).values_list("station__path", flat=True))


def _nearest_staffed(path: str, staffed_paths: set[str]) -> str:
    """Return the path of the nearest staffed station, there or above; '' for none."""
    while path and path not in staffed_paths:
        path = path[: -Station.steplen]
    return path
