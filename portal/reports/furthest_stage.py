"""How far a placement got, read from its log. A correction takes back what it undid.

The row says where a placement stands; the log says how far it ever came: who was hired and left again was
hired. A step counts unless a correction took it back:

- A correction to a state of the chain takes back every step beyond that state; those up to it stand.
- A correction to an ending that nobody reaches from a post (declined, unreachable …) takes back the step
  right before it, and every step that says 'in post'.
- An ending is taken back by the correction right after it.
- Of two intentions that two files of one person had, the one that was absorbed keeps its declaration alone:
  the other tells the rest. Put back, it counts from where it was put back to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement, PlacementQuerySet, PlacementTransition
from portal.placements.workflow import IN_POST_STATES

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# A placement counts at a stage when its log ever reached this state or a later one of the chain.
STAGES = (
    S.INTENDED,
    S.INTERVIEWED,
    S.OFFERED,
    S.ONBOARDED,
    S.RETAINED_1M,
    S.RETAINED_3M,
    S.RETAINED_6M,
    S.RETAINED_12M,
)
END_STATES = tuple(state for state in S if state not in STAGES and state != S.LEFT)
STAGE_RANKS = {state: rank for rank, state in enumerate(STAGES)}
# Place of a logged state in the chain. Who left was in post; another ending adds nothing to how far it got.
_RANK = Case(
    *(
        When(to_state=state, then=Value(rank))
        for state, rank in [*STAGE_RANKS.items(), (S.LEFT, STAGE_RANKS[S.ONBOARDED])]
    ),
    default=Value(0),
    output_field=IntegerField(),
)


def effective_transitions() -> "QuerySet[PlacementTransition]":
    """The steps that no correction took back; each with `place`, the place of its state in the chain."""
    corrections = PlacementTransition.objects.filter(placement=OuterRef("placement"), step="correct")
    later = corrections.order_by().annotate(place=_RANK)
    lower = later.filter(to_state__in=STAGES, sequence__gt=OuterRef("sequence"), place__lt=OuterRef("place"))
    absorbed = PlacementTransition.objects.filter(
        placement=OuterRef("placement"), step="absorb", sequence__gt=OuterRef("sequence")
    )
    right_after = later.filter(sequence=OuterRef("sequence") + 1)
    out_of_post = later.filter(to_state__in=END_STATES, sequence__gt=OuterRef("sequence"))
    taken_back = (
        Exists(lower)
        | ~Q(place=0) & Exists(absorbed)
        | Exists(right_after.filter(to_state__in=END_STATES))
        | ~Q(to_state__in=STAGES) & Exists(right_after)
        | Q(to_state__in=sorted(IN_POST_STATES)) & Exists(out_of_post)
    )
    return PlacementTransition.objects.annotate(place=_RANK).exclude(taken_back)


class Rank(TypedDict):
    rank: int


def with_furthest_stage(placements: PlacementQuerySet) -> "QuerySet[WithAnnotations[Placement, Rank]]":
    """With `rank`: the furthest place in `CHAIN` that each came to."""
    furthest = (
        effective_transitions()
        .filter(placement=OuterRef("pk"))
        .order_by()
        .values("placement")
        .annotate(furthest=Max("place"))
        .values("furthest")
    )
    return placements.annotate(rank=Coalesce(Subquery(furthest), 0))


@dataclass(frozen=True, slots=True)
class StageInterval:
    """Days from one stage to the next in one placement."""

    placement: int
    days: int


def intervals_between_stages(placements: PlacementQuerySet) -> dict[S, list[StageInterval]]:
    """Stage -> days since the stage before, of each placement whose log has a step of both. One query.

    Who was hired without an interview in the log has no day of an interview, and is in neither list.
    """
    found: dict[int, dict[str, date]] = {}
    rows: Iterable[tuple[int, str, date]] = (
        effective_transitions()
        .filter(placement__in=placements.order_by().values("pk"), to_state__in=STAGES)
        .exclude(step__in=["correct", "reopen"])  # their day is not that of the stage
        .order_by("placement", "sequence")
        .values_list("placement", "to_state", "happened_on")
    )
    for placement, state, day in rows:
        found.setdefault(placement, {}).setdefault(state, day)
    return {
        stage: [
            StageInterval(placement, (days[stage] - days[before]).days)
            for placement, days in found.items()
            if before in days and stage in days
        ]
        for before, stage in pairwise(STAGES)
    }
