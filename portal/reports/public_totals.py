"""Public totals of the portal and of its fairs, counted from rows, with their 'as of' time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone

from cms.models import JobFairPage
from portal.employers.models import Employer
from portal.fairs.models import Booth, Registration
from portal.placements.models import Placement
from portal.placements.workflow import EVER_EMPLOYED_STATES
from portal.positions.models import Position, open_at

# Smaller public counts of people are suppressed, because they could identify persons.
MIN_PUBLISHED_COUNT = 5


@dataclass(frozen=True, slots=True)
class PortalTotals:
    """Counts over the whole portal at `as_of`.

    fairs: published fairs that have begun. employers: verified now. positions, headcount: open now.
    confirmed_intentions: intentions that both sides confirmed. onboarded: distinct veterans who came into a
    post. The last two are None below `MIN_PUBLISHED_COUNT`.
    """

    fairs: int
    employers: int
    positions: int
    headcount: int
    confirmed_intentions: int | None
    onboarded: int | None
    as_of: datetime


def count_portal_totals() -> PortalTotals:
    """Count the totals of the portal. Five queries."""
    now = timezone.now()
    open_positions = (
        Position.objects.open_at(now).order_by().aggregate(n=Count("pk"), headcount=Sum("headcount"))
    )
    onboarded = Placement.objects.filter(state__in=sorted(EVER_EMPLOYED_STATES)).order_by()
    return PortalTotals(
        fairs=JobFairPage.objects.live().filter(starts_at__lte=now).count(),
        employers=Employer.objects.verified().count(),
        positions=open_positions["n"],
        headcount=open_positions["headcount"] or 0,
        confirmed_intentions=suppress_small_count(Placement.objects.confirmed_by_both().count()),
        onboarded=suppress_small_count(onboarded.aggregate(n=Count("veteran", distinct=True))["n"]),
        as_of=now,
    )


def suppress_small_count(count: int) -> int | None:
    """Return `count`, or None below `MIN_PUBLISHED_COUNT`."""
    return count if count >= MIN_PUBLISHED_COUNT else None


@dataclass(frozen=True, slots=True)
class FairTotals:
    """Counts of one fair at `as_of`.

    employers: confirmed booths. positions, headcount: open positions shown there; all positions once the fair
    is over. registrations: active registrations.
    """

    employers: int
    positions: int
    headcount: int
    registrations: int
    as_of: datetime


def count_fair_totals(fair: JobFairPage) -> FairTotals:
    """Count the totals of one fair. Three queries."""
    booths = Booth.objects.confirmed().filter(fair=fair.pk).order_by()
    now = timezone.now()
    pairs = Booth.positions.through.objects.filter(booth__in=booths).values("position")
    positions = Position.objects.filter(pk__in=pairs).order_by()
    if not fair.is_over:
        positions = positions.filter(open_at(now))
    totals = positions.aggregate(n=Count("pk"), people=Sum("headcount"))
    return FairTotals(
        employers=booths.count(),
        positions=totals["n"],
        headcount=totals["people"] or 0,
        registrations=Registration.objects.active().filter(fair=fair.pk).count(),
        as_of=now,
    )


def count_booths(fairs: Iterable[JobFairPage]) -> dict[int, tuple[int, int]]:
    """Return primary key -> (employers, positions) of the fairs with a confirmed booth. One query.

    Positions are counted as in `FairTotals`.
    """
    now = timezone.now()
    is_shown = Q(fair__ends_at__lte=now) | open_at(now, through="positions")
    rows = (
        Booth.objects.confirmed()
        .filter(fair__in=list(fairs))
        .order_by()
        .values("fair")
        .annotate(
            employers=Count("pk", distinct=True),
            position_count=Count("positions", filter=is_shown, distinct=True),
        )
    )
    return {row["fair"]: (row["employers"], row["position_count"]) for row in rows}
