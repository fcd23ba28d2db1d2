"""Nobody is left without a call: nothing new, a new number, a tap that was a mistake."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
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
from portal.veterans.record_closing import close_record
from tests.factories import make_position, make_staff

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NEW = "13712345678"


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def placement(person, clerk):
    """With one call left to make."""
    made = actions.declare(veteran=person, position=make_position(), by=clerk)
    for call in made.follow_ups.order_by("due_on")[:2]:
        attempts.record_call(follow_up=call, by=clerk, outcome=AttemptOutcome.REACHED)
    return made


@pytest.fixture
def call(placement):
    return placement.follow_ups.pending().get()


def say(call, clerk, outcome, times=1):
    for _ in range(times):
        call = attempts.record_call(follow_up=call, by=clerk, outcome=outcome)
    return call


def waiting(placement) -> list[tuple[str, int]]:
    rows = placement.follow_ups.pending().order_by("call_on", "pk")
    return [(row.kind, (row.call_on - TODAY).days) for row in rows]


# --- nothing new -----------------------------------------------------------------------------------------
def test_with_whom_nothing_is_new_is_called_again_after_the_last_call(placement, call, clerk) -> None:
    assert waiting(placement) == [(FollowUpKind.AFTER_FAIR, 14)]  # while one waits none is made
    say(call, clerk, AttemptOutcome.REACHED)
    assert waiting(placement) == [(FollowUpKind.AGAIN, 14)]
    again = placement.follow_ups.pending().get()
    assert again.station == placement.veteran.station
    attempts.record_call(follow_up=again, by=clerk, outcome=AttemptOutcome.REACHED, step="interview")
    assert waiting(placement) == [(FollowUpKind.AFTER_INTERVIEW, 3)]


def test_a_step_or_an_end_takes_its_place(placement, call, clerk) -> None:
    say(call, clerk, AttemptOutcome.REACHED)
    actions.advance(placement=placement, step="decline_by_veteran", by=clerk)
    assert waiting(placement) == []


@pytest.mark.parametrize("outcome", [AttemptOutcome.REFUSED, AttemptOutcome.WRONG_NUMBER])
def test_who_refuses_or_cannot_be_called_is_not(placement, call, clerk, outcome) -> None:
    say(call, clerk, outcome)
    assert waiting(placement) == []


def test_the_city_says_after_how_many_days_or_never(operator, placement, call, clerk) -> None:
    set_rule(kind=FollowUpKind.AGAIN, days=[5, 30], by=operator)
    say(call, clerk, AttemptOutcome.REACHED)
    assert waiting(placement) == [(FollowUpKind.AGAIN, 5), (FollowUpKind.AGAIN, 30)]
    set_rule(kind=FollowUpKind.AGAIN, days=[], by=operator)
    for row in placement.follow_ups.pending():
        say(row, clerk, AttemptOutcome.REACHED)
    assert waiting(placement) == []


def test_it_waits_for_who_is_away_and_skips_a_day_that_was_called_on(placement, call, clerk) -> None:
    FollowUp.objects.create(
        placement=placement, kind=FollowUpKind.AGAIN, due_on=after(14), call_on=after(14),
        station=call.station, state=FollowUpState.DONE, done_at=timezone.now(), done_by=clerk,
    )  # fmt: skip
    record_absence(veteran=placement.veteran, reason=AbsenceReason.FAMILY, by=clerk, until=after(20))
    say(FollowUp.objects.get(pk=call.pk), clerk, AttemptOutcome.REACHED)
    again = placement.follow_ups.pending().get()
    assert (again.due_on, again.call_on) == (after(15), after(21))


def test_who_left_and_looks_for_another_place_is_called_again_and_who_does_not_is_not(person, clerk) -> None:
    for wants, expected in ((True, [(FollowUpKind.AGAIN, 14)]), (False, [])):
        made = actions.declare(veteran=person, position=make_position(), by=clerk)
        for step in ("offer", "onboard"):
            actions.advance(placement=made, step=step, by=clerk)
        made = actions.advance(placement=made, step="leave", by=clerk, note="太远", wants_another=wants)
        for row in made.follow_ups.pending():
            say(row, clerk, AttemptOutcome.REACHED)
        assert waiting(made) == expected


# --- a new number ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("outcome", "times"), [(AttemptOutcome.WRONG_NUMBER, 1), (AttemptOutcome.NOT_REACHED, 3)]
)
def test_a_new_number_is_called_today(placement, call, clerk, outcome, times) -> None:
    say(call, clerk, outcome, times)
    update_record(veteran=placement.veteran, by=clerk, section="identity", values={"phone": NEW})
    assert waiting(placement) == [(FollowUpKind.AGAIN, 0)]
    update_record(veteran=placement.veteran, by=clerk, section="identity", values={"phone": "13712345679"})
    assert waiting(placement) == [(FollowUpKind.AGAIN, 0)]


def test_the_same_number_a_refusal_and_an_ended_intention_bring_no_call(placement, call, clerk) -> None:
    person = placement.veteran
    say(call, clerk, AttemptOutcome.WRONG_NUMBER)
    update_record(veteran=person, by=clerk, section="identity", values={"phone": person.phone})
    assert waiting(placement) == []
    actions.advance(placement=placement, step="lapse", by=clerk)
    update_record(veteran=person, by=clerk, section="identity", values={"phone": NEW})
    assert waiting(placement) == []
    refused = actions.declare(veteran=person, position=make_position(), by=clerk)
    for row in refused.follow_ups.pending():
        say(row, clerk, AttemptOutcome.REFUSED)
    update_record(veteran=person, by=clerk, section="identity", values={"phone": "13712345670"})
    assert waiting(refused) == []


# --- a mistake -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("outcome", AttemptOutcome.values)
def test_a_tap_can_be_taken_back(placement, call, clerk, outcome) -> None:
    before = waiting(placement)
    say(call, clerk, outcome)
    back = attempts.reverse_attempt(follow_up=call, by=clerk)
    assert (back.state, back.tries, back.done_at, back.done_by) == (FollowUpState.PENDING, 0, None, None)
    assert waiting(placement) == before  # a call that was made to call again is gone too
    assert call.attempts.count() == 1  # the row stays
    assert not call.attempts.standing().exists()
    assert AuditEvent.objects.filter(verb="placements.follow_up_taken_back", actor_id=clerk.pk).count() == 1
    with pytest.raises(ValidationError):
        attempts.reverse_attempt(follow_up=call, by=clerk)


def test_a_call_again_from_before_the_mistake_stays(placement, call, clerk) -> None:
    say(call, clerk, AttemptOutcome.REACHED)
    dispute = open_follow_up(placement=placement, kind=FollowUpKind.CONTRADICTION, due_on=TODAY, by=None)
    say(dispute, clerk, AttemptOutcome.NOT_REACHED)
    attempts.reverse_attempt(follow_up=dispute, by=clerk)
    assert waiting(placement) == [(FollowUpKind.CONTRADICTION, 0), (FollowUpKind.AGAIN, 14)]


def test_the_third_vain_try_taken_back_leaves_two(placement, call, clerk) -> None:
    done = say(call, clerk, AttemptOutcome.NOT_REACHED, 3)
    assert done.state == FollowUpState.DONE
    assert list(worklists.unreached_veterans(clerk)) == [placement.veteran]
    back = attempts.reverse_attempt(follow_up=done, by=clerk)
    assert (back.state, back.tries) == (FollowUpState.PENDING, 2)
    assert not worklists.unreached_veterans(clerk).exists()
    # Again the third: the one before it is what counts, not the mistake.
    assert say(back, clerk, AttemptOutcome.NOT_REACHED).state == FollowUpState.DONE


def test_only_ones_own_of_today_and_before_anything_came_of_it(
    tree, placement, call, clerk, monkeypatch
) -> None:
    done = say(call, clerk, AttemptOutcome.REFUSED)
    colleague, neighbour = make_staff(tree["睦洲镇"]), make_staff(tree["司前镇"])
    with pytest.raises(PermissionDenied):
        attempts.reverse_attempt(follow_up=done, by=neighbour)
    assert attempts.reversible_attempt(done, colleague) is None
    actions.advance(placement=placement, step="interview", by=clerk)
    assert attempts.reversible_attempt(done, clerk) is None
    other = placement.follow_ups.pending().get()
    say(other, clerk, AttemptOutcome.REFUSED)
    tomorrow = timezone.make_aware(datetime.combine(after(1), time(9)))
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: tomorrow)
        assert attempts.reversible_attempt(other, clerk) is None
    other.refresh_from_db()
    assert attempts.reversible_attempt(other, clerk) is not None
    head = make_staff(tree["睦洲镇"], StationRole.HEAD)
    close_record(veteran=placement.veteran, by=head, reason="去世")
    with pytest.raises(ValidationError):
        attempts.reverse_attempt(follow_up=other, by=clerk)


def test_a_call_taken_back_waits_where_the_person_lives_now(tree, operator, placement, call, clerk) -> None:
    done = say(call, clerk, AttemptOutcome.REFUSED)
    person = placement.veteran
    person.station = tree["司前镇"]
    person.save()
    with pytest.raises(PermissionDenied):  # no more the clerk's
        attempts.reverse_attempt(follow_up=done, by=clerk)
    FollowUp.objects.filter(pk=call.pk).update(state=FollowUpState.PENDING, done_at=None, done_by=None)
    say(FollowUp.objects.get(pk=call.pk), operator, AttemptOutcome.REFUSED)
    back = attempts.reverse_attempt(follow_up=done, by=operator)
    assert (back.station, back.raised, back.owned_since) == (tree["司前镇"], 0, TODAY)


def test_a_try_is_taken_back_once_and_for_good(placement, call, clerk) -> None:
    say(call, clerk, AttemptOutcome.NOT_REACHED)
    attempts.reverse_attempt(follow_up=call, by=clerk)
    row = AttemptReversal.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AttemptReversal.objects.create(attempt=row.attempt, by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        AttemptReversal.objects.filter(pk=row.pk).update(at=timezone.now())
