"""Retention curve: Kaplan-Meier estimate of the share of people who are still employed after so many days.

A spell that ended counts up to the day on which the person left. Other spells are censored at the last day
on which the person is known to be employed: the latest retention step, or else the first day. They are not
censored today: somebody may have left since the last call, and counting those days as retention would make
the curve better the fewer calls are made.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from portal.placements.enums import PlacementState as S
from portal.placements.milestones import MILESTONES
from portal.placements.models import PlacementQuerySet
from portal.placements.workflow import EMPLOYED_STATES, EVER_EMPLOYED_STATES
from portal.reports.furthest_stage import effective_transitions

MILESTONE_DAYS = tuple(milestone.days for milestone in MILESTONES)
CONFIDENCE_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class EmploymentSpell:
    """Observed time in the job of one placement.

    placement: primary key. days: from the first day to leaving, or to the last day known in the job. left:
    whether the spell ended; otherwise it is censored.
    """

    placement: int
    days: int
    left: bool


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Curve after `days` in the job.

    share: estimate of the share still employed (0..1). low, high: its confidence interval, None where it is
    not defined. at_risk: spells observed that long. left: spells that had ended by then.
    """

    days: int
    share: float
    low: float | None
    high: float | None
    at_risk: int
    left: int


def employment_spells(placements: PlacementQuerySet) -> list[EmploymentSpell]:
    """Return the spells of the placements that led to a job, without those corrected. One query."""
    last_known_day = (
        effective_transitions()
        .filter(placement=OuterRef("pk"), to_state__in=sorted(EMPLOYED_STATES))
        .exclude(step="correct")  # a correction does not mean that the person was asked on that day
        .order_by()
        .values("placement")
        .annotate(last=Max("happened_on"))
        .values("last")
    )
    rows = (
        placements.filter(state__in=sorted(EVER_EMPLOYED_STATES), onboarded_on__isnull=False)
        .order_by("pk")
        .annotate(last_day=Greatest(Coalesce(Subquery(last_known_day), "onboarded_on"), "onboarded_on"))
        .values_list("pk", "state", "onboarded_on", "left_on", "last_day")
    )
    spells = []
    for pk, state, first_day, left_on, last_day in rows:
        assert first_day is not None  # filtered above
        has_left = state == S.LEFT and left_on is not None
        end = left_on if has_left and left_on is not None else last_day
        spells.append(EmploymentSpell(pk, max((end - first_day).days, 0), has_left))
    return spells


def estimate_retention_curve(spells: Iterable[EmploymentSpell]) -> list[CurvePoint]:
    """Return the steps of the curve: day 0, then each day on which somebody left. Empty without spells."""
    return _curve_points(list(spells), None)


def estimate_at_milestones(spells: Iterable[EmploymentSpell]) -> list[CurvePoint]:
    """Return the curve at `MILESTONE_DAYS`. A milestone beyond the longest observation has `at_risk` 0."""
    return _curve_points(list(spells), MILESTONE_DAYS)


def _curve_points(spells: list[EmploymentSpell], days: Iterable[int] | None) -> list[CurvePoint]:
    from scipy import stats  # noqa: PLC0415  (takes a second to import, and few pages show a curve)

    if not spells:
        return []
    lengths = np.array([spell.days for spell in spells])
    has_left = np.array([spell.left for spell in spells])
    if days is None:
        days = sorted({0, *(int(day) for day in lengths[has_left])})
    data = stats.CensoredData(uncensored=lengths[has_left], right=lengths[~has_left])
    function = stats.ecdf(data).sf
    with warnings.catch_warnings():
        # Where nobody or everybody has left, the interval is not defined: scipy warns and returns NaN.
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = function.confidence_interval(confidence_level=CONFIDENCE_LEVEL, method="log-log")
    return [
        CurvePoint(
            days=day,
            share=float(function.evaluate(day)),
            low=_none_if_nan(interval.low.evaluate(day)),
            high=_none_if_nan(interval.high.evaluate(day)),
            at_risk=int((lengths >= day).sum()),
            left=int((has_left & (lengths <= day)).sum()),
        )
        for day in days
    ]


def _none_if_nan(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
