"""Comparison of both sides' answers: a step, a follow-up, or nothing."""

from typing import Any

import pytest

from portal.confirmations.actions import AnswerData, record_answer
from portal.confirmations.enums import Reply, Side
from portal.confirmations.models import Answer, Contradiction
from portal.core.models import AuditEvent
from portal.follow_ups import attempts
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp
from portal.placements import actions
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from tests.confirmations.scenarios import another, at, create_past_answer, days_ago, onboard_since
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


def says(town: Any, side: Side, reply: Reply, day: Any = None, placement: Any = None, **more: Any) -> Answer:
    placement = placement or town.placement
    by = placement.veteran.account if side == Side.VETERAN else town.member
    return record_answer(placement=placement, side=side, data=AnswerData(reply, day, **more), by=by)


def both(town: Any, reply: Reply, day: Any = None, other_day: Any = None) -> Placement:
    says(town, Side.VETERAN, reply, day)
    says(town, Side.EMPLOYER, reply, other_day or day)
    town.placement.refresh_from_db()
    return town.placement


def disputes(placement: Any) -> list[FollowUp]:
    return list(FollowUp.objects.filter(placement=placement, kind=FollowUpKind.CONTRADICTION))


def test_single_answer_records_no_step(town: Any) -> None:
    says(town, Side.VETERAN, Reply.ONBOARDED, days_ago(1))
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState.INTENDED
    assert not disputes(town.placement)


@pytest.mark.parametrize(
    ("reply", "state", "step"),
    [
        (Reply.INTERVIEWED, PlacementState.INTERVIEWED, "interview"),
        (Reply.OFFERED, PlacementState.OFFERED, "offer"),
        (Reply.ONBOARDED, PlacementState.ONBOARDED, "onboard"),
        (Reply.GIVEN_UP, PlacementState.DECLINED_BY_VETERAN, "decline_by_veteran"),
        (Reply.TURNED_DOWN, PlacementState.DECLINED_BY_EMPLOYER, "decline_by_employer"),
    ],
)
def test_agreement_records_the_step_with_both_answers_as_note(
    town: Any, reply: Any, state: Any, step: Any
) -> None:
    placement = both(town, reply, days_ago(2))
    assert placement.state == state
    last = placement.transitions.latest("sequence")
    assert (last.step, last.by.is_portal) == (step, True)
    assert "本人" in last.note
    assert "单位" in last.note
    assert AuditEvent.objects.filter(verb=f"placements.{step}", actor_label="平台自动记录").exists()


def test_the_later_first_day_counts_and_the_earlier_last_day(town: Any) -> None:
    placement = both(town, Reply.ONBOARDED, days_ago(10), days_ago(6))
    assert placement.onboarded_on == days_ago(6)
    placement = both(town, Reply.LEFT, days_ago(1), days_ago(3))
    assert (placement.state, placement.left_on) == (PlacementState.LEFT, days_ago(3))


def test_later_stage_confirms_earlier_ones(town: Any) -> None:
    says(town, Side.VETERAN, Reply.INTERVIEWED, days_ago(5))
    says(town, Side.EMPLOYER, Reply.OFFERED, days_ago(1))
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState.INTERVIEWED
    assert town.placement.transitions.latest("sequence").happened_on == days_ago(5)


def test_retention_needs_both_answers_from_its_due_day(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(31))
    create_past_answer(town.placement, Side.VETERAN, Reply.STILL_EMPLOYED, 11)
    says(town, Side.EMPLOYER, Reply.STILL_EMPLOYED)
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState.ONBOARDED
    says(town, Side.VETERAN, Reply.STILL_EMPLOYED, satisfaction=4)
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState["RETAINED_1M"]
    check = town.placement.follow_ups.get(kind=FollowUpKind["RETENTION_1M"])
    assert (check.state, check.done_by.is_portal) == (FollowUpState.DONE, True)
    assert check.attempts.get().outcome == AttemptOutcome.REACHED
    later = town.placement.follow_ups.filter(kind=FollowUpKind["RETENTION_3M"])
    assert later.get().state == FollowUpState.PENDING


