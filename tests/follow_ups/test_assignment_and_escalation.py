"""Rules, moves, absences, assignment, covers and escalation of follow-ups."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core import scheduled_jobs
from portal.core.models import AuditEvent
from portal.follow_ups import assignment, covers, due_follow_ups
from portal.follow_ups.absences import end_absence, record_absence
from portal.follow_ups.enums import AbsenceReason, FollowUpEventKind, FollowUpKind, FollowUpState
from portal.follow_ups.follow_up_rules import set_rule
from portal.follow_ups.models import Absence, Cover, FollowUp, FollowUpEvent
from portal.notifications.models import Notification
from portal.placements import actions
from portal.stations import actions as stations_of
from portal.stations.enums import StationLevel
from portal.veterans.actions import update_record
from portal.veterans.models import RecordMove
from tests.factories import make_position, make_staff, make_user, make_veteran

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def head(tree: Any) -> Any:
    return make_staff(tree["新会区"], StationRole.HEAD)


@pytest.fixture
def placement(person: Any, clerk: Any) -> Any:
    return actions.declare(veteran=person, position=make_position(), by=clerk)


@pytest.fixture
def call(placement: Any) -> Any:
    return placement.follow_ups.earliest("due_on")


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Function that sets the clock to noon of a day."""

    def set_noon(day: date) -> None:
        moment = timezone.make_aware(datetime.combine(day, time(12)))
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_noon


def days_to_call(placement: Any) -> list[int]:
    rows = placement.follow_ups.pending().order_by("call_on", "pk")
    return [(row.call_on - TODAY).days for row in rows]


def events(call: Any, kind: Any = None) -> list[tuple[str, int]]:
    rows = FollowUpEvent.objects.filter(follow_up=call).order_by("pk")
    return [(row.kind, (row.on - TODAY).days) for row in (rows.filter(kind=kind) if kind else rows)]


# --- rules -----------------------------------------------------------------------------------------------
def test_rule_of_the_city_applies_to_later_steps(
    placement: Any, clerk: Any, operator: Any, head: Any
) -> None:
    for user in (head, clerk, make_user()):
        with pytest.raises(PermissionDenied):
            set_rule(kind=FollowUpKind.AFTER_INTERVIEW, days=[5], by=user)
    set_rule(kind=FollowUpKind.AFTER_FAIR, days=[2], by=operator)
    set_rule(kind=FollowUpKind.AFTER_INTERVIEW, days=[9, 2, 9], by=operator)
    assert days_to_call(placement) == [3, 7, 14]
    updated = actions.advance(placement=placement, step="interview", by=clerk)
    assert days_to_call(updated) == [2, 9]
    again = actions.declare(veteran=make_veteran(), position=make_position(), by=clerk)
    assert days_to_call(again) == [2]
    set_rule(kind=FollowUpKind.AFTER_FAIR, days=[], by=operator)
    assert days_to_call(actions.declare(veteran=make_veteran(), position=make_position(), by=clerk)) == []


@pytest.mark.parametrize("days", [[-1], [731], [1, 2, 3, 4, 5, 6, 7]])
def test_impossible_days_are_refused(operator: Any, days: Any) -> None:
    with pytest.raises(ValidationError):
        set_rule(kind=FollowUpKind.AFTER_FAIR, days=days, by=operator)
    with pytest.raises(ValidationError):
        set_rule(kind=FollowUpKind.CONTRADICTION, days=[1], by=operator)


def test_offer_and_planned_first_day_schedule_follow_ups(placement: Any, clerk: Any) -> None:
    updated = actions.advance(placement=placement, step="offer", by=clerk, planned_first_day=after(9))
    rows = updated.follow_ups.pending().order_by("due_on")
    assert [(row.kind, row.due_on) for row in rows] == [
        (FollowUpKind.AFTER_OFFER, after(3)),
        (FollowUpKind.FIRST_DAY, after(9)),
    ]


# --- moves -----------------------------------------------------------------------------------------------
def move_house(person: Any, by: Any, region: Any) -> Any:
    return update_record(veteran=person, by=by, section="identity", values={"living_region": region})


