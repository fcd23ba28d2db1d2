"""Furthest stage that a placement reached, derived from its log.

The row holds the current state; the log shows how far the placement ever came: a person who was hired and
left again was hired. A transition counts unless a correction reverted it:

- A correction to a stage reverts every transition to a later stage; those up to it remain.
- A correction to an end state that cannot follow a job (declined, unreachable ...) reverts the transition
  right before it, and every transition to a state of employment.
- A transition to an end state is reverted by the correction right after it.
- When two records of one person are merged and both had an intention for one position, the absorbed placement
  keeps its declaration only; the other one counts. After the merge is undone, it counts from the state that
  was restored.
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
from portal.placements.workflow import EMPLOYED_STATES, RETAINED_STATES

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# A placement counts at a stage when its log ever reached this state or a later one.
STAGES = (
    S.INTENDED,
    S.INTERVIEWED,
    S.OFFERED,
    S.ONBOARDED,
    *RETAINED_STATES,
)
END_STATES = tuple(state for state in S if state not in STAGES and state != S.LEFT)
STAGE_RANKS = {state: rank for rank, state in enumerate(STAGES)}
# Rank of a logged state. A person who left was employed; the other end states add nothing.
_RANK = Case(
    *(
        When(to_state=state, then=Value(rank))
        for state, rank in [*STAGE_RANKS.items(), (S.LEFT, STAGE_RANKS[S.ONBOARDED])]
    ),
    default=Value(0),
    output_field=IntegerField(),
)


def effective_transitions() -> "QuerySet[PlacementTransition]":
    """Return the transitions that no correction reverted, each with `place`, the rank of its state."""
    corrections = PlacementTransition.objects.filter(placement=OuterRef("placement"), step="correct")
    corrections = corrections.order_by().annotate(place=_RANK)
    to_earlier_stage = corrections.filter(
        to_state__in=STAGES, sequence__gt=OuterRef("sequence"), place__lt=OuterRef("place")
    )
    absorption = PlacementTransition.objects.filter(
        placement=OuterRef("placement"), step="absorb", sequence__gt=OuterRef("sequence")
    )
    right_after = corrections.filter(sequence=OuterRef("sequence") + 1)
    to_end_state = corrections.filter(to_state__in=END_STATES, sequence__gt=OuterRef("sequence"))
    is_reverted = (
        Exists(to_earlier_stage)
        | ~Q(place=0) & Exists(absorption)
        | Exists(right_after.filter(to_state__in=END_STATES))
        | ~Q(to_state__in=STAGES) & Exists(right_after)
        | Q(to_state__in=sorted(EMPLOYED_STATES)) & Exists(to_end_state)
    )
    return PlacementTransition.objects.annotate(place=_RANK).exclude(is_reverted)


class Rank(TypedDict):
    rank: int


def with_furthest_stage(placements: PlacementQuerySet) -> "QuerySet[WithAnnotations[Placement, Rank]]":
    """Annotate each placement with `rank`, the index in `STAGES` of the furthest stage it reached."""
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
    """Days from one stage to the next in one placement, given by its primary key."""

    placement: int
    days: int


def intervals_between_stages(placements: PlacementQuerySet) -> dict[S, list[StageInterval]]:
    """Return stage -> days since the stage before, in one query.

    Only placements whose log has both stages are listed: a person who was hired without an interview in the
    log is missing from the lists of the interview and of the offer.
    """
    first_days: dict[int, dict[str, date]] = {}
    rows: Iterable[tuple[int, str, date]] = (
        effective_transitions()
        .filter(placement__in=placements.order_by().values("pk"), to_state__in=STAGES)
        .exclude(step__in=["correct", "reopen"])  # dated by the correction, not by the stage
        .order_by("placement", "sequence")
        .values_list("placement", "to_state", "happened_on")
    )
    for placement, state, day in rows:
        first_days.setdefault(placement, {}).setdefault(state, day)
    return {
        stage: [
            StageInterval(placement, (days[stage] - days[previous]).days)
            for placement, days in first_days.items()
            if previous in days and stage in days
        ]
        for previous, stage in pairwise(STAGES)
    }
