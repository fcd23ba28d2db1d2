"""Headcount of positions, and hiring outcomes."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from portal.accounts.roles import StationRole
from portal.notifications.models import Notification
from portal.placements import actions, hiring_outcomes
from portal.placements.enums import HiringResult, PlacementState
from portal.placements.models import HiringOutcome
from portal.positions import actions as positions
from portal.positions import lifecycle
from portal.positions.enums import PositionState
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user, make_veteran
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    return make_staff(make_stations()["睦洲镇"])


@pytest.fixture
def member() -> Any:
    return make_user("吴晓彤")


@pytest.fixture
def position(member: Any) -> Any:
    return make_position(employer=make_employer(member=member), headcount=2)


def create_offered(position: Any, clerk: Any) -> Any:
    placement = actions.declare(veteran=make_veteran(account=make_user()), position=position, by=clerk)
    actions.confirm(placement=placement, by=require(placement.veteran.account))
    return actions.advance(placement=placement, step="offer", by=clerk)


def create_onboarded(position: Any, clerk: Any) -> Any:
    return actions.advance(placement=create_offered(position, clerk), step="onboard", by=clerk)


def test_full_position_closes_and_refuses_onboarding(position: Any, clerk: Any, member: Any) -> None:
    third = create_offered(position, clerk)
    create_onboarded(position, clerk)
    position.refresh_from_db()
    assert position.state == PositionState.OPEN
    create_onboarded(position, clerk)
    position.refresh_from_db()
    assert (position.state, position.filled_by_count) == (PositionState.FILLED, True)
    with pytest.raises(ValidationError, match="已有 2 人入职"):
        actions.advance(placement=third, step="onboard", by=clerk)
    third.refresh_from_db()
    assert (third.state, third.onboarded_on) == (PlacementState.OFFERED, None)
    with pytest.raises(ValidationError, match="先增加招聘人数"):
        lifecycle.reopen(position=position, by=member)
    larger = lifecycle.raise_headcount(position=position, by=member, headcount=3)
    assert larger.state == PositionState.OPEN
    actions.advance(placement=third, step="onboard", by=clerk)
    position.refresh_from_db()
    assert position.state == PositionState.FILLED


def test_correction_of_onboarding_reopens_full_position(position: Any, clerk: Any) -> None:
    create_onboarded(position, clerk)
    wrong = create_onboarded(position, clerk)
    actions.correct(placement=wrong, to_state=PlacementState.OFFERED, by=clerk, reason="登记错人")
    position.refresh_from_db()
    assert (position.state, position.filled_by_count) == (PositionState.OPEN, False)
    actions.correct(placement=wrong, to_state=PlacementState.ONBOARDED, by=clerk, reason="原来没有错")
    position.refresh_from_db()
    assert position.state == PositionState.FILLED


def test_correction_respects_the_headcount(position: Any, clerk: Any) -> None:
    wrong = create_onboarded(position, clerk)
    actions.correct(placement=wrong, to_state=PlacementState.OFFERED, by=clerk, reason="登记错人")
    create_onboarded(position, clerk)
    create_onboarded(position, clerk)
    with pytest.raises(ValidationError, match="已有 2 人入职"):
        actions.correct(placement=wrong, to_state=PlacementState.ONBOARDED, by=clerk, reason="又改回来")


def test_leaving_notifies_employer_of_the_vacancy(position: Any, clerk: Any, member: Any) -> None:
    create_onboarded(position, clerk)
    leaver = create_onboarded(position, clerk)
    actions.advance(placement=leaver, step="leave", by=clerk, note="回乡")
    position.refresh_from_db()
    assert (position.state, position.filled_by_count) == (PositionState.FILLED, False)
    assert "空出一个名额" in Notification.objects.get(user=member).text
    assert lifecycle.reopen(position=position, by=member).state == PositionState.OPEN


def test_correction_keeps_position_closed_by_employer(position: Any, clerk: Any, member: Any) -> None:
    wrong = create_onboarded(position, clerk)
    position.refresh_from_db()
    positions.mark_filled(position=position, by=member)
    actions.correct(placement=wrong, to_state=PlacementState.OFFERED, by=clerk, reason="登记错人")
    position.refresh_from_db()
    assert position.state == PositionState.FILLED


def test_hiring_outcome_is_recorded_after_closing(position: Any, clerk: Any, member: Any) -> None:
    hired = create_onboarded(position, clerk)
    with pytest.raises(ValidationError, match="岗位结束后"):
        hiring_outcomes.record_outcome(position=position, by=member, result=HiringResult.ELSEWHERE)
    position.refresh_from_db()
    positions.mark_filled(position=position, by=member)
    with pytest.raises(ValidationError) as error:
        hiring_outcomes.record_outcome(position=position, by=member, result=HiringResult.THROUGH_PORTAL)
    assert "placements" in error.value.message_dict
    with pytest.raises(ValidationError) as error:
        hiring_outcomes.record_outcome(position=position, by=member, result=HiringResult.NOT_FILLED)
    assert "reason" in error.value.message_dict
    outcome = hiring_outcomes.record_outcome(
        position=position, by=member, result=HiringResult.THROUGH_PORTAL, placements=[hired]
    )
    assert list(outcome.placements.all()) == [hired]
    hiring_outcomes.record_outcome(
        position=position, by=member, result=HiringResult.NOT_FILLED, reason="工资偏低"
    )
    outcome.refresh_from_db()
    assert (outcome.result, list(outcome.placements.all())) == (HiringResult.NOT_FILLED, [])


def test_hiring_outcome_needs_the_employer_and_its_own_placements(
    position: Any, clerk: Any, member: Any
) -> None:
    stranger = create_onboarded(make_position(), clerk)
    positions.mark_filled(position=position, by=member)
    with pytest.raises(PermissionDenied):
        hiring_outcomes.record_outcome(position=position, by=make_user(), result=HiringResult.ELSEWHERE)
    with pytest.raises(ValidationError, match="只能选择这个岗位"):
        hiring_outcomes.record_outcome(
            position=position, by=member, result=HiringResult.THROUGH_PORTAL, placements=[stranger]
        )
    hiring_outcomes.record_outcome(position=position, by=member, result=HiringResult.ELSEWHERE)
    reviewer = make_staff(position.employer.station, StationRole.REVIEWER)
    assert (
        HiringOutcome.objects.visible_to(member).count()
        == HiringOutcome.objects.visible_to(reviewer).count()
        == 1
    )
    for user in (make_user(), clerk):
        assert not HiringOutcome.objects.visible_to(user).exists()


@pytest.mark.parametrize("change", [{"reason": "x"}, {"result": HiringResult.NOT_FILLED}])
def test_unfilled_position_has_a_reason(position: Any, member: Any, change: Any) -> None:
    positions.mark_filled(position=position, by=member)
    hiring_outcomes.record_outcome(position=position, by=member, result=HiringResult.ELSEWHERE)
    with pytest.raises(IntegrityError), transaction.atomic():
        HiringOutcome.objects.update(**change)
