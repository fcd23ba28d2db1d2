"""Workflow of a placement: steps, refusals, corrections and scheduled follow-ups."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.models import AppendOnlyError
from portal.core.state_machine import TransitionRefused
from portal.follow_ups import attempts
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp
from portal.follow_ups.schedule import DEFAULT_DAYS, KINDS_BY_STATE
from portal.placements import actions
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from portal.placements.workflow import TRANSITIONS
from portal.reports.fair_report import build_fair_report
from portal.reports.funnels import count_stages
from portal.veterans.enums import EmploymentStatus
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    return make_staff(make_stations()["睦洲镇"], StationRole.CLERK)


@pytest.fixture
def placement(clerk: Any) -> Any:
    return actions.declare(veteran=make_veteran(), position=make_position(), by=clerk)


def _today() -> Any:
    return timezone.localdate()


def _walk(placement: Any, clerk: Any, *steps: Any, on: Any = None) -> Any:
    for step in steps:
        placement = actions.advance(placement=placement, step=step, by=clerk, on=on)
    return placement


def _pending(placement: Any) -> Any:
    rows = placement.follow_ups.filter(state=FollowUpState.PENDING)
    return [(row.kind, (row.due_on - _today()).days) for row in rows.order_by("due_on", "pk")]


def test_declaration_creates_log_and_follow_ups(placement: Any) -> None:
    assert placement.state == PlacementState.INTENDED
    assert [(row.sequence, row.step, row.to_state) for row in placement.transitions.all()] == [
        (1, "declare", "intended")
    ]
    assert _pending(placement) == [(FollowUpKind.AFTER_FAIR, days) for days in (3, 7, 14)]


def test_repeated_declaration_returns_the_existing_row(clerk: Any) -> None:
    veteran, position, key = make_veteran(), make_position(), uuid.uuid4()
    first = actions.declare(veteran=veteran, position=position, by=clerk, offline_key=key)
    assert actions.declare(veteran=veteran, position=position, by=clerk, offline_key=key) == first
    assert actions.declare(veteran=veteran, position=position, by=clerk) == first
    assert Placement.objects.count() == 1


def test_a_closed_position_and_an_employer_without_a_booth_are_refused(clerk: Any) -> None:
    veteran = make_veteran()
    with pytest.raises(ValidationError, match="停止招聘"):
        actions.declare(veteran=veteran, position=make_position(is_open=False), by=clerk)
    fair = make_fair(organiser=make_stations()["睦洲镇"])
    with pytest.raises(ValidationError, match="没有参加"):
        actions.declare(veteran=veteran, position=make_position(), by=clerk, fair=fair)


def test_only_person_station_or_fair_staff_declare(clerk: Any) -> None:
    stations, veteran = make_stations(), make_veteran(account=make_user())
    position = make_position()
    fair = make_fair(organiser=stations["蓬江区"])
    make_booth(fair, position)
    neighbour = make_staff(stations["司前镇"])
    with pytest.raises(PermissionDenied):
        actions.declare(veteran=veteran, position=position, by=neighbour)
    with pytest.raises(PermissionDenied):
        actions.declare(veteran=veteran, position=position, by=neighbour, fair=fair)
    at_the_booth = make_staff(stations["蓬江区"])
    assert actions.declare(veteran=veteran, position=position, by=at_the_booth, fair=fair).fair == fair


def test_intention_counts_after_both_sides_confirmed() -> None:
    member, veteran = make_user(), make_veteran(account=make_user())
    position = make_position(employer=make_employer(member=member))
    placement = actions.declare(veteran=veteran, position=position, by=require(veteran.account))
    assert not placement.is_confirmed_by_both
    with pytest.raises(PermissionDenied):
        actions.confirm(placement=placement, by=make_user())
    actions.confirm(placement=placement, by=member)
    assert Placement.objects.confirmed_by_both().get().is_confirmed_by_both


def test_every_step_leads_to_its_target(clerk: Any, placement: Any) -> None:
    long_ago = timezone.localdate() - timedelta(days=400)
    placement = _walk(placement, clerk, "interview", "offer", "onboard", on=long_ago)
    for step in ("retain_1m", "retain_3m", "retain_6m", "retain_12m"):
        placement = _walk(placement, clerk, step)
    placement = actions.advance(placement=placement, step="leave", by=clerk, note="回乡照顾老人")
    assert [row.to_state for row in placement.transitions.all()] == [
        "intended", "interviewed", "offered", "onboarded", "retained_1m", "retained_3m", "retained_6m",
        "retained_12m", "left",
    ]  # fmt: skip


@pytest.mark.parametrize("step", ["decline_by_veteran", "decline_by_employer", "mark_unreachable", "lapse"])
def test_ending_cancels_follow_ups_and_allows_a_new_intention(clerk: Any, placement: Any, step: Any) -> None:
    declined = _walk(placement, clerk, step)
    assert _pending(declined) == []
    again = actions.declare(veteran=declined.veteran, position=declined.position, by=clerk)
    assert again.pk != declined.pk


def test_steps_not_available_from_the_state_are_refused(clerk: Any, placement: Any) -> None:
    for row in TRANSITIONS:
        if PlacementState.INTENDED not in row.sources:
            with pytest.raises(TransitionRefused):
                actions.advance(placement=placement, step=row.step, by=clerk)


def test_neighbour_reviewer_and_person_may_not_record_steps(placement: Any) -> None:
    stations = make_stations()
    for user in (
        make_staff(stations["司前镇"]),
        make_staff(stations["新会区"], StationRole.REVIEWER),
        make_staff(stations["南安村"]),
        make_user(),
    ):
        with pytest.raises(PermissionDenied):
            actions.advance(placement=placement, step="interview", by=user)


def test_days_in_the_future_or_too_early_and_missing_reasons_are_refused(clerk: Any, placement: Any) -> None:
    with pytest.raises(ValidationError, match="不能晚于今天"):
        actions.advance(placement=placement, step="interview", by=clerk, on=_today() + timedelta(days=1))
    placement = _walk(placement, clerk, "offer", "onboard")
    with pytest.raises(ValidationError, match="入职满 30 天"):
        actions.advance(placement=placement, step="retain_1m", by=clerk)
    with pytest.raises(ValidationError, match="离职原因"):
        actions.advance(placement=placement, step="leave", by=clerk)


def test_onboarding_sets_the_status_and_closes_other_intentions_when_asked(
    clerk: Any, placement: Any
) -> None:
    veteran = placement.veteran
    other = actions.declare(veteran=veteran, position=make_position(), by=clerk)
    actions.advance(placement=placement, step="offer", by=clerk)
    actions.advance(placement=placement, step="onboard", by=clerk, close_others=True)
    veteran.refresh_from_db()
    other.refresh_from_db()
    assert veteran.employment_status == EmploymentStatus.EMPLOYED
    assert other.state == PlacementState.LAPSED
    actions.correct(placement=other, to_state="intended", by=clerk, reason="本人仍想面谈")
    other.refresh_from_db()
    assert other.state == PlacementState.INTENDED


def test_each_state_schedules_its_follow_ups(clerk: Any, placement: Any) -> None:
    placement = _walk(placement, clerk, "interview")
    assert _pending(placement) == [(FollowUpKind.AFTER_INTERVIEW, 3)]
    placement = _walk(placement, clerk, "offer", "onboard")
    first_calls = [(kind, *DEFAULT_DAYS[kind]) for kind in KINDS_BY_STATE[PlacementState.ONBOARDED]]
    assert _pending(placement) == first_calls


def test_retention_step_completes_its_follow_up_and_keeps_later_ones(clerk: Any, placement: Any) -> None:
    placement = _walk(placement, clerk, "offer", "onboard", on=_today() - timedelta(days=100))
    placement = _walk(placement, clerk, "retain_3m")
    assert [kind for kind, _ in _pending(placement)] == [
        FollowUpKind["RETENTION_6M"],
        FollowUpKind["RETENTION_12M"],
    ]


def test_three_failed_attempts_or_one_answer_complete_a_follow_up(clerk: Any, placement: Any) -> None:
    call = placement.follow_ups.earliest("due_on")
    for tries in (1, 2):
        call = attempts.record_attempt(follow_up=call, by=clerk, outcome=AttemptOutcome.NOT_REACHED)
        assert (call.state, call.tries) == (FollowUpState.PENDING, tries)
    call = attempts.record_attempt(follow_up=call, by=clerk, outcome=AttemptOutcome.NOT_REACHED)
    assert call.state == FollowUpState.DONE
    with pytest.raises(ValidationError, match="已经完成"):
        attempts.record_attempt(follow_up=call, by=clerk, outcome=AttemptOutcome.REACHED)
    with pytest.raises(PermissionDenied):
        attempts.record_attempt(
            follow_up=placement.follow_ups.latest("due_on"),
            by=make_staff(make_stations()["司前镇"]),
            outcome=AttemptOutcome.REACHED,
        )


def test_a_correction_keeps_the_wrong_step_and_takes_it_out_of_the_funnel(clerk: Any) -> None:
    fair = make_fair(organiser=make_stations()["睦洲镇"])
    position = make_position()
    make_booth(fair, position)
    placement = actions.declare(veteran=make_veteran(), position=position, by=clerk, fair=fair)
    placement = _walk(placement, clerk, "interview", "offer")

    def counts() -> Any:
        return [stage.count for stage in build_fair_report(fair).stages][:4]

    assert counts() == [1, 1, 1, 0]
    with pytest.raises(ValidationError, match="更正原因"):
        actions.correct(placement=placement, to_state="interviewed", by=clerk, reason=" ")
    with pytest.raises(TransitionRefused):
        actions.correct(placement=placement, to_state="onboarded", by=clerk, reason="从未入职")
    actions.correct(placement=placement, to_state="interviewed", by=clerk, reason="点错了")
    assert counts() == [1, 1, 0, 0]
    assert placement.transitions.count() == 4
    actions.advance(placement=placement, step="decline_by_employer", by=clerk)
    assert counts() == [1, 1, 0, 0]


def test_an_empty_funnel_has_no_shares() -> None:
    assert {stage.share for stage in count_stages(Placement.objects.none())} == {None}


def test_log_is_append_only(placement: Any) -> None:
    row = placement.transitions.get()
    row.note = "改一下"
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()


@pytest.mark.parametrize(
    "change",
    [
        {"state": "onboarded"},
        {"state": "left"},
        {"state": "flying"},
        {"veteran": None},
    ],
)
def test_the_database_refuses_states_without_what_they_need(placement: Any, change: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.filter(pk=placement.pk).update(**change)


def test_database_allows_one_live_row_and_unique_sequences(clerk: Any, placement: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.create(veteran=placement.veteran, position=placement.position, recorded_by=clerk)
    row = placement.transitions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.create(
            placement=placement,
            sequence=1,
            step="interview",
            from_state="intended",
            to_state="interviewed",
            happened_on=_today(),
            by=clerk,
            station=row.station,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.update(state=FollowUpState.DONE)
