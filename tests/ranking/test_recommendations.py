"""The ranking as pages ask for it: fresh, scoped by facts, explained, in a fixed number of queries."""

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from matching import Profile
from portal.accounts.roles import StationRole
from portal.core.reference import load_reference
from portal.employers import verification as employers
from portal.employers.enums import VerificationState
from portal.positions import actions as positions
from portal.positions.models import Position
from portal.ranking import ranking_index, recommendations
from portal.veterans.enums import EmploymentStatus
from portal.veterans.models import Veteran
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture
def driver() -> Any:
    """陈建国 of scenario 1: army driver, A2 licence."""
    load_reference()
    veteran = make_veteran(specialties=("driver",), certificates=("driving_a2",), skills="长途货运驾驶")
    return Veteran.objects.with_details().get(pk=veteran.pk)


def _clerk_publishes() -> Any:
    return make_position(title="会计", duties="负责记账、报税。", requirements="熟悉财务软件。")


def test_a_driver_is_shown_driving_work_first_and_told_why(driver: Any) -> None:
    _clerk_publishes()
    lorry = make_position(certificates=["driving_b2"])
    ranking_index.rebuild()
    result = recommendations.recommend_positions(driver)
    assert result.items[0].position == lorry
    reasons = result.items[0].match.reasons
    assert any("驾" in reason.text for reason in reasons)
    assert sum(reason.share for reason in reasons) == pytest.approx(result.items[0].match.score, abs=1e-6)


def test_a_required_certificate_that_is_missing_keeps_the_position_out_and_is_named(driver: Any) -> None:
    forklift = make_position(title="叉车司机", certificates=["forklift_n1"])
    ranking_index.rebuild()
    result = recommendations.recommend_positions(driver)
    assert not result.items
    assert result.excluded == {"缺少必需证书": 1}
    verdict = recommendations.explain_recommendation(driver, forklift)
    assert verdict is not None
    assert not verdict.passes
    assert any("叉车" in missing.text for missing in verdict.missing)


def test_low_pay_is_excluded_and_counted(driver: Any) -> None:
    # Scenario 6: a wish of 6,000 keeps posts of 4,500 out, and the list says how many.
    driver = make_veteran(specialties=("driver",), wish={"lowest_pay": Decimal(6000)})
    driver = Veteran.objects.with_details().get(pk=driver.pk)
    make_position(pay_from=Decimal(4000), pay_to=Decimal(4500))
    good = make_position(pay_from=Decimal(6000), pay_to=Decimal(7000))
    ranking_index.rebuild()
    result = recommendations.recommend_positions(driver)
    assert [item.position for item in result.items] == [good]
    assert result.excluded == {"月薪低于期望": 1}
    assert (result.total, result.considered) == (1, 2)


def test_an_approved_position_is_ranked_and_a_withdrawn_one_is_gone(
    driver: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ranking_index.rebuild()
    member = make_user()
    employer = make_employer(member=member)
    position = make_position(employer=employer, is_open=False)
    with django_capture_on_commit_callbacks(execute=True):
        positions.submit(position=position, by=member)
        positions.approve(position=position, by=make_staff(employer.station, StationRole.REVIEWER))
    assert [item.position for item in recommendations.recommend_positions(driver).items] == [position]
    with django_capture_on_commit_callbacks(execute=True):
        positions.withdraw(position=position, by=member)
    assert not recommendations.recommend_positions(driver).items


def test_a_suspended_employers_positions_leave_the_ranking(
    driver: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    employer = make_employer()
    make_position(employer=employer)
    ranking_index.rebuild()
    assert recommendations.recommend_positions(driver).considered == 1
    with django_capture_on_commit_callbacks(execute=True):
        employers.suspend(
            employer=employer, by=make_staff(employer.station, StationRole.REVIEWER), reason="投诉核实"
        )
    employer.refresh_from_db()
    assert employer.state == VerificationState.SUSPENDED
    assert recommendations.recommend_positions(driver).considered == 0


def test_the_database_has_the_last_word_over_a_stale_index(driver: Any) -> None:
    position = make_position()
    ranking_index.rebuild()
    Position.objects.filter(pk=position.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    assert not recommendations.recommend_positions(driver).items


def test_without_an_index_there_is_an_empty_list_and_no_error(driver: Any) -> None:
    position = make_position()
    assert recommendations.recommend_positions(driver).considered == 0
    assert recommendations.explain_recommendation(driver, position) is None


def test_somebody_who_has_work_gets_no_list_until_that_changes(driver: Any) -> None:
    make_position()
    ranking_index.rebuild()
    driver.employment_status = EmploymentStatus.EMPLOYED
    assert recommendations.recommend_positions(driver).paused
    driver.employment_status = EmploymentStatus.UNEMPLOYED
    assert recommendations.recommend_positions(driver).items


def test_only_the_given_positions_are_ranked(driver: Any) -> None:
    make_position()
    second = make_position()
    ranking_index.rebuild()
    result = recommendations.recommend_positions(driver, among=[second.pk])
    assert [item.position for item in result.items] == [second]


def test_pages_follow_one_another_without_gap_or_repeat(driver: Any) -> None:
    for _ in range(7):
        make_position()
    ranking_index.rebuild()
    whole = [item.position.pk for item in recommendations.recommend_positions(driver, limit=7).items]
    pages = [
        item.position.pk
        for offset in (0, 3, 6)
        for item in recommendations.recommend_positions(driver, limit=3, offset=offset).items
    ]
    assert len(whole) == 7
    assert pages == whole


def test_the_ranking_cannot_know_what_it_must_not_know() -> None:
    excluded_ = {
        "age",
        "birth_date",
        "sex",
        "ethnicity",
        "married",
        "household",
        "rank",
        "party",
        "disability",
    }
    names = {field.name for field in dataclasses.fields(Profile)}
    assert not {name for name in names for word in excluded_ if word in name.split("_")}


def test_queries_do_not_grow_with_the_list(
    driver: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stations = make_stations()
    employer = make_employer(region=stations["新会区"].region)
    for _ in range(2):
        make_position(employer=employer)
    ranking_index.rebuild()
    with django_assert_num_queries(2):  # and whom the person hides from
        assert len(recommendations.recommend_positions(driver).items) == 2
    for _ in range(18):
        make_position(employer=make_employer())
    ranking_index.rebuild()
    with django_assert_num_queries(2):  # and whom the person hides from
        assert len(recommendations.recommend_positions(driver).items) == 20
