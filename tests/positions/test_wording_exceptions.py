"""Blocked wording: refused without a basis, shown only after two reviewers, gone when the text changes."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.positions import actions
from portal.positions.enums import PositionState
from portal.positions.models import Position, WordingException
from portal.positions.wording_exceptions import approve_exception, confirm_exception
from tests.factories import (
    make_employer,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_user,
)

pytestmark = pytest.mark.django_db

BASIS = "矿山井下作业，女职工禁忌从事的劳动范围"


@pytest.fixture
def member() -> Any:
    return make_user("招聘专员")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(member=member)


@pytest.fixture
def reviewer(employer: Any) -> Any:
    return make_staff(employer.station, StationRole.REVIEWER, name="初审")


@pytest.fixture
def second(employer: Any) -> Any:
    return make_staff(employer.station, StationRole.REVIEWER, name="复核")


@pytest.fixture
def draft(employer: Any, member: Any) -> Any:
    def make(**changes: Any) -> Any:
        fields = {
            "title": "井下支护工",
            "occupation": make_occupation(),
            "pay_from": Decimal(6000),
            "pay_to": Decimal(8000),
            "headcount": 1,
            "region": employer.region,
            "duties": "负责巷道支护。",
            "requirements": "限男性，35岁以下",
        }
        return actions.draft(employer=employer, by=member, **fields | changes)

    return make


def _submitted(draft: Any, member: Any, **changes: Any) -> Any:
    return actions.submit(position=draft(legal_basis=BASIS, **changes), by=member)


def test_blocked_wording_needs_legal_basis_to_submit(draft: Any, member: Any) -> None:
    position = draft()
    with pytest.raises(ValidationError) as error:
        actions.submit(position=position, by=member)
    (words,) = error.value.message_dict["requirements"]
    assert "限男性" in words
    assert "妇女权益保障法" in words
    assert "依据" in words
    position.refresh_from_db()
    assert position.state == PositionState.DRAFT


def test_warning_does_not_prevent_submission(draft: Any, member: Any) -> None:
    position = draft(requirements="35岁以下")
    assert actions.submit(position=position, by=member).state == PositionState.IN_REVIEW


@pytest.mark.parametrize("text", ["入职交押金300元", "联系电话13912345678", "发展下线有提成"])
def test_inexcusable_wording_is_refused_despite_basis(draft: Any, member: Any, text: Any) -> None:
    position = draft(requirements=text, legal_basis=BASIS)
    with pytest.raises(ValidationError) as error:
        actions.submit(position=position, by=member)
    assert "requirements" in error.value.message_dict


def test_draft_with_identity_number_is_refused(draft: Any) -> None:
    with pytest.raises(ValidationError) as error:
        draft(duties="联系人身份证 440705199003071234")
    assert "duties" in error.value.message_dict


def test_exception_needs_two_reviewers(draft: Any, member: Any, reviewer: Any, second: Any) -> None:
    position = _submitted(draft, member)
    with pytest.raises(ValidationError, match="限男性"):
        actions.approve(position=position, by=reviewer)
    approve_exception(position=position, by=reviewer)
    with pytest.raises(ValidationError, match="复核"):
        actions.approve(position=position, by=second)
    with pytest.raises(ValidationError, match="另一位"):
        confirm_exception(position=position, by=reviewer)
    confirm_exception(position=position, by=second)
    assert actions.approve(position=position, by=second).is_open
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"positions.exception_approved", "positions.exception_confirmed"} <= verbs


def test_active_exception_is_not_approved_again(draft: Any, member: Any, reviewer: Any, second: Any) -> None:
    position = _submitted(draft, member)
    approve_exception(position=position, by=reviewer)
    with pytest.raises(ValidationError, match="已有"):
        approve_exception(position=position, by=second)


def test_only_reviewers_of_the_employer_decide_on_exceptions(draft: Any, member: Any, reviewer: Any) -> None:
    position = _submitted(draft, member)
    neighbour = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    for user in (neighbour, member):
        with pytest.raises(PermissionDenied):
            approve_exception(position=position, by=user)
    approve_exception(position=position, by=reviewer)
    for user in (neighbour, member):
        with pytest.raises(PermissionDenied):
            confirm_exception(position=position, by=user)


def test_exception_needs_blocked_phrases(draft: Any, member: Any, reviewer: Any) -> None:
    clean = actions.submit(position=draft(requirements="能上夜班"), by=member)
    with pytest.raises(ValidationError, match="没有需要例外"):
        approve_exception(position=clean, by=reviewer)
    with pytest.raises(ValidationError, match="没有等待复核"):
        confirm_exception(position=clean, by=reviewer)
    actions.approve(position=clean, by=reviewer)
    with pytest.raises(ValidationError, match="不在审核中"):
        approve_exception(position=clean, by=reviewer)


@pytest.mark.parametrize("change", [{"requirements": "只招女性"}, {"legal_basis": "其他规定"}])
def test_edit_ends_exception(draft: Any, member: Any, reviewer: Any, second: Any, change: Any) -> None:
    position = _submitted(draft, member)
    approve_exception(position=position, by=reviewer)
    confirm_exception(position=position, by=second)
    actions.edit(position=position, by=member, **change)
    actions.submit(position=position, by=member)
    with pytest.raises(ValidationError):
        actions.approve(position=position, by=second)
    assert WordingException.objects.get().ended_at is not None


def test_refusal_ends_exception(draft: Any, member: Any, reviewer: Any) -> None:
    position = _submitted(draft, member)
    approve_exception(position=position, by=reviewer)
    actions.refuse(position=position, by=reviewer, reason="依据不成立")
    assert WordingException.objects.get().ended_at is not None


def test_findings_are_stored_with_the_row(draft: Any, employer: Any) -> None:
    position = draft()
    assert position.wording == " block:sex warn:age "
    Position.objects.bulk_create(
        [
            Position(
                employer=employer, title="女文员", occupation=make_occupation(), pay_from=1, pay_to=2,
                region=employer.region, duties="文书",
            )
        ]
    )  # fmt: skip
    assert Position.objects.get(title="女文员").wording == " block:sex "
    position.requirements = "能上夜班"
    position.save()
    assert Position.objects.get(pk=position.pk).wording == ""


@pytest.mark.parametrize(
    "change",
    [
        {"confirmed_by_id": "approver", "confirmed_at": "now"},
        {"confirmed_at": "now"},
        {"basis": ""},
    ],
)
def test_database_requires_two_people_and_a_basis(
    draft: Any, member: Any, reviewer: Any, change: Any
) -> None:
    exception = approve_exception(position=_submitted(draft, member), by=reviewer)
    values = {"approver": reviewer.pk, "now": timezone.now()}
    change = {name: values.get(value, value) for name, value in change.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        WordingException.objects.filter(pk=exception.pk).update(**change)


def test_position_has_one_active_exception(reviewer: Any) -> None:
    fields = {
        "position": make_position(),
        "basis": BASIS,
        "approved_by": reviewer,
        "approved_at": timezone.now(),
    }
    WordingException.objects.create(**fields, ended_at=timezone.now())
    WordingException.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        WordingException.objects.create(**fields)


def test_reviewer_takes_position_down(employer: Any, member: Any, reviewer: Any) -> None:
    position = make_position(employer=employer)
    for user in (member, make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)):
        with pytest.raises(PermissionDenied):
            actions.take_down(position=position, by=user, reason="收费")
    with pytest.raises(ValidationError):
        actions.take_down(position=position, by=reviewer, reason=" ")
    actions.take_down(position=position, by=reviewer, reason="收取押金")
    assert position.state == PositionState.REFUSED
    assert not Position.objects.open_at().exists()
    withdrawn_position = actions.take_down(
        position=make_position(employer=employer), by=reviewer, reason="虚假岗位", for_good=True
    )
    assert withdrawn_position.state == PositionState.WITHDRAWN


def test_exception_for_other_phrases_counts_for_nothing(
    draft: Any, member: Any, reviewer: Any, second: Any
) -> None:
    position = _submitted(draft, member)
    approve_exception(position=position, by=reviewer)
    WordingException.objects.update(phrases=["只招女性"])
    with pytest.raises(ValidationError, match="没有等待复核"):
        confirm_exception(position=position, by=second)
    WordingException.objects.update(confirmed_by=second, confirmed_at=timezone.now())
    with pytest.raises(ValidationError, match="限男性"):
        actions.approve(position=position, by=second)
    WordingException.objects.update(phrases=["只招女性", "限男性"])
    assert actions.approve(position=position, by=second).is_open
