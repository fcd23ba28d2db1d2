"""Worklists: conditions under which a row enters and leaves each list."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpAttempt
from portal.placements import actions
from portal.placements.models import Placement
from portal.reports.worklists import MAIN_WORKLISTS, WORKLISTS, can_read_worklists
from tests.factories import make_employer, make_staff, make_stations
from tests.reports.conftest import Walk, long_open_position


@pytest.fixture
def clerk(db: None) -> User:
    return make_staff(make_stations()["睦洲镇"], StationRole.CLERK)


@pytest.fixture
def neighbour(db: None) -> User:
    return make_staff(make_stations()["司前镇"], StationRole.CLERK)


def listed_rows(key: str, user: User) -> list[Any]:
    return list(WORKLISTS[key].rows(user))


def add_call(
    placement: Placement, kind: str, *outcomes: AttemptOutcome, by: User, days_ago: int = 5
) -> FollowUp:
    """Add a completed call with its attempts in order."""
    station = placement.veteran.station
    at = timezone.now() - timedelta(days=days_ago)
    day = timezone.localdate(at)
    follow_up = FollowUp.objects.create(
        placement=placement, kind=kind, due_on=day, call_on=day, station=station,
        state=FollowUpState.DONE, done_at=at, done_by=by, tries=len(outcomes),
    )  # fmt: skip
    for number, outcome in enumerate(outcomes):
        before = timedelta(minutes=len(outcomes) - number)
        FollowUpAttempt.objects.create(follow_up=follow_up, by=by, outcome=outcome, at=at - before)
    return follow_up


def test_overdue_calls(walk: Walk, clerk: User, neighbour: User) -> None:
    placement = walk(began=5)
    late = placement.follow_ups.earliest("call_on")
    assert listed_rows("overdue", clerk) == [late]
    assert listed_rows("overdue", neighbour) == []
    FollowUp.objects.filter(pk=late.pk).update(call_on=timezone.localdate())
    assert listed_rows("overdue", clerk) == []


def test_contradictory_answers(walk: Walk, clerk: User, neighbour: User) -> None:
    placement, today = walk(), timezone.localdate()
    contradiction = FollowUp.objects.create(
        placement=placement, kind=FollowUpKind.CONTRADICTION, due_on=today, call_on=today,
        station=placement.veteran.station,
    )  # fmt: skip
    assert listed_rows("contradictory", clerk) == [contradiction]
    assert listed_rows("contradictory", neighbour) == []


def test_first_day_has_passed_without_record(walk: Walk, clerk: User, neighbour: User) -> None:
    placement, later = walk(("offer", 5)), walk(("offer", 5))
    today = timezone.localdate()
    Placement.objects.filter(pk=placement.pk).update(planned_first_day=today - timedelta(days=1))
    Placement.objects.filter(pk=later.pk).update(planned_first_day=today)
    assert listed_rows("undated", clerk) == [placement]
    assert listed_rows("undated", neighbour) == []
    actions.advance(placement=placement, step="onboard", by=clerk)
    assert listed_rows("undated", clerk) == []


def test_employer_with_many_declines(walk: Walk, clerk: User, neighbour: User) -> None:
    employer = make_employer()
    for _ in range(3):
        position = long_open_position(employer=employer)
        walk(("decline_by_employer", 3), position=position)
    walk(("decline_by_employer", 3))
    assert [(one, one.declines) for one in listed_rows("declining", clerk)] == [(employer, 3)]
    assert listed_rows("declining", neighbour) == []
    assert len(listed_rows("declines", clerk)) == 4


def test_position_without_interview(walk: Walk, clerk: User, neighbour: User) -> None:
    stalled, active, recent = (long_open_position(headcount=9) for _ in range(3))
    walk(began=20, position=stalled)
    walk(began=20, position=active)
    walk(("interview", 3), began=20, position=active)
    walk(began=10, position=recent)
    assert [(one, one.waiting) for one in listed_rows("no-interview", clerk)] == [(stalled, 1)]
    assert listed_rows("no-interview", neighbour) == []


def test_person_not_reached_in_three_attempts(walk: Walk, clerk: User, neighbour: User) -> None:
    unreachable, reached_later, reached_third = (walk(began=20) for _ in range(3))
    not_reached = (AttemptOutcome.NOT_REACHED,) * 3
    for placement in (unreachable, reached_later):
        add_call(placement, FollowUpKind.AFTER_FAIR, *not_reached, by=clerk)
    add_call(reached_third, FollowUpKind.AFTER_FAIR, *not_reached[:2], AttemptOutcome.REACHED, by=clerk)
    assert listed_rows("unreached", clerk) == [unreachable.veteran, reached_later.veteran]
    assert listed_rows("unreached", neighbour) == []
    add_call(reached_later, FollowUpKind.AFTER_INTERVIEW, AttemptOutcome.REACHED, by=clerk, days_ago=1)
    assert listed_rows("unreached", clerk) == [unreachable.veteran]


HIRED = (("offer", 50), ("onboard", 45))


@pytest.mark.parametrize(
    ("outcomes", "listed"),
    [
        ((AttemptOutcome.REFUSED,), True),
        ((AttemptOutcome.NOT_REACHED, AttemptOutcome.WRONG_NUMBER), True),
        ((AttemptOutcome.NOT_REACHED,) * 3, True),
        ((AttemptOutcome.REACHED,), False),
    ],
)
def test_failed_retention_call(
    walk: Walk, clerk: User, neighbour: User, outcomes: tuple[AttemptOutcome, ...], listed: bool
) -> None:
    placement = walk(*HIRED)
    add_call(placement, FollowUpKind("retention_1m"), *outcomes, by=clerk)
    assert listed_rows("retention", clerk) == ([placement] if listed else [])
    assert listed_rows("retention", neighbour) == []
    add_call(placement, FollowUpKind("retention_3m"), AttemptOutcome.REACHED, by=clerk, days_ago=1)
    assert listed_rows("retention", clerk) == []


def test_person_who_left_without_a_new_intention(walk: Walk, clerk: User) -> None:
    placement = walk(*HIRED, ("leave", 10))
    assert listed_rows("retention", clerk) == [placement]
    Placement.objects.filter(pk=placement.pk).update(wants_another=False)
    assert listed_rows("retention", clerk) == []
    Placement.objects.filter(pk=placement.pk).update(wants_another=True)
    walk(veteran=placement.veteran, began=2)
    assert listed_rows("retention", clerk) == []


def test_worklists_need_access_to_records(db: None) -> None:
    stations = make_stations()
    may = {role: can_read_worklists(make_staff(stations["睦洲镇"], role)) for role in StationRole}
    assert {role for role, yes in may.items() if yes} == {
        StationRole.CLERK, StationRole.HEAD, StationRole.OPERATOR,
    }  # fmt: skip
    reviewer = make_staff(stations["江门市"], StationRole.REVIEWER)
    assert all(not list(one.rows(reviewer)) for one in MAIN_WORKLISTS)


@pytest.mark.parametrize(("days", "is_listed"), [(180, True), (181, False)])
def test_people_who_left_are_listed_for_180_days(walk: Walk, clerk: User, days: int, is_listed: bool) -> None:
    placement = walk(("offer", 300), ("onboard", 290), ("leave", days))
    Placement.objects.filter(pk=placement.pk).update(wants_another=True)
    assert (placement in listed_rows("retention", clerk)) is is_listed