def test_latest_confirmed_milestone_is_recorded(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(200))
    create_past_answer(town.placement, Side.VETERAN, Reply.STILL_EMPLOYED, 90)
    says(town, Side.EMPLOYER, Reply.STILL_EMPLOYED)
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState["RETAINED_3M"]
    assert town.placement.transitions.latest("sequence").happened_on == days_ago(90)


def test_leaving_keeps_the_reason_and_the_wish_for_another_job(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    says(town, Side.VETERAN, Reply.LEFT, days_ago(3), reason="路太远", wants_another=True)
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(3))
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState.LEFT
    assert town.placement.left_reason.startswith("路太远")
    assert town.placement.wants_another is True


def test_refused_step_is_left_to_a_clerk(town: Any) -> None:
    town.position.headcount = 1
    town.position.save()
    first = another(town)
    onboard_since(first, town.clerk, days_ago(5))
    placement = both(town, Reply.ONBOARDED, days_ago(2))
    assert placement.state == PlacementState.INTENDED
    assert Answer.objects.filter(placement=placement).count() == 2
    assert AuditEvent.objects.filter(verb="confirmations.not_recorded").count() == 1
    assert not disputes(placement)


def test_employed_against_left_opens_one_follow_up(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(5))
    says(town, Side.VETERAN, Reply.STILL_EMPLOYED)
    (check,) = disputes(town.placement)
    assert (check.state, check.station) == (FollowUpState.PENDING, town.veteran.station)
    assert FollowUp.objects.visible_to(town.clerk).due().filter(pk=check.pk).exists()
    says(town, Side.VETERAN, Reply.STILL_EMPLOYED)
    assert len(disputes(town.placement)) == 1
    assert Contradiction.objects.count() == 2
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState.ONBOARDED


def test_leaving_after_the_other_answer_is_no_contradiction(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    create_past_answer(town.placement, Side.VETERAN, Reply.STILL_EMPLOYED, 3)
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(1))
    assert not disputes(town.placement)


@pytest.mark.parametrize(("apart", "dispute_count"), [(7, 0), (8, 1)])
def test_days_may_differ_by_a_week(town: Any, apart: Any, dispute_count: Any) -> None:
    both(town, Reply.ONBOARDED, days_ago(1), days_ago(1 + apart))
    assert len(disputes(town.placement)) == dispute_count


@pytest.mark.parametrize("reply", [Reply.NOT_YET, Reply.GIVEN_UP, Reply.TURNED_DOWN])
def test_onboarded_against_not_hired_is_a_contradiction(town: Any, reply: Any) -> None:
    says(town, Side.EMPLOYER, Reply.ONBOARDED, days_ago(4))
    says(town, Side.VETERAN, reply)
    assert len(disputes(town.placement)) == 1


def test_not_yet_before_the_first_day_is_no_contradiction(town: Any) -> None:
    create_past_answer(town.placement, Side.VETERAN, Reply.NOT_YET, 9)
    says(town, Side.EMPLOYER, Reply.ONBOARDED, days_ago(2))
    assert not disputes(town.placement)


@pytest.mark.parametrize("how", ["step", "correction", "call", "agreement"])
def test_step_or_call_completes_the_check(town: Any, how: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(5))
    says(town, Side.VETERAN, Reply.STILL_EMPLOYED)
    (check,) = disputes(town.placement)
    if how == "step":
        at(town.placement, "retain_1m", town.clerk)
    elif how == "correction":
        actions.correct(placement=town.placement, to_state="offered", by=town.clerk, reason="没有到岗")
    elif how == "call":
        attempts.record_call(follow_up=check, by=town.clerk, outcome=AttemptOutcome.REACHED, note="在岗")
    else:
        says(town, Side.VETERAN, Reply.LEFT, days_ago(5))
    check.refresh_from_db()
    assert check.state == FollowUpState.DONE
    assert require(check.done_by).is_portal is (how == "agreement")
    assert len(disputes(town.placement)) == 1


