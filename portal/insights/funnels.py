"""Funnels, counted from rows each time. Nothing here is stored."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, IntegerField, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from cms.models import JobFairPage
from portal.fairs.enums import BoothState, VisitorKind
from portal.fairs.models import Booth, CheckIn
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement, PlacementQuerySet, PlacementTransition
from portal.positions.models import Position

# A placement counts at a stage when its log ever reached this state or a later one of the chain.
CHAIN = (
    S.INTENDED,
    S.INTERVIEWED,
    S.OFFERED,
    S.ONBOARDED,
    S.RETAINED_1M,
    S.RETAINED_3M,
    S.RETAINED_6M,
    S.RETAINED_12M,
)
# Place of a logged state in the chain; an ending (declined, left …) adds nothing to how far it got.
_RANK = Case(
    *(When(to_state=state, then=Value(i)) for i, state in enumerate(CHAIN)),
    default=Value(0),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar of a funnel: how many, and the share (0..1) of the stage before; None where that was nobody."""

    label: str
    count: int
    share: float | None


@dataclass(frozen=True, slots=True)
class FairReport:
    """Figures of one fair, each recounted from rows at `as_of`.

    employers: confirmed booths. positions: distinct positions shown there; headcount: people they look for.
    registered: live registrations. visitors: everybody counted in; veterans: distinct veterans among them.
    sheets: intentions written down; reached: those that both sides confirmed; people: distinct veterans in
    them.
    """

    as_of: datetime
    employers: int
    positions: int
    headcount: int
    registered: int
    visitors: int
    veterans: int
    sheets: int
    reached: int
    people: int
    stages: tuple[Stage, ...]


def fair_report(fair: JobFairPage) -> FairReport:
    """The fair's figures and funnel, in a fixed number of queries."""
    shown = Position.objects.filter(booths__fair=fair, booths__state=BoothState.CONFIRMED).distinct()
    offered = Position.objects.filter(pk__in=shown.values("pk")).aggregate(
        n=Count("pk"), headcount=Sum("headcount")
    )
    doors = CheckIn.objects.filter(fair=fair).aggregate(
        n=Count("pk"), veterans=Count("registration", filter=Q(kind=VisitorKind.VETERAN))
    )
    placements = Placement.objects.filter(fair=fair)
    sheets = placements.aggregate(
        n=Count("pk"),
        people=Count("veteran", distinct=True),
        reached=Count(
            "pk", filter=Q(veteran_confirmed_at__isnull=False, employer_confirmed_at__isnull=False)
        ),
    )
    return FairReport(
        as_of=timezone.now(),
        employers=Booth.objects.confirmed().filter(fair=fair).count(),
        positions=offered["n"],
        headcount=offered["headcount"] or 0,
        registered=fair.registrations.active().count(),
        visitors=doors["n"],
        veterans=doors["veterans"],
        sheets=sheets["n"],
        reached=sheets["reached"],
        people=sheets["people"],
        stages=placement_stages(placements),
    )


def placement_stages(placements: PlacementQuerySet) -> tuple[Stage, ...]:
    """How far the given placements got, by their logs. A correction takes back the steps that it undid."""
    last_correction = (
        PlacementTransition.objects.filter(placement=OuterRef("placement"), step="correct")
        .order_by("-sequence")
        .values("sequence")[:1]
    )
    furthest = (
        PlacementTransition.objects.filter(
            placement=OuterRef("pk"), sequence__gte=Coalesce(Subquery(last_correction), 0)
        )
        .order_by()
        .values("placement")
        .annotate(rank=Max(_RANK))
        .values("rank")
    )
    by_rank = dict(
        placements.order_by()
        .annotate(rank=Coalesce(Subquery(furthest), 0))
        .values_list("rank")
        .annotate(n=Count("pk"))
    )
    counts = [sum(n for rank, n in by_rank.items() if rank >= i) for i in range(len(CHAIN))]
    return tuple(
        Stage(
            label=state.label,
            count=counts[i],
            share=counts[i] / counts[i - 1] if i and counts[i - 1] else None,
        )
        for i, state in enumerate(CHAIN)
    )