def test_follow_ups_move_with_the_person(tree: Any, placement: Any, call: Any, clerk: Any, head: Any) -> None:
    assignment.assign_follow_up(follow_up=call, clerk=clerk, by=head)
    FollowUp.objects.filter(pk=call.pk).update(station=tree["新会区"], escalation_level=1)
    person = update_record(
        veteran=placement.veteran,
        by=clerk,
        section="identity",
        values={"living_region": tree["蓬江区"].region},
    )
    assert person.station == tree["蓬江区"]
    assert RecordMove.objects.get().reason == "lives"
    call.refresh_from_db()
    assert (call.station, call.escalation_level, call.owned_since, call.clerk) == (
        tree["蓬江区"],
        0,
        TODAY,
        None,
    )
    assert events(call) == [("assigned", 0), ("moved", 0)]
    assert not FollowUp.objects.visible_to(clerk).exists()


def test_move_within_the_station_keeps_the_follow_ups(
    tree: Any, placement: Any, call: Any, clerk: Any
) -> None:
    for region in ("南安村", "睦洲镇"):
        update_record(
            veteran=placement.veteran,
            by=clerk,
            section="identity",
            values={"living_region": tree[region].region},
        )
    placement.veteran.refresh_from_db()
    assert placement.veteran.station in (tree["南安村"], tree["睦洲镇"])
    move_house(placement.veteran, clerk, None)
    assert FollowUp.objects.get(pk=call.pk).station == placement.veteran.station


def test_new_station_takes_over_follow_ups_of_its_people(tree: Any, operator: Any, clerk: Any) -> None:
    village = make_veteran(station=tree["睦洲镇"], living_region=tree["南安村"].region)
    stays = make_veteran(station=tree["睦洲镇"])
    calls = [
        actions.declare(veteran=who, position=make_position(), by=clerk).follow_ups.earliest("due_on")
        for who in (village, stays)
    ]
    stations_of.close_station(station=tree["南安村"], into=tree["睦洲镇"], by=operator, on=TODAY)
    new = stations_of.split_station(
        station=tree["睦洲镇"], name="南安村退役军人服务站", level=StationLevel.VILLAGE,
        regions=[tree["南安村"].region], by=operator, on=TODAY,
    )  # fmt: skip
    assert [FollowUp.objects.get(pk=call.pk).station for call in calls] == [new, tree["睦洲镇"]]
    assert events(calls[0], FollowUpEventKind.MOVED) == [("moved", 0)]
    assert events(calls[1], FollowUpEventKind.MOVED) == []


# --- absence ---------------------------------------------------------------------------------------------
def absent(person: Any, clerk: Any, days: int) -> Absence:
    return record_absence(veteran=person, reason=AbsenceReason.WORKS_AWAY, until=after(days), by=clerk)


def test_absence_postpones_pending_and_new_follow_ups(placement: Any, person: Any, clerk: Any) -> None:
    absent(person, clerk, 9)
    assert days_to_call(placement) == [10, 10, 14]
    updated = actions.advance(placement=placement, step="interview", by=clerk)
    assert days_to_call(updated) == [10]
    late = updated.follow_ups.pending().get()
    assert (late.due_on, events(late)) == (after(3), [("paused", 0)])
    absent(person, clerk, 5)
    assert days_to_call(updated) == [6]
    assert Absence.objects.in_force().count() == 1
    end_absence(absence=Absence.objects.in_force().get(), by=clerk)
    assert days_to_call(updated) == [3]
    assert events(late) == [("paused", 0), ("resumed", 0), ("resumed", 0)]
    event = AuditEvent.objects.get(verb="placements.absence_ended")
    assert (event.actor_id, event.data) == (clerk.pk, {"veteran": person.pk})


def test_end_of_absence_leaves_nothing_overdue(placement: Any, person: Any, clerk: Any, on: Any) -> None:
    away = absent(person, clerk, 30)
    on(after(20))
    end_absence(absence=away, by=clerk)
    assert days_to_call(placement) == [20, 20, 20]
    with pytest.raises(ValidationError, match="已经结束"):
        end_absence(absence=away, by=clerk)