def test_new_contradiction_opens_a_new_follow_up(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(5))
    says(town, Side.VETERAN, Reply.STILL_EMPLOYED)
    (check,) = disputes(town.placement)
    attempts.record_call(follow_up=check, by=town.clerk, outcome=AttemptOutcome.REACHED, note="在岗")
    assert len(disputes(town.placement)) == 1
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(2))
    assert [row.state for row in disputes(town.placement)] == [FollowUpState.DONE, FollowUpState.PENDING]


def test_correction_disregards_earlier_answers(town: Any) -> None:
    placement = both(town, Reply.ONBOARDED, days_ago(3))
    actions.correct(placement=placement, to_state="offered", by=town.clerk, reason="记错人了")
    says(town, Side.VETERAN, Reply.ONBOARDED, days_ago(3))
    placement.refresh_from_db()
    assert placement.state == PlacementState.OFFERED
    says(town, Side.EMPLOYER, Reply.ONBOARDED, days_ago(3))
    placement.refresh_from_db()
    assert placement.state == PlacementState.ONBOARDED


def checks(placement: Any) -> list[tuple[str, FollowUpState]]:
    rows = placement.follow_ups.filter(kind__in=[FollowUpKind.SAID_LEFT, FollowUpKind.CONTRADICTION])
    return list(rows.order_by("pk").values_list("kind", "state"))


@pytest.mark.parametrize("side", list(Side))
def test_single_report_of_leaving_opens_a_check(town: Any, side: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(20))
    says(town, side, Reply.LEFT, days_ago(3))
    says(town, side, Reply.LEFT, days_ago(3))
    assert checks(town.placement) == [(FollowUpKind.SAID_LEFT, FollowUpState.PENDING)]
    check = town.placement.follow_ups.get(kind=FollowUpKind.SAID_LEFT)
    assert FollowUp.objects.visible_to(town.clerk).due().by_urgency()[0] == check
    attempts.record_call(
        follow_up=check, by=town.clerk, outcome=AttemptOutcome.REACHED, step="leave", on=days_ago(3),
        note="厂里停产",
    )  # fmt: skip
    assert checks(town.placement) == [(FollowUpKind.SAID_LEFT, FollowUpState.DONE)]


def test_report_of_leaving_repeated_on_another_day_opens_no_second_check(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(20))
    says(town, Side.VETERAN, Reply.LEFT, days_ago(3))
    town.placement.follow_ups.filter(kind=FollowUpKind.SAID_LEFT).update(due_on=days_ago(2))
    says(town, Side.VETERAN, Reply.LEFT, days_ago(3))
    check = town.placement.follow_ups.get(kind=FollowUpKind.SAID_LEFT)
    assert (check.due_on, check.state) == (days_ago(2), FollowUpState.PENDING)


def test_report_of_leaving_opens_no_check_beside_that_of_a_contradiction(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    create_past_answer(town.placement, Side.VETERAN, Reply.STILL_EMPLOYED, 3)
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(5))
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(1))  # after the other answer: no contradiction
    assert checks(town.placement) == [(FollowUpKind.CONTRADICTION, FollowUpState.PENDING)]


def test_leaving_after_the_other_answer_opens_a_check(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    create_past_answer(town.placement, Side.VETERAN, Reply.STILL_EMPLOYED, 3)
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(1))
    assert checks(town.placement) == [(FollowUpKind.SAID_LEFT, FollowUpState.PENDING)]


def test_other_sides_answer_completes_the_check(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(5))
    says(town, Side.VETERAN, Reply.STILL_EMPLOYED)  # one call looks into both
    assert checks(town.placement) == [
        (FollowUpKind.SAID_LEFT, FollowUpState.CANCELLED),
        (FollowUpKind.CONTRADICTION, FollowUpState.PENDING),
    ]
    says(town, Side.VETERAN, Reply.LEFT, days_ago(5))
    assert [state for _, state in checks(town.placement)] == [FollowUpState.CANCELLED, FollowUpState.DONE]
    town.placement.refresh_from_db()
    assert town.placement.state == PlacementState.LEFT


