"""Days of steps: each lies between the step before and today, a planned day within a year."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.confirmations.actions import AnswerData, record_answer
from portal.confirmations.enums import Reply, Side
from portal.placements import actions
from portal.placements.models import Placement
from portal.placements.step_days import LATE_INTENTION
from tests.factories import make_position, make_user, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement(clerk: Any) -> Placement:
    veteran = make_veteran(account=make_user("陈建国"))
    return actions.declare(veteran=veteran, position=make_position(), by=clerk)


def _days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def _refusal(field: str, call: Any, **values: Any) -> str:
    """Return the message beside the field."""
    with pytest.raises(ValidationError) as refusal:
        call(**values)
    assert list(refusal.value.message_dict) == [field]
    return refusal.value.message_dict[field][0]


def test_step_before_the_step_before_it_is_refused(placement: Placement, clerk: Any) -> None:
    actions.advance(placement=placement, step="offer", by=clerk, on=_days_ago(10))
    message = _refusal(
        "on", actions.advance, placement=placement, step="onboard", by=clerk, on=date(2016, 11, 29)
    )
    assert message == f"日期不能早于上一步（{_days_ago(10).isoformat()}）。上一步的日期记错了的，请先更正。"
    _refusal("on", actions.advance, placement=placement, step="onboard", by=clerk, on=_days_ago(11))
    placement.refresh_from_db()
    assert placement.state == "offered"
    actions.advance(placement=placement, step="onboard", by=clerk, on=_days_ago(10))


def test_twelve_months_need_their_days(placement: Placement, clerk: Any) -> None:
    actions.advance(placement=placement, step="offer", by=clerk)
    actions.advance(placement=placement, step="onboard", by=clerk)
    assert "365" in _refusal("on", actions.advance, placement=placement, step="retain_12m", by=clerk)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_days_of_no_time_are_refused_for_every_step(placement: Placement, clerk: Any, day: date) -> None:
    for step in ("interview", "offer", "decline_by_veteran", "lapse"):
        _refusal("on", actions.advance, placement=placement, step=step, by=clerk, on=day)
    _refusal(
        "planned_first_day", actions.advance, placement=placement, step="offer", by=clerk,
        planned_first_day=day,
    )  # fmt: skip
    actions.advance(placement=placement, step="offer", by=clerk)
    actions.advance(placement=placement, step="onboard", by=clerk)
    _refusal("on", actions.correct, placement=placement, to_state="left", by=clerk, reason="记错了", on=day)


def test_first_step_may_lie_before_a_late_record(placement: Placement, clerk: Any) -> None:
    earliest = timezone.localdate() - LATE_INTENTION
    _refusal(
        "on", actions.advance, placement=placement, step="offer", by=clerk, on=earliest - timedelta(days=1)
    )
    actions.advance(placement=placement, step="offer", by=clerk, on=earliest)


def test_corrected_step_no_longer_bounds_the_next(placement: Placement, clerk: Any) -> None:
    actions.advance(placement=placement, step="offer", by=clerk, on=_days_ago(20))
    actions.advance(placement=placement, step="onboard", by=clerk, on=_days_ago(2))
    actions.correct(placement=placement, to_state="offered", by=clerk, reason="记错了")
    actions.advance(placement=placement, step="onboard", by=clerk, on=_days_ago(15))
    _refusal(
        "on", actions.advance, placement=placement, step="leave", by=clerk, on=_days_ago(16), note="太远"
    )


def test_planned_first_day_of_an_intention_lies_ahead(clerk: Any) -> None:
    veteran, position = make_veteran(), make_position()
    for day in (_days_ago(1), timezone.localdate() + timedelta(days=367)):
        _refusal(
            "planned_first_day", actions.declare, veteran=veteran, position=position, by=clerk,
            planned_first_day=day,
        )  # fmt: skip


def test_answer_before_the_last_step_is_refused_beside_its_day(placement: Placement, clerk: Any) -> None:
    actions.advance(placement=placement, step="offer", by=clerk, on=_days_ago(5))
    person = placement.veteran.account
    for day in (date(1, 1, 1), date(2016, 11, 29), _days_ago(6)):
        data = AnswerData(Reply.ONBOARDED, day)
        _refusal("day", record_answer, placement=placement, side=Side.VETERAN, data=data, by=person)
