"""Positions: who writes, who approves, and what 'open' means."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

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
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Any:
    return make_user("招聘专员")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(member=member)


def _fields(employer: Any, **changes: Any) -> Any:
    return {
        "title": "货车司机",
        "occupation": make_occupation(),
        "pay_from": Decimal(6000),
        "pay_to": Decimal(8000),
        "headcount": 1,
        "region": employer.region,
        "duties": "负责货物运输。",
    } | changes


def test_submitted_draft_opens_after_approval(employer: Any, member: Any) -> None:
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
def test_bad_input_names_its_field(employer: Any, member: Any, changes: Any, field: Any) -> None:
    with pytest.raises(ValidationError) as error:
        actions.draft(employer=employer, by=member, **_fields(employer, **changes))
    assert field in error.value.message_dict


def test_draft_is_private_to_its_employer(employer: Any, member: Any) -> None:
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    rival = make_user()
    make_employer(member=rival)
    for verb in (actions.submit, actions.withdraw, actions.edit):
        with pytest.raises(PermissionDenied):
            verb(position=position, by=rival)
    assert not Position.objects.visible_to(rival).filter(pk=position.pk).exists()
    assert Position.objects.visible_to(member).filter(pk=position.pk).exists()


def test_only_reviewers_of_the_station_approve(employer: Any, member: Any) -> None:
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


def test_position_of_unverified_employer_is_not_approved(member: Any) -> None:
    employer = make_employer(verified=False, member=member)
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    actions.submit(position=position, by=member)
    with pytest.raises(ValidationError, match="核验"):
        actions.approve(position=position, by=make_staff(employer.station, StationRole.REVIEWER))


def test_edited_position_returns_to_review(employer: Any, member: Any) -> None:
    position = make_position(employer=employer)
    actions.edit(position=position, by=member, pay_to=Decimal(9000))
    assert position.state == PositionState.DRAFT
    assert not Position.objects.open_at().exists()


def test_ended_position_cannot_be_edited(employer: Any, member: Any) -> None:
    position = make_position(employer=employer)
    actions.mark_filled(position=position, by=member)
    with pytest.raises(ValidationError, match="已结束"):
        actions.edit(position=position, by=member, title="x")
    with pytest.raises(TransitionRefused):
        actions.submit(position=position, by=member)


def test_refusal_keeps_its_reason(employer: Any, member: Any) -> None:
    position = actions.draft(employer=employer, by=member, **_fields(employer))
    actions.submit(position=position, by=member)
    reviewer = make_staff(employer.station, StationRole.REVIEWER)
    with pytest.raises(ValidationError):
        actions.refuse(position=position, by=reviewer, reason="")
    actions.refuse(position=position, by=reviewer, reason="职责写得太笼统")
    assert Position.objects.get(pk=position.pk).refused_reason == "职责写得太笼统"


def test_open_is_computed_at_query_time() -> None:
    position = make_position()
    at_end = require(position.expires_at)
    assert Position.objects.open_at(at_end - timedelta(seconds=1)).exists()
    assert not Position.objects.open_at(at_end).exists()
    assert not Position.objects.open_at(require(position.published_at) - timedelta(seconds=1)).exists()


def test_positions_of_suspended_or_lapsed_employer_are_hidden_at_once() -> None:
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
def test_database_constraints_refuse_invalid_rows(change: Any) -> None:
    position = make_position()
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.filter(pk=position.pk).update(**change)


def test_external_id_is_unique_within_an_employer(employer: Any, member: Any) -> None:
    first = actions.draft(employer=employer, by=member, **_fields(employer, external_id="A-01"))
    with pytest.raises(ValidationError) as error:
        actions.draft(employer=employer, by=member, **_fields(employer, external_id="A-01"))
    assert error.value.error_dict["external_id"][0].code == "external_id_taken"
    other = make_employer(member=member)
    assert actions.draft(employer=other, by=member, **_fields(other, external_id="A-01")).pk != first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        make_position(employer=employer, external_id="A-01")
    make_position(employer=employer)  # and there may be many without a number
    make_position(employer=employer)


@pytest.mark.parametrize("number", ["a b", "x" * 65, "<b>"])
def test_external_id_format_is_validated(employer: Any, member: Any, number: Any) -> None:
    with pytest.raises(ValidationError) as error:
        actions.draft(employer=employer, by=member, **_fields(employer, external_id=number))
    assert "external_id" in error.value.message_dict


def test_agency_position_requires_real_employer() -> None:
    member = make_user()
    agency = make_employer(member=member, is_agency=True, agency_permit="粤江人服证字2026第001号")
    with pytest.raises(ValidationError) as error:
        actions.draft(employer=agency, by=member, **_fields(agency))
    assert "real_employer" in error.value.message_dict
    position = actions.draft(employer=agency, by=member, real_employer="江门市演示电子厂", **_fields(agency))
    assert position.real_employer == "江门市演示电子厂"


def test_real_employer_is_cleared_for_other_employers() -> None:
    member = make_user()
    employer = make_employer(member=member)
    assert (
        actions.draft(employer=employer, by=member, real_employer="别家", **_fields(employer)).real_employer
        == ""
    )
