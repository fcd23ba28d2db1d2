"""Positions: who writes, who approves, and what 'open' means."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.state_machine import TransitionRefused
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.positions import actions
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import (
    make_employer,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return make_user("招聘专员")


@pytest.fixture
def employer(member):
    return make_employer(member=member)


def _fields(employer, **changes):
    return {
        "title": "货车司机",
        "occupation": make_occupation(),
        "pay_from": Decimal(6000),
        "pay_to": Decimal(8000),
        "region": employer.region,
        "duties": "负责货物运输。",
    } | changes


def test_from_draft_to_open(employer, member) -> None:
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    assert not position.is_open
    actions.submit(position=position, by=member)
    actions.approve(position=position, by=make_staff(employer.station, StationRole.REVIEWER))
    assert position.is_open
    assert list(Position.objects.open_at()) == [position]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pay_from": Decimal(8000), "pay_to": Decimal(6000)}, "pay_to"),
        ({"title": ""}, "title"),
        ({"certificates": ["flying_carpet"]}, "certificates"),
        ({"headcount": 0}, "headcount"),
        ({"duties": "原73211部队驻地"}, "duties"),
    ],
)
def test_bad_input_names_its_field(employer, member, changes, field) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.draft(employer=employer, by=member, **_fields(employer, **changes))
    assert field in refused.value.message_dict


def test_nobody_else_writes_or_sees_a_draft(employer, member) -> None:
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    rival = make_user()
    make_employer(member=rival)
    for verb in (actions.submit, actions.withdraw, actions.edit):
        with pytest.raises(PermissionDenied):
            verb(position=position, by=rival)
    assert not Position.objects.visible_to(rival).filter(pk=position.pk).exists()
    assert Position.objects.visible_to(member).filter(pk=position.pk).exists()


def test_only_the_stations_reviewers_approve(employer, member) -> None:
    stations = make_stations()
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    actions.submit(position=position, by=member)
    for user in (
        member,
        make_staff(stations["蓬江区"], StationRole.REVIEWER),
        make_staff(stations["新会区"], StationRole.CLERK),
    ):
        with pytest.raises(PermissionDenied):
            actions.approve(position=position, by=user)


def test_an_unverified_employers_post_is_not_approved(member) -> None:
    employer = make_employer(verified=False, member=member)
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    actions.submit(position=position, by=member)
    with pytest.raises(ValidationError, match="核验"):
        actions.approve(position=position, by=make_staff(employer.station, StationRole.REVIEWER))


def test_a_changed_post_is_reviewed_again(employer, member) -> None:
    position = make_position(employer=employer)
    actions.edit(position=position, by=member, pay_to=Decimal(9000))
    assert position.state == PositionState.DRAFT
    assert not Position.objects.open_at().exists()


def test_a_finished_post_is_not_changed(employer, member) -> None:
    position = make_position(employer=employer)
    actions.mark_filled(position=position, by=member)
    with pytest.raises(ValidationError, match="已结束"):
        actions.edit(position=position, by=member, title="x")
    with pytest.raises(TransitionRefused):
        actions.submit(position=position, by=member)


def test_a_refusal_has_a_reason_that_stays(employer, member) -> None:
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    actions.submit(position=position, by=member)
    reviewer = make_staff(employer.station, StationRole.REVIEWER)
    with pytest.raises(ValidationError):
        actions.refuse(position=position, by=reviewer, reason="")
    actions.refuse(position=position, by=reviewer, reason="职责写得太笼统")
    assert Position.objects.get(pk=position.pk).refused_reason == "职责写得太笼统"


def test_open_is_judged_at_query_time() -> None:
    position = make_position()
    at_end = position.expires_at
    assert Position.objects.open_at(at_end - timedelta(seconds=1)).exists()
    assert not Position.objects.open_at(at_end).exists()
    assert not Position.objects.open_at(position.published_at - timedelta(seconds=1)).exists()


def test_a_suspended_or_lapsed_employers_posts_vanish_at_once() -> None:
    position = make_position()
    rows = Employer.objects.filter(pk=position.employer_id)
    rows.update(verified_until=timezone.localdate() - timedelta(days=1))
    assert not Position.objects.visible_to(make_user()).exists()
    rows.update(
        verified_until=timezone.localdate() + timedelta(days=1),
        state=VerificationState.SUSPENDED,
        state_reason="投诉核实",
    )
    assert not Position.objects.open_at().exists()


@pytest.mark.parametrize(
    "change",
    [
        {"pay_from": 9000, "pay_to": 8000},
        {"pay_from": 0},
        {"headcount": 0},
        {"expires_at": None},
        {"state": PositionState.REFUSED},
        {"external_id": ""},
        {"occupation_certainty": 1.5},
        {"filled_by_count": True},
    ],
)
def test_the_database_refuses_what_makes_no_sense(change) -> None:
    position = make_position()
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.filter(pk=position.pk).update(**change)


def test_an_external_number_names_one_post_of_an_employer(employer, member) -> None:
    first = actions.draft(employer=employer, by=member, **_fields(employer, external_id="A-01"))
    with pytest.raises(ValidationError) as refused:
        actions.draft(employer=employer, by=member, **_fields(employer, external_id="A-01"))
    assert refused.value.error_dict["external_id"][0].code == "external_id_taken"
    other = make_employer(member=member)
    assert actions.draft(employer=other, by=member, **_fields(other, external_id="A-01")).pk != first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        make_position(employer=employer, external_id="A-01")
    make_position(employer=employer)  # and there may be many without a number
    make_position(employer=employer)


@pytest.mark.parametrize("number", ["a b", "x" * 65, "<b>"])
def test_an_external_number_fits_into_a_cell(employer, member, number) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.draft(employer=employer, by=member, **_fields(employer, external_id=number))
    assert "external_id" in refused.value.message_dict


def test_an_agencys_post_names_whom_it_recruits_for() -> None:
    member = make_user()
    agency = make_employer(member=member, is_agency=True, agency_permit="粤江人服证字2026第001号")
    with pytest.raises(ValidationError) as refused:
        actions.draft(employer=agency, by=member, **_fields(agency))
    assert "real_employer" in refused.value.message_dict
    post = actions.draft(employer=agency, by=member, real_employer="江门市演示电子厂", **_fields(agency))
    assert post.real_employer == "江门市演示电子厂"


def test_who_recruits_for_itself_names_nobody_else() -> None:
    member = make_user()
    firm = make_employer(member=member)
    assert actions.draft(employer=firm, by=member, real_employer="别家", **_fields(firm)).real_employer == ""
