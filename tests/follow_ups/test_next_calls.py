"""Next calls after a call without update or a new number, and reversal of attempts."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.encryption import lookup_hash
from portal.core.models import AuditEvent
from portal.follow_ups import attempts
from portal.follow_ups.absences import record_absence
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.follow_up_rules import set_rule
from portal.follow_ups.models import AttemptReversal, FollowUp
from portal.follow_ups.scheduling import open_follow_up
from portal.placements import actions
from portal.reports import worklists
from portal.veterans.actions import update_record
from portal.veterans.enums import CloseReason
from portal.veterans.models import Veteran
from portal.veterans.record_closing import close_record
from portal.veterans.record_merges import merge_records
from tests.factories import make_id_number, make_position, make_staff, make_veteran
from tests.imports.record_imports import counts, take_in, workbook_of
from tests.imports.record_imports import person as person_row

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NEW = "13712345678"


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def placement(person: Any, clerk: Any) -> Any:
    """Placement with one pending follow-up."""
    placement = actions.declare(veteran=person, position=make_position(), by=clerk)
    for call in placement.follow_ups.order_by("due_on")[:2]:
        attempts.record_call(follow_up=call, by=clerk, outcome=AttemptOutcome.REACHED)
    return placement


@pytest.fixture
def call(placement: Any) -> Any:
    return placement.follow_ups.pending().get()


def record_calls(call: Any, clerk: Any, outcome: Any, times: Any = 1) -> Any:
    for _ in range(times):
        call = attempts.record_call(follow_up=call, by=clerk, outcome=outcome)
    return call


def pending_calls(placement: Any) -> list[tuple[str, int]]:
    rows = placement.follow_ups.pending().order_by("call_on", "pk")
    return [(row.kind, (row.call_on - TODAY).days) for row in rows]


# --- nothing new -----------------------------------------------------------------------------------------
def test_call_without_update_schedules_next(placement: Any, call: Any, clerk: Any) -> None:
    assert pending_calls(placement) == [(FollowUpKind.AFTER_FAIR, 14)]  # none is added while one is pending
    record_calls(call, clerk, AttemptOutcome.REACHED)
    assert pending_calls(placement) == [(FollowUpKind.AGAIN, 14)]
    again = placement.follow_ups.pending().get()
    assert again.station == placement.veteran.station
    attempts.record_call(follow_up=again, by=clerk, outcome=AttemptOutcome.REACHED, step="interview")
    assert pending_calls(placement) == [(FollowUpKind.AFTER_INTERVIEW, 3)]


def test_step_or_ending_replaces_the_next_call(placement: Any, call: Any, clerk: Any) -> None:
    record_calls(call, clerk, AttemptOutcome.REACHED)
    actions.advance(placement=placement, step="decline_by_veteran", by=clerk)
    assert pending_calls(placement) == []


@pytest.mark.parametrize("outcome", [AttemptOutcome.REFUSED, AttemptOutcome.WRONG_NUMBER])
def test_refusal_or_no_answer_schedules_no_next_call(
    placement: Any, call: Any, clerk: Any, outcome: Any
) -> None:
    record_calls(call, clerk, outcome)
    assert pending_calls(placement) == []


def test_rule_of_the_city_sets_days_of_next_calls(
    operator: Any, placement: Any, call: Any, clerk: Any
) -> None:
    set_rule(kind=FollowUpKind.AGAIN, days=[5, 30], by=operator)
    record_calls(call, clerk, AttemptOutcome.REACHED)
    assert pending_calls(placement) == [(FollowUpKind.AGAIN, 5), (FollowUpKind.AGAIN, 30)]
    set_rule(kind=FollowUpKind.AGAIN, days=[], by=operator)
    for row in placement.follow_ups.pending():
        record_calls(row, clerk, AttemptOutcome.REACHED)
    assert pending_calls(placement) == []


def test_next_call_respects_absence_and_completed_days(placement: Any, call: Any, clerk: Any) -> None:
    FollowUp.objects.create(
        placement=placement, kind=FollowUpKind.AGAIN, due_on=after(14), call_on=after(14),
        station=call.station, state=FollowUpState.DONE, done_at=timezone.now(), done_by=clerk,
    )  # fmt: skip
    record_absence(veteran=placement.veteran, reason=AbsenceReason.FAMILY, by=clerk, until=after(20))
    record_calls(FollowUp.objects.get(pk=call.pk), clerk, AttemptOutcome.REACHED)
    again = placement.follow_ups.pending().get()
    assert (again.due_on, again.call_on) == (after(15), after(21))


def test_next_call_after_leaving_only_if_looking_for_a_job(person: Any, clerk: Any) -> None:
    for wants_job, next_calls in ((True, [(FollowUpKind.AGAIN, 14)]), (False, [])):
        placement = actions.declare(veteran=person, position=make_position(), by=clerk)
        for step in ("offer", "onboard"):
            actions.advance(placement=placement, step=step, by=clerk)
        placement = actions.advance(
            placement=placement, step="leave", by=clerk, note="太远", wants_another=wants_job
        )
        for row in placement.follow_ups.pending():
            record_calls(row, clerk, AttemptOutcome.REACHED)
        assert pending_calls(placement) == next_calls


# --- a new number ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("outcome", "times"), [(AttemptOutcome.WRONG_NUMBER, 1), (AttemptOutcome.NOT_REACHED, 3)]
)
def test_new_number_schedules_call_today(
    placement: Any, call: Any, clerk: Any, outcome: Any, times: Any
) -> None:
    record_calls(call, clerk, outcome, times)
    update_record(veteran=placement.veteran, by=clerk, section="identity", values={"phone": NEW})
    assert pending_calls(placement) == [(FollowUpKind.AGAIN, 0)]
    update_record(veteran=placement.veteran, by=clerk, section="identity", values={"phone": "13712345679"})
    assert pending_calls(placement) == [(FollowUpKind.AGAIN, 0)]


def _by_form(veteran: Veteran, clerk: Any) -> None:
    update_record(veteran=veteran, by=clerk, section="identity", values={"phone": NEW})


def _by_import(veteran: Veteran, clerk: Any) -> None:
    number = make_id_number(veteran.birth_date)
    Veteran.objects.filter(pk=veteran.pk).update(id_hash=lookup_hash(number))
    row = person_row(name=veteran.name, id_number=number, phone=NEW, station=veteran.station.name)
    assert counts(take_in(clerk, workbook_of(row))) == {"updated": 1}


def _by_merge(veteran: Veteran, clerk: Any) -> None:
    Veteran.objects.filter(pk=veteran.pk).update(phone="", phone_hash="")
    duplicate = make_veteran(station=veteran.station, birth_date=veteran.birth_date)
    Veteran.objects.filter(pk=duplicate.pk).update(phone=NEW, phone_hash=lookup_hash(NEW))
    head = make_staff(veteran.station, StationRole.HEAD, name="周敏")
    merge_records(target=veteran, source=Veteran.objects.get(pk=duplicate.pk), by=head)


@pytest.mark.parametrize("write", [_by_form, _by_import, _by_merge])
def test_new_number_schedules_call_by_every_path(
    placement: Any, call: Any, clerk: Any, write: Callable[[Veteran, Any], None]
) -> None:
    record_calls(call, clerk, AttemptOutcome.WRONG_NUMBER)
    write(placement.veteran, clerk)
    assert pending_calls(placement) == [(FollowUpKind.AGAIN, 0)]
    veteran = Veteran.objects.get(pk=placement.veteran_id)
    assert (veteran.phone, veteran.phone_hash) == (NEW, lookup_hash(NEW))


def test_number_that_is_taken_away_schedules_no_call(placement: Any, call: Any, clerk: Any) -> None:
    record_calls(call, clerk, AttemptOutcome.WRONG_NUMBER)
    update_record(veteran=placement.veteran, by=clerk, section="identity", values={"phone": ""})
    assert pending_calls(placement) == []


def test_no_call_for_same_number_refusal_or_ended_intention(placement: Any, call: Any, clerk: Any) -> None:
    person = placement.veteran
    record_calls(call, clerk, AttemptOutcome.WRONG_NUMBER)
    update_record(veteran=person, by=clerk, section="identity", values={"phone": person.phone})
    assert pending_calls(placement) == []
    actions.advance(placement=placement, step="lapse", by=clerk)
    update_record(veteran=person, by=clerk, section="identity", values={"phone": NEW})
    assert pending_calls(placement) == []
    second_placement = actions.declare(veteran=person, position=make_position(), by=clerk)
    for row in second_placement.follow_ups.pending():
        record_calls(row, clerk, AttemptOutcome.REFUSED)
    update_record(veteran=person, by=clerk, section="identity", values={"phone": "13712345670"})
    assert pending_calls(second_placement) == []


# --- a mistake -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("outcome", AttemptOutcome.values)
def test_attempt_recorded_by_mistake_can_be_reversed(
    placement: Any, call: Any, clerk: Any, outcome: Any
) -> None:
    before = pending_calls(placement)
    record_calls(call, clerk, outcome)
    back = attempts.reverse_attempt(follow_up=call, by=clerk)
    assert (back.state, back.tries, back.done_at, back.done_by) == (FollowUpState.PENDING, 0, None, None)
    assert pending_calls(placement) == before  # the next call is cancelled too
    assert call.attempts.count() == 1  # the row stays
    assert not call.attempts.not_reversed().exists()
    assert AuditEvent.objects.filter(verb="placements.follow_up_taken_back", actor_id=clerk.pk).count() == 1
    with pytest.raises(ValidationError):
        attempts.reverse_attempt(follow_up=call, by=clerk)


def test_reversal_keeps_next_calls_scheduled_before(placement: Any, call: Any, clerk: Any) -> None:
    record_calls(call, clerk, AttemptOutcome.REACHED)
    dispute = open_follow_up(placement=placement, kind=FollowUpKind.CONTRADICTION, due_on=TODAY, by=None)
    record_calls(dispute, clerk, AttemptOutcome.NOT_REACHED)
    attempts.reverse_attempt(follow_up=dispute, by=clerk)
    assert pending_calls(placement) == [(FollowUpKind.CONTRADICTION, 0), (FollowUpKind.AGAIN, 14)]


def test_reversing_the_third_attempt_leaves_two(placement: Any, call: Any, clerk: Any) -> None:
    completed_call = record_calls(call, clerk, AttemptOutcome.NOT_REACHED, 3)
    assert completed_call.state == FollowUpState.DONE
    assert list(worklists.unreached_veterans(clerk)) == [placement.veteran]
    back = attempts.reverse_attempt(follow_up=completed_call, by=clerk)
    assert (back.state, back.tries) == (FollowUpState.PENDING, 2)
    assert not worklists.unreached_veterans(clerk).exists()
    # Again the third: the one before it is what counts, not the mistake.
    assert record_calls(back, clerk, AttemptOutcome.NOT_REACHED).state == FollowUpState.DONE


def test_only_own_attempts_of_today_without_consequences_are_reversible(
    tree: Any, placement: Any, call: Any, clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    completed_call = record_calls(call, clerk, AttemptOutcome.REFUSED)
    colleague, neighbour = make_staff(tree["睦洲镇"]), make_staff(tree["司前镇"])
    with pytest.raises(PermissionDenied):
        attempts.reverse_attempt(follow_up=completed_call, by=neighbour)
    assert attempts.reversible_attempt(completed_call, colleague) is None
    actions.advance(placement=placement, step="interview", by=clerk)
    assert attempts.reversible_attempt(completed_call, clerk) is None
    other = placement.follow_ups.pending().get()
    record_calls(other, clerk, AttemptOutcome.REFUSED)
    tomorrow = timezone.make_aware(datetime.combine(after(1), time(9)))
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: tomorrow)
        assert attempts.reversible_attempt(other, clerk) is None
    other.refresh_from_db()
    assert attempts.reversible_attempt(other, clerk) is not None
    head = make_staff(tree["睦洲镇"], StationRole.HEAD)
    close_record(veteran=placement.veteran, by=head, reason=CloseReason.DIED)
    with pytest.raises(ValidationError):
        attempts.reverse_attempt(follow_up=other, by=clerk)


def test_reversed_call_is_pending_at_the_current_station(
    tree: Any, operator: Any, placement: Any, call: Any, clerk: Any
) -> None:
    completed_call = record_calls(call, clerk, AttemptOutcome.REFUSED)
    person = placement.veteran
    person.station = tree["司前镇"]
    person.save()
    with pytest.raises(PermissionDenied):  # no more the clerk's
        attempts.reverse_attempt(follow_up=completed_call, by=clerk)
    FollowUp.objects.filter(pk=call.pk).update(state=FollowUpState.PENDING, done_at=None, done_by=None)
    record_calls(FollowUp.objects.get(pk=call.pk), operator, AttemptOutcome.REFUSED)
    back = attempts.reverse_attempt(follow_up=completed_call, by=operator)
    assert (back.station, back.escalation_level, back.owned_since) == (tree["司前镇"], 0, TODAY)


def test_attempt_is_reversed_only_once(placement: Any, call: Any, clerk: Any) -> None:
    record_calls(call, clerk, AttemptOutcome.NOT_REACHED)
    attempts.reverse_attempt(follow_up=call, by=clerk)
    row = AttemptReversal.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AttemptReversal.objects.create(attempt=row.attempt, by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        AttemptReversal.objects.filter(pk=row.pk).update(at=timezone.now())
