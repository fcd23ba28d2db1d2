"""Retention milestones: one table, and the days that a city sets."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.follow_up_rules import set_rule
from portal.follow_ups.schedule import DEFAULT_DAYS, KINDS_BY_STATE
from portal.placements import actions
from portal.placements.enums import PlacementState
from portal.placements.milestones import MILESTONES, required_days
from portal.placements.workflow import EMPLOYED_STATES, STEP_LABELS, TRANSITIONS
from portal.reports.furthest_stage import STAGES
from portal.reports.retention_curve import MILESTONE_DAYS
from tests.factories import make_position

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def test_milestones_are_at_1_3_6_and_12_months() -> None:
    assert [(row.months, row.days) for row in MILESTONES] == [(1, 30), (3, 90), (6, 180), (12, 365)]
    assert [row.state_label for row in MILESTONES] == [
        "在岗满1个月",
        "在岗满3个月",
        "在岗满6个月",
        "在岗满12个月",
    ]


@pytest.mark.parametrize("milestone", MILESTONES, ids=lambda row: row.state)
def test_every_table_knows_the_milestone(milestone: Any) -> None:
    state, kind = PlacementState(milestone.state), FollowUpKind(milestone.follow_up_kind)
    assert state in EMPLOYED_STATES
    assert state in STAGES
    assert TRANSITIONS.target(milestone.step, PlacementState.ONBOARDED) == state
    assert STEP_LABELS[milestone.step] == f"确认{state.label}"
    assert DEFAULT_DAYS[kind] == (milestone.days,)
    assert kind in KINDS_BY_STATE[PlacementState.ONBOARDED]
    assert milestone.days in MILESTONE_DAYS


@pytest.fixture
def employed(person: Any, operator: Any) -> Any:
    """Placement with the first day 85 days ago."""
    placement = actions.declare(veteran=person, position=make_position(), by=operator)
    actions.advance(placement=placement, step="offer", by=operator, on=TODAY - timedelta(days=86))
    return actions.advance(placement=placement, step="onboard", by=operator, on=TODAY - timedelta(days=85))


def test_milestone_is_recorded_after_its_default_days_without_a_rule(employed: Any, operator: Any) -> None:
    with pytest.raises(ValidationError, match="90 天"):
        actions.advance(placement=employed, step="retain_3m", by=operator)


def test_last_day_of_the_citys_rule_governs_what_may_be_recorded(employed: Any, operator: Any) -> None:
    set_rule(kind=FollowUpKind("retention_3m"), days=[60, 86], by=operator)
    assert required_days()["retain_3m"] == 86
    with pytest.raises(ValidationError, match="86 天"):
        actions.advance(placement=employed, step="retain_3m", by=operator)
    set_rule(kind=FollowUpKind("retention_3m"), days=[60, 85], by=operator)
    retained = actions.advance(placement=employed, step="retain_3m", by=operator)
    assert retained.state == PlacementState("retained_3m")


def test_rule_without_days_leaves_the_default(employed: Any, operator: Any) -> None:
    set_rule(kind=FollowUpKind("retention_3m"), days=[], by=operator)
    assert required_days()["retain_3m"] == 90
    with pytest.raises(ValidationError, match="90 天"):
        actions.correct(placement=employed, to_state="retained_3m", by=operator, reason="误记")
