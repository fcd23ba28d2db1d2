"""Days, steps and further people for the tests of answers."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from portal.confirmations.enums import Question, Reply, Side
from portal.confirmations.models import Answer
from portal.placements import actions
from portal.placements.models import Placement
from tests.factories import make_user, make_veteran


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def at(placement: Placement, step: str, by: Any, on: date | None = None) -> Placement:
    return actions.advance(placement=placement, step=step, by=by, on=on, note="面谈")


def onboard_since(placement: Placement, by: Any, since: date) -> Placement:
    at(placement, "offer", by, since)
    return at(placement, "onboard", by, since)


def another(town: Any, name: str = "黄志明", *, is_confirmed: bool = True) -> Placement:
    """Declare one more intention for the same position."""
    person = make_user(name)
    veteran = make_veteran(account=person, station=town.stations["睦洲镇"], name=name)
    placement = actions.declare(veteran=veteran, position=town.position, by=town.clerk)
    if is_confirmed:
        actions.confirm(placement=placement, by=person)
    placement.refresh_from_db()
    return placement


def create_past_answer(placement: Placement, side: Side, reply: Reply, days: int) -> Answer:
    """Create an answer without a day, given `days` days ago."""
    question = Question.EMPLOYMENT if reply == Reply.STILL_EMPLOYED else Question.PROGRESS
    moment = timezone.now() - timedelta(days=days)
    by = placement.veteran.account
    return Answer.objects.create(
        placement=placement, side=side, question=question, reply=reply, by=by, at=moment
    )
