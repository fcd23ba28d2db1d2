"""Furthest stage of a placement, and the effect of corrections on it."""

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement
from portal.placements.workflow import EVER_EMPLOYED_STATES
from portal.reports.figures import FIGURES, intentions
from portal.reports.funnels import Stage, build_funnel, count_stages
from portal.reports.furthest_stage import (
    STAGE_RANKS,
    STAGES,
    effective_transitions,
    intervals_between_stages,
    with_furthest_stage,
)
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope
from tests.reports.conftest import Walk

HIRED = (("interview", 60), ("offer", 50), ("onboard", 45))


def pair_count(stage: Stage) -> int:
    assert stage.pairs is not None
    return stage.pairs.value


def rank(placement: Placement) -> S:
    return STAGES[with_furthest_stage(Placement.objects.filter(pk=placement.pk)).get().rank]


def correct(placement: Placement, by: User, *states: S) -> Placement:
    for state in states:
        day = timezone.localdate() if state in EVER_EMPLOYED_STATES else None
        placement = actions.correct(placement=placement, to_state=state, by=by, reason="点错了", on=day)
    return placement


@pytest.mark.parametrize(
    ("steps", "corrections", "furthest"),
    [
        ((), (), S.INTENDED),
        (HIRED, (), S.ONBOARDED),
        ((*HIRED, ("leave", 40)), (), S.ONBOARDED),
        ((*HIRED, ("retain_1m", 10), ("leave", 5)), (), S("retained_1m")),
        ((("offer", 5),), (), S.OFFERED),
        ((("offer", 5), ("refuse_offer", 3)), (), S.OFFERED),
        # Back to the right stage.
        (HIRED, (S.OFFERED,), S.OFFERED),
        (HIRED, (S.INTENDED,), S.INTENDED),
        (HIRED, (S.OFFERED, S.ONBOARDED), S.ONBOARDED),
        # A correction between end states reverts no stage.
        ((("interview", 5), ("decline_by_veteran", 3)), (S.INTERVIEWED,), S.INTERVIEWED),
        ((("interview", 5), ("decline_by_veteran", 3)), (S.UNREACHABLE,), S.INTERVIEWED),
        # To an end state before a job: reverts the states of employment and the transition right before.
        (HIRED, (S.DECLINED_BY_EMPLOYER,), S.OFFERED),
        ((*HIRED, ("retain_1m", 10)), (S.OFFER_REFUSED,), S.OFFERED),
        ((("interview", 5), ("offer", 3)), (S.DECLINED_BY_EMPLOYER,), S.INTERVIEWED),
        # A correction adds missing steps.
        ((("offer", 5),), (S.ONBOARDED,), S.ONBOARDED),
        ((("offer", 5), ("onboard", 3)), (S.LEFT,), S.ONBOARDED),
        ((("offer", 5), ("onboard", 3), ("leave", 1)), (S.OFFERED,), S.OFFERED),
    ],
)
def test_correction_reverts_only_what_it_undid(
    walk: Walk,
    operator: User,
    steps: tuple[tuple[str, int], ...],
    corrections: tuple[S, ...],
    furthest: S,
) -> None:
    placement = correct(walk(*steps), operator, *corrections)
    assert rank(placement) == furthest
    # The state of the row and the log agree about whether the person was ever employed.
    assert (STAGE_RANKS[furthest] >= STAGE_RANKS[S.ONBOARDED]) == (placement.state in EVER_EMPLOYED_STATES)


def test_placement_counts_at_every_stage_up_to_its_furthest(walk: Walk) -> None:
    walk(*HIRED)
    walk(("interview", 3))
    walk()
    stages = count_stages(Placement.objects.all())
    assert [stage.count for stage in stages] == [3, 2, 1, 1, 0, 0, 0, 0]
    assert [stage.share for stage in stages][:5] == [None, 2 / 3, 1 / 2, 1.0, 0.0]


def test_intervals_are_counted_between_logged_stages(walk: Walk, operator: User, city: ReportScope) -> None:
    walk(("interview", 10), ("offer", 4), began=13)  # 3 days, then 6
    walk(("interview", 10), began=15)  # 5 days
    walk(("offer", 4), began=20)  # no interview: in neither list
    intervals = intervals_between_stages(intentions(city, ReportFilter()))
    assert sorted(gap.days for gap in intervals[S.INTERVIEWED]) == [3, 5]
    assert [gap.days for gap in intervals[S.OFFERED]] == [6]
    stages = build_funnel(city, ReportFilter()).stages
    assert (stages[1].days, pair_count(stages[1])) == (4, 2)
    assert (stages[2].days, pair_count(stages[2])) == (6, 1)
    assert FIGURES["gap.interviewed"].count(city, ReportFilter()) == 2


def test_day_of_a_correction_does_not_date_a_stage(walk: Walk, operator: User, city: ReportScope) -> None:
    correct(walk(("interview", 10), ("offer", 4), began=13), operator, S.INTERVIEWED)
    intervals = intervals_between_stages(intentions(city, ReportFilter()))
    assert [gap.days for gap in intervals[S.INTERVIEWED]] == [3]
    assert intervals[S.OFFERED] == []
    assert [row.step for row in effective_transitions().order_by("sequence")] == [
        "declare",
        "interview",
        "correct",
    ]
