"""How many calls wait, are late, moved up and were made: by station and by clerk. Counted from rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils import timezone

from portal.accounts.models import FILE_ROLES, StationMembership, User
from portal.placements.enums import FollowUpState
from portal.placements.models import FollowUp
from portal.stations.models import Station, path_range

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls due by today, those of them that are late and that moved up a level; due within a week from now;
    made within the last week.
    """

    due: int = 0
    late: int = 0
    raised: int = 0
    coming: int = 0
    made: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.due + other.due,
            self.late + other.late,
            self.raised + other.raised,
            self.coming + other.coming,
            self.made + other.made,
        )


@dataclass(frozen=True, slots=True)
class StationLoad:
    station: Station
    counts: Counts


@dataclass(frozen=True, slots=True)
class ClerkLoad:
    """`named`: calls due by today with the clerk's name to them; `shared`: those of nobody at the clerk's
    desks, which colleagues there have too.
    """

    clerk: User
    posts: list[StationMembership]
    named: int
    late: int
    shared: int
    made: int


def _tallies() -> dict[str, Count]:
    today = timezone.localdate()
    pending = Q(state=FollowUpState.PENDING)
    due = pending & Q(call_on__lte=today)
    return {
        "due": Count("pk", filter=due),
        "late": Count("pk", filter=pending & Q(call_on__lt=today)),
        "raised": Count("pk", filter=due & Q(raised__gt=0)),
        "coming": Count("pk", filter=pending & Q(call_on__gt=today, call_on__lte=today + LATELY)),
        "made": Count("pk", filter=Q(state=FollowUpState.DONE, done_at__gte=timezone.now() - LATELY)),
    }


def _that_count() -> Q:
    """What can enter any of the tallies: keeps years of finished calls out of the count."""
    return Q(state=FollowUpState.PENDING, call_on__lte=timezone.localdate() + LATELY) | Q(
        state=FollowUpState.DONE, done_at__gte=timezone.now() - LATELY
    )


def by_station(station: Station, children: Iterable[Station]) -> list[StationLoad]:
    """The station with everything below it, then its own people alone, then each child. One query.

    Calls count where the person lives, also those that moved up: they are what that station left undone.
    """
    length, tallies = len(station.path) + Station.steplen, _tallies()
    rows = (
        FollowUp.objects.filter(_that_count(), path_range("placement__veteran__station__path", station.path))
        .order_by()
        .annotate(child=Substr("placement__veteran__station__path", 1, length))
        .values("child")
        .annotate(**tallies)
        .values_list("child", *tallies)
    )
    found = {child: Counts(**dict(zip(tallies, counts, strict=True))) for child, *counts in rows}
    total = sum(found.values(), Counts())
    below = [StationLoad(child, found.get(child.path, Counts())) for child in children]
    return [StationLoad(station, total), StationLoad(station, found.get(station.path, Counts())), *below]


def by_clerk(clerks: list[User]) -> list[ClerkLoad]:
    """Each of these clerks, in their order. Five queries, however many there are."""
    today, since = timezone.localdate(), timezone.now() - LATELY
    waiting = FollowUp.objects.order_by().filter(state=FollowUpState.PENDING, call_on__lte=today)
    named = {
        pk: (due, late)
        for pk, due, late in waiting.filter(clerk__in=clerks)
        .values("clerk")
        .annotate(due=Count("pk"), late=Count("pk", filter=Q(call_on__lt=today)))
        .values_list("clerk", "due", "late")
    }
    done = FollowUp.objects.order_by().filter(
        state=FollowUpState.DONE, done_at__gte=since, done_by__in=clerks
    )
    made = dict(done.values("done_by").annotate(n=Count("pk")).values_list("done_by", "n"))
    nobodys = _at_staffed_stations(
        waiting.filter(clerk=None)
        .values("station__path")
        .annotate(n=Count("pk"))
        .values_list("station__path", "n")
    )
    posts: dict[int, list[StationMembership]] = {}
    current = StationMembership.objects.current().filter(user__in=clerks, role__in=sorted(FILE_ROLES))
    for post in current.select_related("station"):
        posts.setdefault(post.user_id, []).append(post)
    return [
        ClerkLoad(
            clerk,
            posts.get(clerk.pk, []),
            *named.get(clerk.pk, (0, 0)),
            sum(nobodys[path] for path in {post.station.path for post in posts.get(clerk.pk, [])}),
            made.get(clerk.pk, 0),
        )
        for clerk in clerks
    ]


def _at_staffed_stations(counts: Iterable[tuple[str, int]]) -> Counter[str]:
    """Counts by station put together at the nearest one, there or above, that has staff. One query more."""
    posts = StationMembership.objects.current().filter(role__in=sorted(FILE_ROLES), user__is_active=True)
    staffed = set(posts.values_list("station__path", flat=True))
    found: Counter[str] = Counter()
    for path, n in counts:
        nearest = path
        while nearest and nearest not in staffed:
            nearest = nearest[: -Station.steplen]
        found[nearest] += n
    return found
