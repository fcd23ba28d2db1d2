"""Totals for everybody: of the portal and of its fairs. Counted from rows, said with their 'as of' time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone

from cms.models import JobFairPage
from portal.employers.models import Employer
from portal.fairs.models import Booth, Registration
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from portal.placements.workflow import IN_POST_STATES
from portal.positions.models import Position, open_at

# A placement in one of these came into a post by its log; a correction out of the post leaves them.
EVER_IN_POST = sorted({*IN_POST_STATES, PlacementState.LEFT})
# Public figures about people under this size are not shown: a small cell points at persons.
MIN_PUBLISHED_COUNT = 5


@dataclass(frozen=True, slots=True)
class PortalTotals:
    """Counts over the whole portal at `as_of`.

    fairs: published fairs that have begun. employers: verified now. positions and headcount: open now.
    reached: intentions that both sides confirmed. onboarded: distinct veterans who started in a post.
    The last two are None under `SMALLEST_CELL`.
    """

    fairs: int
    employers: int
    positions: int
    headcount: int
    reached: int | None
    onboarded: int | None
    as_of: datetime


def count_portal_totals() -> PortalTotals:
    """Five counts; the one over open positions reads them all."""
    now = timezone.now()
    posts = Position.objects.open_at(now).order_by().aggregate(n=Count("pk"), headcount=Sum("headcount"))
    onboarded = Placement.objects.filter(state__in=EVER_IN_POST).order_by()
    return PortalTotals(
        fairs=JobFairPage.objects.live().filter(starts_at__lte=now).count(),
        employers=Employer.objects.verified().count(),
        positions=posts["n"],
        headcount=posts["headcount"] or 0,
        reached=suppress_small_count(Placement.objects.reached().count()),
        onboarded=suppress_small_count(onboarded.aggregate(n=Count("veteran", distinct=True))["n"]),
        as_of=now,
    )


def suppress_small_count(count: int) -> int | None:
    """`count` for the public: None under `SMALLEST_CELL`."""
    return count if count >= MIN_PUBLISHED_COUNT else None


@dataclass(frozen=True, slots=True)
class FairTotals:
    """Counts of one fair at `as_of`: booths given, positions shown there, their headcount, live tickets.

    Positions are those open now while the fair is not over; afterwards all that were brought.
    """

    employers: int
    positions: int
    headcount: int
    registered: int
    as_of: datetime


def count_fair_totals(fair: JobFairPage) -> FairTotals:
    """Three counts of one fair."""
    booths = Booth.objects.confirmed().filter(fair=fair.pk).order_by()
    now = timezone.now()
    shown = Booth.positions.through.objects.filter(booth__in=booths).values("position")
    brought = Position.objects.filter(pk__in=shown).order_by()
    if not fair.is_over:
        brought = brought.filter(open_at(now))
    posts = brought.aggregate(n=Count("pk"), people=Sum("headcount"))
    return FairTotals(
        employers=booths.count(),
        positions=posts["n"],
        headcount=posts["people"] or 0,
        registered=Registration.objects.active().filter(fair=fair.pk).count(),
        as_of=now,
    )


def count_booths(fairs: Iterable[JobFairPage]) -> dict[int, tuple[int, int]]:
    """(employers, positions) of each fair with a confirmed booth, by the fair's number: one query. Positions
    as in `FairTotals`.
    """
    now = timezone.now()
    counted = Q(fair__ends_at__lte=now) | open_at(now, through="positions")
    rows = (
        Booth.objects.confirmed()
        .filter(fair__in=list(fairs))
        .order_by()
        .values("fair")
        .annotate(
            employers=Count("pk", distinct=True), shown=Count("positions", filter=counted, distinct=True)
        )
    )
    return {row["fair"]: (row["employers"], row["shown"]) for row in rows}
