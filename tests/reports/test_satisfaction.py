"""Satisfaction of employed people: the latest answer of each placement counts once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.confirmations.actions import AnswerData, record_answer
from portal.confirmations.enums import Question, Reply, Satisfaction, Side
from portal.confirmations.models import Answer
from portal.placements import actions
from portal.placements.enums import PlacementState as S
from portal.placements.models import Placement
from portal.reports import month_report
from portal.reports.cohorts import DIMENSION_LABELS
from portal.reports.figures import FIGURES, latest_answers
from portal.reports.report_filter import ReportFilter
from portal.reports.report_scope import ReportScope, report_scope_of
from portal.reports.satisfaction import (
    count_new_answers,
    count_onboarded,
    count_satisfaction,
    satisfaction_by_dimension,
)
from tests.factories import make_employer, make_staff, make_stations, make_user, make_veteran
from tests.reports.conftest import Walk, long_open_position

HIRED = (("offer", 130), ("onboard", 120))
HIRED_AND_LEFT = (*HIRED, ("leave", 10))


@pytest.fixture
def hired(walk: Walk) -> Walk:
    """Return a function that creates a placement of an employed person with an account."""

    def create_placement(*steps: tuple[str, int], **fields: Any) -> Placement:
        veteran = make_veteran(account=make_user(), **fields.pop("file", {}))
        return walk(*(steps or HIRED), veteran=veteran, **fields)

    return create_placement


def says(placement: Placement, degree: int | None, ago: int = 0) -> Answer:
    """Store an answer as the action does, so many days ago."""
    own = placement.veteran.account
    return Answer.objects.create(
        placement=placement, side=Side.VETERAN, question=Question.EMPLOYMENT,
        reply=Reply.STILL_EMPLOYED, by=own,
        satisfaction=degree, at=timezone.now() - timedelta(days=ago),
    )  # fmt: skip


def test_latest_answer_of_a_placement_counts_once(hired: Walk, city: ReportScope) -> None:
    one, other, silent = hired(), hired(), hired()
    assert other.veteran.account is not None
    says(one, 2, ago=90)
    says(one, 5, ago=60)
    says(one, None, ago=5)  # an answer without a degree revokes nothing
    record_answer(
        placement=other,
        side=Side.VETERAN,
        data=AnswerData(Reply.STILL_EMPLOYED, satisfaction=4),
        by=other.veteran.account,
    )
    says(silent, None)
    counts = count_satisfaction(city, ReportFilter())
    assert counts.counts == {5: 1, 4: 1, 3: 0, 2: 0, 1: 0}
    assert (counts.total.value, counts.mean, counts.mean_text) == (2, 4.5, "4.5 分")
    assert counts.shares == [0.5, 0.5, 0, 0, 0]
    assert count_onboarded(city, ReportFilter()).value == 3
    assert list(FIGURES["satisfaction.5"].rows(city, ReportFilter()).values_list("placement", flat=True)) == [
        one.pk
    ]


def test_mean_without_answers_is_none(city: ReportScope) -> None:
    counts = count_satisfaction(city, ReportFilter())
    assert (counts.mean, counts.mean_text, counts.shares) == (None, "—", [None] * 5)


@pytest.mark.parametrize(("degrees", "mean"), [((1, 2), 1.5), ((5, 5, 4), 4.7), ((3, 3, 4), 3.3)])
def test_mean_has_one_decimal(hired: Walk, city: ReportScope, degrees: tuple[int, ...], mean: float) -> None:
    for degree in degrees:
        says(hired(), degree)
    assert count_satisfaction(city, ReportFilter()).mean == mean


def test_ended_jobs_count_and_corrected_ones_do_not(hired: Walk, operator: User, city: ReportScope) -> None:
    left, never = hired(*HIRED_AND_LEFT), hired()
    says(left, 1)
    says(never, 5)
    actions.correct(placement=never, to_state=S.OFFERED, by=operator, reason="没有到岗")
    assert count_satisfaction(city, ReportFilter()).counts == {5: 0, 4: 0, 3: 0, 2: 0, 1: 1}
    assert count_onboarded(city, ReportFilter()).value == 1


def test_period_is_of_the_intention_and_month_is_of_the_answer(hired: Walk, city: ReportScope) -> None:
    today = timezone.localdate()
    placement = hired()
    says(placement, 2, ago=40)
    says(placement, 4)
    recorded_on = timezone.localdate(placement.recorded_at)
    assert count_satisfaction(city, ReportFilter(since=recorded_on, until=recorded_on)).counts[4] == 1
    assert count_satisfaction(city, ReportFilter(since=today)).total.value == 0
    report = month_report.build_month_report(city, today)
    assert (report.row("new_satisfaction").number.value, report.satisfaction[0].mean) == (1, 4.0)
    then = today - timedelta(days=40)
    assert count_new_answers(city, ReportFilter(since=then, until=then)).counts[2] == 1
    assert month_report.build_month_report(city, then).satisfaction[0].mean == 2.0


def test_station_counts_its_own_people(hired: Walk) -> None:
    stations = make_stations()
    says(hired(file={"station": stations["睦洲镇"]}), 5)
    says(hired(file={"station": stations["司前镇"]}), 1)
    means = {
        place: count_satisfaction(
            report_scope_of(make_staff(stations[place], StationRole.CLERK)), ReportFilter()
        ).mean
        for place in ("睦洲镇", "司前镇", "新会区", "蓬江区")
    }
    assert means == {"睦洲镇": 5.0, "司前镇": 1.0, "新会区": 3.0, "蓬江区": None}
    assert not latest_answers(ReportScope((), ()), ReportFilter()).exists()


def test_groups_add_up_and_equal_their_rows(hired: Walk, city: ReportScope) -> None:
    employer = make_employer()
    for degree in (5, 3, 3):
        says(hired(position=long_open_position(employer=employer)), degree)
    says(hired(), 1)
    whole = count_satisfaction(city, ReportFilter()).counts
    for dimension in DIMENSION_LABELS:
        groups = satisfaction_by_dimension(city, ReportFilter(), dimension)
        assert {degree: sum(group.counts[degree] for group in groups) for degree in Satisfaction} == whole
        for number in (one for group in groups for one in (group.total, *group.numbers)):
            assert FIGURES[number.figure].count(city, number.filters) == number.value, (dimension, number)
    first, second = satisfaction_by_dimension(city, ReportFilter(), "employer")
    assert (first.label, first.total.value, first.mean) == (employer.name, 3, 3.7)
    assert second.mean == 1.0


def test_number_of_queries_does_not_depend_on_answers(hired: Walk, city: ReportScope) -> None:
    def count_queries() -> list[int]:
        reports: list[Callable[[], object]] = [
            partial(count_satisfaction, city, ReportFilter()),
            partial(count_new_answers, city, ReportFilter()),
            *(partial(satisfaction_by_dimension, city, ReportFilter(), by) for by in DIMENSION_LABELS),
        ]
        counts = []
        for build in reports:
            with CaptureQueriesContext(connection) as queries:
                build()
            counts.append(len(queries))
        return counts

    says(hired(), 4)
    few = count_queries()
    for degree in Satisfaction:
        says(hired(), degree)
    assert count_queries() == few
    assert few[:2] == [1, 1]
    assert max(few) <= 2