def test_absence_needs_permission_a_valid_day_and_a_note(tree: Any, person: Any, clerk: Any) -> None:
    with pytest.raises(PermissionDenied):
        absent(person, make_staff(tree["司前镇"]), 3)
    for days in (-1, 400):
        with pytest.raises(ValidationError):
            absent(person, clerk, days)
    with pytest.raises(ValidationError, match="原因"):
        record_absence(veteran=person, reason=AbsenceReason.OTHER, until=after(3), by=clerk)
    away = absent(person, clerk, 0)
    with pytest.raises(PermissionDenied):
        end_absence(absence=away, by=make_staff(tree["司前镇"]))
    assert Absence.objects.visible_to(clerk).get() == away
    assert not Absence.objects.visible_to(make_staff(tree["司前镇"])).exists()


# --- names and cover -------------------------------------------------------------------------------------
def test_heads_assign_and_clerks_take_or_give_up_follow_ups(
    tree: Any, call: Any, clerk: Any, head: Any
) -> None:
    other = make_staff(tree["睦洲镇"], name="黄丽华")
    with pytest.raises(PermissionDenied):
        assignment.assign_follow_up(follow_up=call, clerk=other, by=clerk)
    with pytest.raises(ValidationError, match="不负责"):
        assignment.assign_follow_up(follow_up=call, clerk=make_staff(tree["司前镇"]), by=head)
    assigned_call = assignment.assign_follow_up(follow_up=call, clerk=clerk, by=clerk)
    assert FollowUp.objects.assigned_to(clerk).earliest("due_on") == assigned_call
    assert assigned_call not in FollowUp.objects.assigned_to(other)
    assignment.assign_follow_up(follow_up=call, clerk=None, by=clerk)
    assert call in FollowUp.objects.assigned_to(other)
    assert events(call) == [("assigned", 0), ("assigned", 0)]
    FollowUp.objects.filter(pk=call.pk).update(state=FollowUpState.CANCELLED)
    with pytest.raises(ValidationError, match="取消"):
        assignment.assign_follow_up(follow_up=call, clerk=clerk, by=head)


def test_cover_gets_own_and_unassigned_follow_ups_of_the_clerk(
    tree: Any, call: Any, clerk: Any, head: Any
) -> None:
    assigned_call = call.placement.follow_ups.latest("due_on")
    assignment.assign_follow_up(follow_up=assigned_call, clerk=clerk, by=head)
    assert not FollowUp.objects.assigned_to(head).exists()
    cover = covers.arrange_cover(clerk=clerk, cover=head, starts_on=TODAY, ends_on=after(3), by=clerk)
    assert {call, assigned_call} <= set(FollowUp.objects.assigned_to(head))
    assert not FollowUp.objects.assigned_to(head, after(4)).exists()
    with pytest.raises(ValidationError, match="已经安排"):
        covers.arrange_cover(clerk=clerk, cover=head, starts_on=after(3), ends_on=after(5), by=head)
    covers.end_cover(cover=cover, by=head)
    assert not Cover.objects.exists()


def test_ending_a_begun_cover_sets_its_end_to_yesterday(clerk: Any, head: Any) -> None:
    cover = covers.arrange_cover(clerk=clerk, cover=head, starts_on=after(-2), ends_on=after(3), by=head)
    assert Cover.objects.visible_to(clerk).get() == cover
    assert not Cover.objects.visible_to(make_user()).exists()
    covers.end_cover(cover=cover, by=clerk)
    cover.refresh_from_db()
    assert cover.ends_on == after(-1)
    with pytest.raises(ValidationError, match="已经结束"):
        covers.end_cover(cover=cover, by=clerk)


