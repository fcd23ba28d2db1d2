"""Worklists that find trouble: what gets into each, and what takes it out again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpAttempt
from portal.placements import actions
from portal.placements.models import Placement
from portal.reports.worklists import MAIN_WORKLISTS, WORKLISTS, can_read_worklists
from tests.factories import make_employer, make_staff, make_stations
from tests.reports.conftest import long_open_position


@pytest.fixture
def clerk(db):
    return make_staff(make_stations()["睦洲镇"], StationRole.CLERK)


@pytest.fixture
def neighbour(db):
    return make_staff(make_stations()["司前镇"], StationRole.CLERK)


def found(key: str, user) -> list:
    return list(WORKLISTS[key].rows(user))


def call(placement: Placement, kind=FollowUpKind.RETENTION_1M, *outcomes: AttemptOutcome, by, days_ago=5):
    """A call that was given up or answered, with its tries in order."""
    station = placement.veteran.station
    at = timezone.now() - timedelta(days=days_ago)
    day = timezone.localdate(at)
    made = FollowUp.objects.create(
        placement=placement, kind=kind, due_on=day, call_on=day, station=station,
        state=FollowUpState.DONE, done_at=at, done_by=by, tries=len(outcomes),
    )  # fmt: skip
    for number, outcome in enumerate(outcomes):
        before = timedelta(minutes=len(outcomes) - number)
        FollowUpAttempt.objects.create(follow_up=made, by=by, outcome=outcome, at=at - before)
    return made


def test_calls_that_are_late(walk, clerk, neighbour) -> None:
    placement = walk(began=5)
    late = placement.follow_ups.earliest("call_on")
    assert found("overdue", clerk) == [late]
    assert found("overdue", neighbour) == []
    FollowUp.objects.filter(pk=late.pk).update(call_on=timezone.localdate())
    assert found("overdue", clerk) == []


def test_two_sides_that_say_different_things(walk, clerk, neighbour) -> None:
    placement, today = walk(), timezone.localdate()
    duty = FollowUp.objects.create(
        placement=placement, kind=FollowUpKind.CONTRADICTION, due_on=today, call_on=today,
        station=placement.veteran.station,
    )  # fmt: skip
    assert found("contradictory", clerk) == [duty]
    assert found("contradictory", neighbour) == []


def test_the_first_day_has_passed_and_nobody_says_whether_they_came(walk, clerk, neighbour) -> None:
    placement, later = walk(("offer", 5)), walk(("offer", 5))
    today = timezone.localdate()
    Placement.objects.filter(pk=placement.pk).update(planned_first_day=today - timedelta(days=1))
    Placement.objects.filter(pk=later.pk).update(planned_first_day=today)
    assert found("undated", clerk) == [placement]
    assert found("undated", neighbour) == []
    actions.advance(placement=placement, step="onboard", by=clerk)
    assert found("undated", clerk) == []


def test_an_employer_that_declines_again_and_again(walk, clerk, neighbour) -> None:
    firm = make_employer()
    for _ in range(3):
        position = long_open_position(employer=firm)
        walk(("decline_by_employer", 3), position=position)
    walk(("decline_by_employer", 3))
    assert [(one, one.declines) for one in found("declining", clerk)] == [(firm, 3)]
    assert found("declining", neighbour) == []
    assert len(found("declines", clerk)) == 4


def test_a_post_that_nobody_is_interviewed_for(walk, clerk, neighbour) -> None:
    waiting, moving, fresh = (long_open_position(headcount=9) for _ in range(3))
    walk(began=20, position=waiting)
    walk(began=20, position=moving)
    walk(("interview", 3), began=20, position=moving)
    walk(began=10, position=fresh)
    assert [(one, one.waiting) for one in found("no-interview", clerk)] == [(waiting, 1)]
    assert found("no-interview", neighbour) == []


def test_somebody_whom_three_tries_did_not_reach(walk, clerk, neighbour) -> None:
    lost, found_again, twice = (walk(began=20) for _ in range(3))
    vain = (AttemptOutcome.NOT_REACHED,) * 3
    for placement in (lost, found_again):
        call(placement, FollowUpKind.AFTER_FAIR, *vain, by=clerk)
    call(twice, FollowUpKind.AFTER_FAIR, *vain[:2], AttemptOutcome.REACHED, by=clerk)
    assert found("unreached", clerk) == [lost.veteran, found_again.veteran]
    assert found("unreached", neighbour) == []
    call(found_again, FollowUpKind.AFTER_INTERVIEW, AttemptOutcome.REACHED, by=clerk, days_ago=1)
    assert found("unreached", clerk) == [lost.veteran]


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
def test_a_retention_call_that_failed(walk, clerk, neighbour, outcomes, listed) -> None:
    placement = walk(*HIRED)
    call(placement, FollowUpKind.RETENTION_1M, *outcomes, by=clerk)
    assert found("retention", clerk) == ([placement] if listed else [])
    assert found("retention", neighbour) == []
    call(placement, FollowUpKind.RETENTION_3M, AttemptOutcome.REACHED, by=clerk, days_ago=1)
    assert found("retention", clerk) == []


def test_somebody_who_left_and_has_no_new_place(walk, clerk) -> None:
    placement = walk(*HIRED, ("leave", 10))
    assert found("retention", clerk) == [placement]
    Placement.objects.filter(pk=placement.pk).update(wants_another=False)
    assert found("retention", clerk) == []
    Placement.objects.filter(pk=placement.pk).update(wants_another=True)
    walk(veteran=placement.veteran, began=2)
    assert found("retention", clerk) == []


def test_the_lists_name_people_to_those_who_open_files(db) -> None:
    stations = make_stations()
    may = {role: can_read_worklists(make_staff(stations["睦洲镇"], role)) for role in StationRole}
    assert {role for role, yes in may.items() if yes} == {
        StationRole.CLERK, StationRole.HEAD, StationRole.OPERATOR,
    }  # fmt: skip
    reviewer = make_staff(stations["江门市"], StationRole.REVIEWER)
    assert all(not list(one.rows(reviewer)) for one in MAIN_WORKLISTS)
