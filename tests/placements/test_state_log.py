"""Database triggers that keep a placement and its state log together."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.core.state_machine import TransitionRefused
from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement, PlacementTransition
from portal.veterans.enums import EmploymentStatus
from tests.factories import make_position, make_staff, make_stations, make_veteran

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def clerk() -> Any:
    return make_staff(make_stations()["睦洲镇"])


@pytest.fixture
def placement(clerk: Any) -> Any:
    return actions.declare(veteran=make_veteran(), position=make_position(), by=clerk)


def line(placement: Any, clerk: Any, **fields: Any) -> PlacementTransition:
    values = {
        "placement": placement,
        "sequence": 2,
        "step": "interview",
        "from_state": "intended",
        "to_state": "interviewed",
        "happened_on": TODAY,
        "by": clerk,
        "station": placement.veteran.station,
    }
    return PlacementTransition(**{**values, **fields})


def assert_refused(what: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        what()


@pytest.mark.parametrize(
    "change",
    [
        {"state": "interviewed"},
        {"sequence": 2},
        {"state": "interviewed", "sequence": 2},
        {"state": "onboarded", "sequence": 2, "onboarded_on": TODAY},
        {"onboarded_on": TODAY},
        {"left_on": TODAY},
        {"sequence": 0},
    ],
)
def test_state_without_log_row_is_refused(placement: Any, change: Any) -> None:
    assert_refused(lambda: Placement.objects.filter(pk=placement.pk).update(**change))


def test_new_placement_must_be_in_the_initial_state(placement: Any, clerk: Any) -> None:
    for fields in ({"state": "interviewed"}, {"sequence": 1}, {"state": "onboarded", "onboarded_on": TODAY}):
        assert_refused(
            lambda fields=fields: Placement.objects.create(
                veteran=make_veteran(), position=placement.position, recorded_by=clerk, **fields
            )
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"sequence": 3},
        {"sequence": 1},
        {"from_state": "offered"},
        {"from_state": ""},
        {"to_state": "onboarded"},  # without the first day
        {"to_state": "interviewed", "onboarded_on": TODAY},
        {"to_state": "left", "onboarded_on": TODAY},  # neither the last day nor a reason
        {"to_state": "left", "onboarded_on": TODAY, "left_on": TODAY},
    ],
)
def test_log_row_must_continue_from_the_current_state(placement: Any, clerk: Any, fields: Any) -> None:
    assert_refused(lambda: line(placement, clerk, **fields).save())
    placement.refresh_from_db()
    assert (placement.state, placement.sequence) == (S.INTENDED, 1)


def test_first_log_row_must_have_the_initial_state(placement: Any, clerk: Any) -> None:
    fresh = Placement.objects.create(veteran=make_veteran(), position=placement.position, recorded_by=clerk)
    assert_refused(lambda: line(fresh, clerk, sequence=1, from_state="", to_state="interviewed").save())


def test_log_row_updates_its_placement(placement: Any, clerk: Any) -> None:
    line(placement, clerk, to_state="onboarded", onboarded_on=TODAY).save()
    placement.refresh_from_db()
    assert (placement.state, placement.sequence, placement.onboarded_on) == (S.ONBOARDED, 2, TODAY)


def test_several_log_rows_in_one_insert_are_applied_in_turn(placement: Any, clerk: Any) -> None:
    rows = [
        line(placement, clerk),
        line(placement, clerk, sequence=3, from_state="interviewed", to_state="offered"),
    ]
    PlacementTransition.objects.bulk_create(rows)
    placement.refresh_from_db()
    assert (placement.state, placement.sequence) == (S.OFFERED, 3)
    assert_refused(lambda: PlacementTransition.objects.bulk_create([line(placement, clerk, sequence=5)]))


def test_stale_instance_cannot_restore_an_old_state(placement: Any, clerk: Any) -> None:
    stale = Placement.objects.get(pk=placement.pk)
    actions.advance(placement=placement, step="interview", by=clerk)
    assert_refused(stale.save)


def onboard(placement: Any, clerk: Any, *, days: int = 0, **fields: Any) -> Any:
    actions.advance(placement=placement, step="offer", by=clerk, on=TODAY - timedelta(days=days))
    return actions.advance(
        placement=placement, step="onboard", by=clerk, on=TODAY - timedelta(days=days), **fields
    )


def correct(placement: Any, clerk: Any, state: Any, on: Any = None) -> Any:
    return actions.correct(placement=placement, to_state=state, by=clerk, reason="登记有误", on=on)


def days_of(placement: Any) -> Any:
    placement.refresh_from_db()
    return placement.onboarded_on, placement.left_on


def test_correction_clears_and_restores_days_of_employment(placement: Any, clerk: Any) -> None:
    first = TODAY - timedelta(days=40)
    placement = onboard(placement, clerk, days=40)
    placement.veteran.refresh_from_db()
    assert placement.veteran.employment_status == EmploymentStatus.EMPLOYED
    correct(placement, clerk, S.OFFERED)
    assert days_of(placement) == (None, None)
    placement.veteran.refresh_from_db()
    assert placement.veteran.employment_status == EmploymentStatus.UNEMPLOYED
    correct(placement, clerk, S["RETAINED_1M"])
    assert days_of(placement) == (first, None)
    placement.veteran.refresh_from_db()
    assert placement.veteran.employment_status == EmploymentStatus.EMPLOYED
    actions.advance(placement=placement, step="leave", by=clerk, on=TODAY, note="回乡", wants_another=True)
    assert days_of(placement) == (first, TODAY)
    correct(placement, clerk, S.ONBOARDED)
    placement.refresh_from_db()
    assert (placement.left_on, placement.left_reason, placement.wants_another) == (None, "", None)
    correct(placement, clerk, S.LEFT)
    assert days_of(placement) == (first, TODAY)
    assert placement.left_reason == "回乡"


def test_correction_to_employed_needs_a_day_without_log(placement: Any, clerk: Any) -> None:
    with pytest.raises(TransitionRefused):
        correct(placement, clerk, S.ONBOARDED)
    with pytest.raises(TransitionRefused):
        correct(placement, clerk, S.LEFT)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        correct(placement, clerk, S.ONBOARDED, on=TODAY + timedelta(days=1))
    with pytest.raises(ValidationError, match="入职满 90 天"):
        correct(placement, clerk, S["RETAINED_3M"], on=TODAY - timedelta(days=89))
    correct(placement, clerk, S["RETAINED_3M"], on=TODAY - timedelta(days=90))
    assert days_of(placement) == (TODAY - timedelta(days=90), None)
    with pytest.raises(ValidationError, match="不能早于上一步"):
        actions.advance(
            placement=placement, step="leave", by=clerk, on=TODAY - timedelta(days=91), note="回乡"
        )


def test_correction_is_refused_beside_another_live_intention(placement: Any, clerk: Any) -> None:
    declined = actions.advance(placement=placement, step="decline_by_veteran", by=clerk)
    actions.declare(veteran=placement.veteran, position=placement.position, by=clerk)
    with pytest.raises(ValidationError, match="另一份进行中"):
        correct(declined, clerk, S.INTENDED)
    with pytest.raises(ValidationError, match="另一份进行中"):
        correct(declined, clerk, S.ONBOARDED, on=TODAY)


def test_person_with_two_jobs_is_employed_after_leaving_one(placement: Any, clerk: Any) -> None:
    other = actions.declare(veteran=placement.veteran, position=make_position(), by=clerk)
    onboard(placement, clerk), onboard(other, clerk)
    actions.advance(placement=other, step="leave", by=clerk, note="离家太远")
    placement.veteran.refresh_from_db()
    assert placement.veteran.employment_status == EmploymentStatus.EMPLOYED
