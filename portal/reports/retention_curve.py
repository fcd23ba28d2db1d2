"""How long people stay in the post: a Kaplan-Meier curve of retention.

Who left is counted to the day on which they left. Who has not left is censored at the last day on which they
are known to be in post: the day of the latest retention step, or the first day where there is none yet. Not
at today: between the last call and today somebody may have left without anybody knowing, and to count those
days as retention would make the curve better the fewer calls are made.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from portal.placements.enums import PlacementState as S
from portal.placements.models import PlacementQuerySet
from portal.placements.workflow import IN_POST_STATES, RETENTION_DAYS
from portal.reports.furthest_stage import effective_transitions

MILESTONE_DAYS = tuple(sorted(RETENTION_DAYS.values()))
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class EmploymentSpell:
    """One placement in post: days from the first day, to leaving or to the last day known in post."""

    placement: int
    days: int
    left: bool


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The curve after `days`: share still in post (0..1) with its confidence interval (None where it is not
    defined); at_risk: so many are observed that long; left: so many had left by then.
    """

    days: int
    share: float
    low: float | None
    high: float | None
    at_risk: int
    left: int


def employment_spells(placements: PlacementQuerySet) -> list[EmploymentSpell]:
    """Those that came into a post and did not come out of it by a correction. One query."""
    known = (
        effective_transitions()
        .filter(placement=OuterRef("pk"), to_state__in=sorted(IN_POST_STATES))
        .exclude(step="correct")  # says what was so, not that anybody was asked on that day
        .order_by()
        .values("placement")
        .annotate(last=Max("happened_on"))
        .values("last")
    )
    rows = (
        placements.filter(state__in=[*sorted(IN_POST_STATES), S.LEFT], onboarded_on__isnull=False)
        .order_by("pk")
        .annotate(known=Greatest(Coalesce(Subquery(known), "onboarded_on"), "onboarded_on"))
        .values_list("pk", "state", "onboarded_on", "left_on", "known")
    )
    found = []
    # The filter leaves nobody without a first day, which the field may lack.
    for pk, state, began, left_on, last in cast("Iterable[tuple[int, str, date, date | None, date]]", rows):
        left = state == S.LEFT and left_on is not None
        end = left_on if left and left_on is not None else last
        found.append(EmploymentSpell(pk, max((end - began).days, 0), left))
    return found


def estimate_retention_curve(observed: Iterable[EmploymentSpell]) -> list[CurvePoint]:
    """The steps of the curve: day 0, then each day on which somebody left. Empty for nobody."""
    return _points(list(observed), None)


def estimate_at_milestones(observed: Iterable[EmploymentSpell]) -> list[CurvePoint]:
    """The curve after 30, 90, 180 and 365 days. A share beyond the longest observation is not told: there
    `at_risk` is 0.
    """
    return _points(list(observed), MILESTONE_DAYS)


def _points(observed: list[EmploymentSpell], days: Iterable[int] | None) -> list[CurvePoint]:
    if not observed:
        return []
    lengths = np.array([life.days for life in observed])
    left = np.array([life.left for life in observed])
    if days is None:
        days = sorted({0, *(int(day) for day in lengths[left])})
    from scipy import stats  # noqa: PLC0415 - takes a second, and few pages need it

    data = stats.CensoredData(uncensored=lengths[left], right=lengths[~left])
    function = stats.ecdf(data).sf
    with warnings.catch_warnings():
        # Where nobody or everybody has left the interval is not defined; scipy answers NaN and says so.
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = function.confidence_interval(confidence_level=CONFIDENCE, method="log-log")
    return [
        CurvePoint(
            days=day,
            share=float(function.evaluate(day)),
            low=_known(interval.low.evaluate(day)),
            high=_known(interval.high.evaluate(day)),
            at_risk=int((lengths >= day).sum()),
            left=int((left & (lengths <= day)).sum()),
        )
        for day in days
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
