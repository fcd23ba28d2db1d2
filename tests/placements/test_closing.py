"""Placements ended by another one, their reopening, and the search after leaving."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.state_machine import TransitionRefused
from portal.employers.hidden_records import hide
from portal.follow_ups.enums import FollowUpKind, FollowUpState
from portal.placements import actions
from portal.placements.closing import reopen_blocker, reopen_closed
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement
from portal.positions import actions as positions
from portal.reports.funnels import count_stages
from portal.veterans.enums import CloseReason
from portal.veterans.record_closing import close_record, reopen_record
from portal.veterans.record_merges import merge_records, undo_merge
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user, make_veteran
from tests.harness.optional import require

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def clerk() -> Any:
    return make_staff(make_stations()["睦洲镇"])


@pytest.fixture
def head() -> Any:
    return make_staff(make_stations()["新会区"], StationRole.HEAD)


@pytest.fixture
def person() -> Any:
    return make_veteran()


def declare(person: Any, clerk: Any, *steps: Any, position: Any = None, **fields: Any) -> Any:
    placement = actions.declare(veteran=person, position=position or make_position(), by=clerk)
    for step in steps:
        placement = actions.advance(placement=placement, step=step, by=clerk, **fields)
    return placement


def onboard(placement: Any, clerk: Any) -> Any:
    return actions.advance(placement=placement, step="onboard", by=clerk, close_others=True)


def state(placement: Any) -> str:
    placement.refresh_from_db()
    return placement.state


def pending(placement: Any) -> Any:
    return [(row.kind, row.due_on) for row in placement.follow_ups.pending().order_by("due_on")]


def test_intention_lapsed_by_onboarding_reopens_in_its_state(person: Any, clerk: Any) -> None:
    other, hired = declare(person, clerk, "interview"), declare(person, clerk, "offer")
    onboard(hired, clerk)
    other.refresh_from_db()
    assert (other.state, other.closed_by) == (S.LAPSED, hired)
    assert reopen_blocker(other) == ""
    with pytest.raises(PermissionDenied):
        reopen_closed(placement=other, by=make_staff(make_stations()["司前镇"]))
    back = reopen_closed(placement=other, by=clerk)
    assert (back.state, back.closed_by) == (S.INTERVIEWED, None)
    assert require(back.transitions.last()).step == "reopen"
    assert pending(back) == [(FollowUpKind.AFTER_INTERVIEW, TODAY + timedelta(days=3))]
    with pytest.raises(TransitionRefused):
        reopen_closed(placement=back, by=clerk)


def test_corrected_onboarding_reopens_lapsed_intentions(person: Any, clerk: Any) -> None:
    other, hired = declare(person, clerk), declare(person, clerk, "offer")
    lapsed = declare(person, clerk, "lapse")
    onboard(hired, clerk)
    actions.correct(placement=hired, to_state=S.OFFERED, by=clerk, reason="没有到岗")
    assert (state(other), state(lapsed)) == (S.INTENDED, S.LAPSED)


def test_leaving_reopens_nothing(person: Any, clerk: Any) -> None:
    other, hired = declare(person, clerk), declare(person, clerk, "offer")
    onboard(hired, clerk)
    actions.advance(placement=hired, step="leave", by=clerk, note="回乡")
    assert state(other) == S.LAPSED
    actions.correct(placement=hired, to_state=S.OFFERED, by=clerk, reason="从未入职")
    assert state(other) == S.INTENDED


def test_reopening_is_refused_while_blocked(person: Any, clerk: Any) -> None:
    member = make_user()
    position = make_position(employer=make_employer(member=member))
    other, hired = declare(person, clerk, position=position), declare(person, clerk, "offer")
    onboard(hired, clerk)
    positions.mark_filled(position=position, by=member)
    other.refresh_from_db()
    assert "停止招聘" in reopen_blocker(other)
    with pytest.raises(ValidationError, match="停止招聘"):
        reopen_closed(placement=other, by=clerk)
    actions.correct(placement=hired, to_state=S.OFFERED, by=clerk, reason="没有到岗")
    assert state(other) == S.LAPSED


def test_live_intention_or_hidden_record_blocks_reopening(person: Any, clerk: Any) -> None:
    position = make_position()
    other, hired = declare(person, clerk, position=position), declare(person, clerk, "offer")
    onboard(hired, clerk)
    second = declare(person, clerk, position=position)
    other.refresh_from_db()
    assert "进行中" in reopen_blocker(other)
    actions.advance(placement=second, step="lapse", by=clerk)
    hide(veteran=person, employer=position.employer, by=clerk)
    assert "隐藏" in reopen_blocker(Placement.objects.with_details().get(pk=other.pk))
    assert "不是因为" in reopen_blocker(second)


@pytest.mark.parametrize(("wants", "call_count"), [(True, 1), (False, 0), (None, 0)])
def test_wish_for_another_job_schedules_follow_up(
    person: Any, clerk: Any, wants: Any, call_count: Any
) -> None:
    left = declare(person, clerk, "offer", "onboard")
    left = actions.advance(placement=left, step="leave", by=clerk, note="回乡", wants_another=wants)
    assert left.wants_another is wants
    assert pending(left) == [(FollowUpKind.NEW_SEARCH, TODAY + timedelta(days=7))] * call_count


def test_new_intention_is_linked_to_the_placement_left(person: Any, clerk: Any) -> None:
    left = declare(person, clerk, "offer", "onboard")
    actions.advance(placement=left, step="leave", by=clerk, note="回乡", wants_another=True)
    again = declare(person, clerk)
    assert again.follows == left
    assert pending(left) == []
    assert declare(make_veteran(), clerk).follows is None


def test_merge_keeps_the_intention_further_along(clerk: Any, head: Any) -> None:
    stations, position = make_stations(), make_position()
    target, source = make_veteran(), make_veteran(station=stations["司前镇"])
    neighbour = make_staff(stations["司前镇"])
    target_placement = declare(target, clerk, position=position)
    source_placement = declare(source, neighbour, "offer", "onboard", position=position)
    other = declare(source, neighbour)
    merge = merge_records(target=target, source=source, by=head)
    target_placement.refresh_from_db(), source_placement.refresh_from_db()
    assert (target_placement.state, target_placement.closed_by, source_placement.state) == (
        S.LAPSED,
        source_placement,
        S.ONBOARDED,
    )
    assert {row.veteran_id for row in (target_placement, source_placement)} == {target.pk}
    for row in (source_placement, other):
        calls = row.follow_ups.pending()
        assert {call.station for call in calls} == {target.station}
        assert {call.events.get().kind for call in calls} == {"moved"}
    assert not target_placement.follow_ups.pending().exists()
    undo_merge(merge=merge, by=head)
    target_placement.refresh_from_db(), source_placement.refresh_from_db()
    assert (target_placement.state, target_placement.veteran, source_placement.veteran) == (
        S.INTENDED,
        target,
        source,
    )
    assert {call.station for call in source_placement.follow_ups.pending()} == {source.station}


def test_absorbed_placement_is_counted_once_and_restored_with_its_days(clerk: Any, head: Any) -> None:
    first, position = TODAY - timedelta(days=40), make_position(headcount=2)
    target, source = make_veteran(), make_veteran()
    target_placement = declare(target, clerk, "offer", "onboard", position=position, on=first)
    source_placement = declare(source, clerk, "offer", "onboard", position=position, on=first)
    merge = merge_records(target=target, source=source, by=head)
    source_placement.refresh_from_db()
    assert (source_placement.state, source_placement.onboarded_on, source_placement.closed_by) == (
        S.LAPSED,
        None,
        target_placement,
    )
    position.refresh_from_db()
    assert position.is_open
    assert [stage.count for stage in count_stages(Placement.objects.all())][:4] == [2, 1, 1, 1]
    undo_merge(merge=merge, by=head)
    assert [stage.count for stage in count_stages(Placement.objects.all())][:4] == [2, 2, 2, 2]
    source_placement.refresh_from_db()
    assert (source_placement.state, source_placement.onboarded_on) == (S.ONBOARDED, first)
    assert source_placement.follow_ups.filter(state=FollowUpState.PENDING).count() == 4


def test_closed_record_refuses_intentions(person: Any, clerk: Any, head: Any) -> None:
    close_record(veteran=person, by=head, reason=CloseReason.MOVED)
    with pytest.raises(ValidationError, match="已经注销"):
        declare(person, clerk)


def test_closed_record_has_no_pending_follow_ups_until_reopened(person: Any, clerk: Any, head: Any) -> None:
    placement = declare(person, clerk, "interview")
    pending_before = sorted(
        placement.follow_ups.filter(state=FollowUpState.PENDING).values_list("kind", "due_on")
    )
    assert pending_before
    closed_record = close_record(veteran=person, by=head, reason=CloseReason.MOVED)
    assert not placement.follow_ups.filter(state=FollowUpState.PENDING).exists()
    reopen_record(veteran=closed_record, by=head)
    again = placement.follow_ups.filter(state=FollowUpState.PENDING)
    assert sorted(again.values_list("kind", "due_on")) == pending_before


def test_closed_record_blocks_reopening(person: Any, clerk: Any, head: Any) -> None:
    lapsed, onboarded = declare(person, clerk), declare(person, clerk, "offer")
    onboard(onboarded, clerk)
    lapsed.refresh_from_db()
    assert reopen_blocker(lapsed) == ""
    close_record(veteran=person, by=head, reason=CloseReason.MOVED)
    with pytest.raises(ValidationError, match="档案已注销"):
        reopen_closed(placement=lapsed, by=clerk)
    assert state(lapsed) == S.LAPSED


def test_step_after_the_record_was_closed_is_refused_and_opens_no_call(
    person: Any, clerk: Any, head: Any
) -> None:
    placement = declare(person, clerk)
    close_record(veteran=person, by=head, reason=CloseReason.DIED)
    with pytest.raises(ValidationError, match="注销"):
        actions.advance(placement=placement, step="offer", by=clerk)
    actions.correct(placement=placement, to_state=S.INTERVIEWED, by=clerk, reason="记错了")
    assert pending(placement) == []