def test_cover_needs_permission_and_the_same_stations(tree: Any, clerk: Any, head: Any) -> None:
    other = make_staff(tree["司前镇"])
    days: dict[str, Any] = {"starts_on": TODAY, "ends_on": after(1)}
    with pytest.raises(PermissionDenied):
        covers.arrange_cover(clerk=clerk, cover=head, by=other, **days)
    for cover in (other, make_user()):
        with pytest.raises(ValidationError, match="看不到"):
            covers.arrange_cover(clerk=clerk, cover=cover, by=head, **days)
    for wrong in ({"cover": clerk}, {"cover": head, "starts_on": after(2)}):
        with pytest.raises(ValidationError):
            covers.arrange_cover(**{"clerk": clerk, "by": head, **days, **wrong})


# --- falling due -----------------------------------------------------------------------------------------
def test_follow_up_is_marked_due_once_and_clerks_are_notified_once_a_day(
    placement: Any, call: Any, clerk: Any, head: Any, on: Any
) -> None:
    actions.declare(veteran=placement.veteran, position=make_position(), by=clerk)
    assert due_follow_ups.process_due_follow_ups() is None
    on(after(3))
    assert due_follow_ups.process_due_follow_ups() == "2 fell due, 0 moved up, 1 told"
    assert due_follow_ups.process_due_follow_ups() is None
    assert events(call) == [("fell_due", 3)]
    assert [notification.text for notification in Notification.objects.filter(user=clerk)] == [
        "2 个回访今天到期，请联系。"
    ]
    assert not Notification.objects.filter(user=head).exists()
    assert "placements.duties" in {job.name for job in scheduled_jobs.jobs()}


def test_late_run_escalates_level_by_level(
    tree: Any, placement: Any, call: Any, clerk: Any, head: Any, on: Any
) -> None:
    assignment.assign_follow_up(follow_up=call, clerk=clerk, by=head)
    on(after(9))
    due_follow_ups.process_due_follow_ups()
    call.refresh_from_db()
    assert (call.station, call.escalation_level) == (tree["睦洲镇"], 0)
    on(after(40))
    due_follow_ups.process_due_follow_ups()
    call.refresh_from_db()
    assert (call.station, call.escalation_level, call.owned_since, call.clerk) == (
        tree["江门市"],
        2,
        after(17),
        None,
    )
    assert events(call)[1:] == [("fell_due", 3), ("escalated", 10), ("escalated", 17)]
    assert Notification.objects.filter(user=head, key__startswith="duties.raised").count() == 1
    assert call in FollowUp.objects.visible_to(clerk)
    assigned_call = assignment.assign_follow_up(
        follow_up=call, clerk=clerk, by=head
    )  # and may be given back to who knows the person
    assert assigned_call in FollowUp.objects.assigned_to(clerk)


def test_absence_stops_escalation(placement: Any, person: Any, call: Any, clerk: Any, on: Any) -> None:
    absent(person, clerk, 20)
    on(after(20))
    due_follow_ups.process_due_follow_ups()
    assert events(call, FollowUpEventKind.FELL_DUE) == events(call, FollowUpEventKind.ESCALATED) == []
    on(after(28))
    due_follow_ups.process_due_follow_ups()
    assert events(call, FollowUpEventKind.FELL_DUE) == [("fell_due", 21)]
    assert events(call, FollowUpEventKind.ESCALATED) == [("escalated", 28)]


def test_assigned_follow_up_notifies_the_cover(
    placement: Any, call: Any, clerk: Any, head: Any, on: Any
) -> None:
    assignment.assign_follow_up(follow_up=call, clerk=clerk, by=head)
    covers.arrange_cover(clerk=clerk, cover=head, starts_on=after(3), ends_on=after(3), by=clerk)
    on(after(3))
    due_follow_ups.process_due_follow_ups()
    assert [notification.user for notification in Notification.objects.all()] == [head]


def test_moved_follow_up_restarts_its_escalation_period(
    placement: Any, call: Any, operator: Any, on: Any
) -> None:
    on(after(9))
    assignment.move_follow_ups(condition=Q(pk=call.pk), by=operator)
    on(after(15))
    due_follow_ups.process_due_follow_ups()
    assert events(call, FollowUpEventKind.ESCALATED) == []
    on(after(16))
    due_follow_ups.process_due_follow_ups()
    assert events(call, FollowUpEventKind.ESCALATED) == [("escalated", 16)]
