"""How many calls wait, are late, moved up and were made: by station and by clerk. Counted from rows.

Each count and the list behind it are of one set: `calls_below` says about whom, `sets` in which state,
`assigned_to` and `shared_with` whose.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.follow_ups.enums import FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpQuerySet
from portal.stations.models import Station, path_range

WEEK = timedelta(days=7)
_LIVES_AT = "placement__veteran__station__path"


@dataclass(frozen=True, slots=True)
class CallCounts:
    """How many calls each of the `sets` holds."""

    due: int = 0
    late: int = 0
    raised: int = 0
    coming: int = 0
    made: int = 0

    def __add__(self, other: "CallCounts") -> "CallCounts":
        return CallCounts(
            self.due + other.due,
            self.late + other.late,
            self.raised + other.raised,
            self.coming + other.coming,
            self.made + other.made,
        )


@dataclass(frozen=True, slots=True)
class StationWorkload:
    station: Station
    counts: CallCounts


@dataclass(frozen=True, slots=True)
class ClerkRank:
    """Calls due by today with the clerk's name to them, and those of them that are late; `shared`: those that
    are nobody's at the clerk's desks, colleagues there have them too.
    """

    clerk: int
    due: int
    late: int
    shared: int


@dataclass(frozen=True, slots=True)
class ClerkWorkload:
    """See `Named`."""

    clerk: User
    posts: list[Appointment]
    named: int
    late: int
    shared: int
    made: int


def call_conditions() -> dict[str, Q]:
    """Calls due by today, those of them that are late and that moved up a level; due within a week from now;
    made within the last week. Whole days, so that a number and its list agree all day.
    """
    today = timezone.localdate()
    pending = Q(state=FollowUpState.PENDING)
    due = pending & Q(call_on__lte=today)
    since = timezone.make_aware(datetime.combine(today - WEEK + timedelta(days=1), time.min))
    return {
        "due": due,
        "late": pending & Q(call_on__lt=today),
        "raised": due & Q(raised__gt=0),
        "coming": pending & Q(call_on__gt=today, call_on__lte=today + WEEK),
        "made": Q(state=FollowUpState.DONE, done_at__gte=since),
    }


def calls_below(station: Station, user: User, *, own: bool = False) -> FollowUpQuerySet:
    """What the user may see of the calls about people of the station and below it; `own`: of it alone.

    Calls count where the person lives, also those that moved up: they are what that station left undone.
    """
    seen = FollowUp.objects.visible_to(user)
    return seen.filter(Q(**{_LIVES_AT: station.path}) if own else path_range(_LIVES_AT, station.path))


def calls_of_clerk(calls: FollowUpQuerySet, clerk: int, state: str) -> FollowUpQuerySet:
    """Those of the calls, which are in that state, that are this clerk's by name."""
    return calls.filter(**{_whose(state): clerk})


def calls_shared_with(calls: FollowUpQuerySet, clerk: int) -> FollowUpQuerySet:
    """Those of the calls that are nobody's and at a desk of this clerk. Three queries when it is made."""
    nobodys = calls.filter(clerk=None)
    desks = {post.station.path for post in _posts([clerk]).get(clerk, [])}
    staffed = _staffed()
    paths = nobodys.order_by().values_list("station__path", flat=True).distinct()
    return nobodys.filter(station__path__in=[path for path in paths if _desk_of(path, staffed) in desks])


def station_workloads(station: Station, children: Iterable[Station], user: User) -> list[StationWorkload]:
    """The station with everything below it, then its own people alone, then each child. One query."""
    length = len(station.path) + Station.steplen
    these = call_conditions()
    rows = (
        calls_below(station, user)
        .filter(these["due"] | these["coming"] | these["made"])  # keeps years of finished calls out of it
        .order_by()
        .annotate(child=Substr(_LIVES_AT, 1, length))
        .values("child")
        .annotate(**{state: Count("pk", filter=one) for state, one in these.items()})
        .values_list("child", *these)
    )
    found = {child: CallCounts(**dict(zip(these, counts, strict=True))) for child, *counts in rows}
    total = sum(found.values(), CallCounts())
    below = [StationWorkload(child, found.get(child.path, CallCounts())) for child in children]
    return [
        StationWorkload(station, total),
        StationWorkload(station, found.get(station.path, CallCounts())),
        *below,
    ]


def rank_clerks(calls: FollowUpQuerySet, people: QuerySet[User]) -> list[ClerkRank]:
    """All of them: most that is late and named to them, then most that is due, then most that is nobody's at
    their desks, then by name.

    Five queries. The network has some thousand clerks: what they are sorted by is counted, not drawn.
    """
    due, late = (_by_clerk(calls, state) for state in ("due", "late"))
    shared = _shared_by_clerk(calls)
    order = sorted(
        people.values_list("name", "pk"),
        key=lambda one: (-late[one[1]], -due[one[1]], -shared[one[1]], one),
    )
    return [ClerkRank(pk, due[pk], late[pk], shared[pk]) for _, pk in order]


def _shared_by_clerk(calls: FollowUpQuerySet) -> Counter[int]:
    staffed, at_desk = _staffed(), Counter[str]()
    nobodys = calls.filter(call_conditions()["due"], clerk=None).order_by().values("station__path")
    for path, n in nobodys.annotate(n=Count("pk")).values_list("station__path", "n"):
        at_desk[_desk_of(path, staffed)] += n
    posts = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS)
    shared = Counter[int]()
    for clerk, path in posts.order_by().values_list("user", "station__path").distinct():
        shared[clerk] += at_desk[path]
    return shared


def clerk_workloads(calls: FollowUpQuerySet, named: Iterable[ClerkRank]) -> list[ClerkWorkload]:
    """Each of these clerks, in their order. Three queries, however many there are."""
    named = list(named)
    clerks = [one.clerk for one in named]
    people = User.objects.in_bulk(clerks)
    made = _by_clerk(calls, "made", clerks)
    posts = _posts(clerks)
    return [
        ClerkWorkload(
            people[one.clerk],
            posts.get(one.clerk, []),
            one.due,
            one.late,
            one.shared,
            made[one.clerk],
        )
        for one in named
    ]


def _whose(state: str) -> str:
    """What names the clerk: a call that was made is of whoever made it."""
    return "done_by" if state == "made" else "clerk"


def _by_clerk(calls: FollowUpQuerySet, state: str, clerks: list[int] | None = None) -> Counter[int]:
    whose = _whose(state)
    rows = calls.filter(call_conditions()[state]).order_by()
    rows = rows.exclude(**{whose: None}) if clerks is None else rows.filter(**{f"{whose}__in": clerks})
    return Counter(dict(rows.values(whose).annotate(n=Count("pk")).values_list(whose, "n")))


def _posts(clerks: list[int]) -> dict[int, list[Appointment]]:
    """Where they keep files today."""
    found: dict[int, list[Appointment]] = {}
    current = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS).filter(user__in=clerks)
    for post in current.select_related("station"):
        found.setdefault(post.user_id, []).append(post)
    return found


def _staffed() -> set[str]:
    """Paths of the stations where somebody keeps files today."""
    posts = (
        Appointment.objects.current().with_permission(Permission.OPEN_RECORDS).filter(user__is_active=True)
    )
    return set(posts.values_list("station__path", flat=True))


def _desk_of(path: str, staffed: set[str]) -> str:
    """The nearest station, there or above, that has staff; '' for none."""
    while path and path not in staffed:
        path = path[: -Station.steplen]
    return path