def test_denial_on_the_day_of_the_event_is_a_contradiction(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    create_past_answer(town.placement, Side.VETERAN, Reply.STILL_EMPLOYED, 3)
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(3))
    assert len(disputes(town.placement)) == 1
    event = AuditEvent.objects.get(verb="confirmations.contradicted")
    assert event.data["answers"] == list(Answer.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("reply", "dispute_count"), [(Reply.INTERVIEWED, 0), (Reply.OFFERED, 1), (Reply.LEFT, 1)]
)
def test_days_of_what_happens_once_are_compared(town: Any, reply: Any, dispute_count: Any) -> None:
    if reply == Reply.LEFT:
        onboard_since(town.placement, town.clerk, days_ago(40))
    both(town, reply, days_ago(1), days_ago(9))
    assert len(disputes(town.placement)) == dispute_count


@pytest.mark.parametrize(
    ("days", "state"), [(29, PlacementState.ONBOARDED), (30, PlacementState["RETAINED_1M"])]
)
def test_month_is_confirmed_from_its_thirtieth_day(town: Any, days: Any, state: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(days))
    assert both(town, Reply.STILL_EMPLOYED).state == state


def test_milestone_completes_the_due_follow_ups_up_to_it(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(200))
    create_past_answer(town.placement, Side.VETERAN, Reply.STILL_EMPLOYED, 90)
    says(town, Side.EMPLOYER, Reply.STILL_EMPLOYED)
    states = dict(town.placement.follow_ups.values_list("kind", "state"))
    for kind in ("RETENTION_1M", "RETENTION_3M"):
        assert states[FollowUpKind[kind]] == FollowUpState.DONE
    assert states[FollowUpKind["RETENTION_6M"]] == FollowUpState.PENDING


def test_leaving_completes_the_due_follow_up_and_no_later_one(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    both(town, Reply.LEFT, days_ago(3))
    due = town.placement.follow_ups.get(kind=FollowUpKind["RETENTION_1M"])
    assert (due.state, due.tries, due.attempts.count()) == (FollowUpState.DONE, 1, 1)
    later = town.placement.follow_ups.get(kind=FollowUpKind["RETENTION_3M"])
    assert later.state != FollowUpState.DONE
    assert not later.attempts.exists()


def test_employers_reason_is_kept_where_the_person_gives_none(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    says(town, Side.VETERAN, Reply.LEFT, days_ago(3))
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(3), reason="合同到期")
    town.placement.refresh_from_db()
    assert town.placement.left_reason.startswith("合同到期（")


def test_long_reason_is_cut_to_the_length_of_a_note(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(40))
    says(town, Side.VETERAN, Reply.LEFT, days_ago(3), reason="路太远" * 100)
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(3))
    town.placement.refresh_from_db()
    assert town.placement.left_reason == ("路太远" * 100)[:120]
    assert town.placement.transitions.get(step="leave").note == ("路太远" * 100)[:200]
    due = town.placement.follow_ups.get(kind=FollowUpKind["RETENTION_1M"])
    assert len(due.attempts.get().note) == 200


def test_refusal_counts_from_the_later_answer(town: Any) -> None:
    create_past_answer(town.placement, Side.EMPLOYER, Reply.GIVEN_UP, 5)
    says(town, Side.VETERAN, Reply.GIVEN_UP)
    assert town.placement.transitions.latest("sequence").happened_on == days_ago(0)


def test_agreed_leaving_that_is_refused_is_checked_by_a_call(town: Any) -> None:
    onboard_since(town.placement, town.clerk, days_ago(60))
    at(town.placement, "retain_1m", town.clerk, days_ago(5))
    says(town, Side.VETERAN, Reply.LEFT, days_ago(10))
    check = town.placement.follow_ups.get(kind=FollowUpKind.SAID_LEFT)
    attempts.record_call(follow_up=check, by=town.clerk, outcome=AttemptOutcome.REACHED, note="说不清")
    says(town, Side.EMPLOYER, Reply.LEFT, days_ago(10))
    assert AuditEvent.objects.filter(verb="confirmations.not_recorded").count() == 1
    assert [state for _, state in checks(town.placement)] == [FollowUpState.DONE, FollowUpState.PENDING]
