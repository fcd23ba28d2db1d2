"""What staff decide about an employer: each decision stands in a log, and posts follow at query time."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.models import AppendOnlyError
from portal.core.state_machine import TransitionRefused
from portal.documents.enums import DocumentKind
from portal.employers import actions, notifications, profile_changes, verification
from portal.employers.enums import ChangeState, EmployerRole, StepKind, VerificationState
from portal.employers.models import (
    Employer,
    EmployerMembership,
    ProfileChange,
    VerificationStep,
)
from portal.employers.verification_periods import RENEWAL_WINDOW, VERIFICATION_LASTS
from portal.notifications.models import Notification
from portal.positions.models import Position
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
LICENCE = [DocumentKind.LICENCE]


@pytest.fixture
def owner() -> Any:
    return make_user("王经理")


@pytest.fixture
def employer(owner: Any) -> Any:
    return make_employer(name="江门市旧名有限公司", member=owner)


@pytest.fixture
def reviewer(employer: Any) -> Any:
    return make_staff(employer.station, StationRole.REVIEWER)


def _ends(employer: Any, days: Any) -> None:
    employer.verified_until = timezone.localdate() + timedelta(days=days)
    employer.save()


def test_each_decision_stands_in_a_log_with_its_reason_and_dates(employer: Any, reviewer: Any) -> None:
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    verification.lift(employer=employer, by=reviewer, reason="查无此事")
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    said = [(s.kind, s.from_state, s.to_state, s.reason) for s in employer.steps.order_by("pk")]
    assert said == [
        ("suspend", "verified", "suspended", "投诉待查"),
        ("lift", "suspended", "verified", "查无此事"),
        ("verify", "verified", "verified", ""),
    ]
    last = employer.steps.first()
    assert last.until == timezone.localdate() + VERIFICATION_LASTS
    assert [item.kind for item in last.bases.all()] == LICENCE
    last.reason = "改写"
    with pytest.raises(AppendOnlyError):
        last.save()


def test_a_suspended_employers_posts_are_gone_and_come_back_when_it_is_lifted(
    employer: Any, reviewer: Any
) -> None:
    post = make_position(employer=employer)
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    assert not Position.objects.open_at().exists()
    with pytest.raises(ValidationError):
        verification.lift(employer=employer, by=reviewer, reason=" ")
    verification.lift(employer=employer, by=reviewer, reason="查无此事")
    assert list(Position.objects.open_at()) == [post]
    assert employer.state_reason == ""


def test_lifting_gives_no_time_that_had_run_out(employer: Any, reviewer: Any) -> None:
    _ends(employer, -1)
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    with pytest.raises(ValidationError, match="已到期"):
        verification.lift(employer=employer, by=reviewer, reason="查无此事")
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    assert employer.is_verified


def test_posts_pause_by_query_time_when_the_verification_lapsed_and_return_with_it(
    employer: Any, reviewer: Any
) -> None:
    post = make_position(employer=employer)
    _ends(employer, 0)
    assert list(Position.objects.open_at()) == [post]
    assert not Position.objects.open_at(timezone.now() + timedelta(days=1)).exists()
    _ends(employer, -1)
    assert not Position.objects.open_at().exists()
    assert not Position.objects.visible_to(make_user()).exists()
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    assert list(Position.objects.open_at()) == [post]


def test_asking_for_renewal_costs_nothing_and_is_answered(employer: Any, owner: Any, reviewer: Any) -> None:
    with pytest.raises(TransitionRefused):  # too early
        verification.request_renewal(employer=employer, by=owner)
    _ends(employer, RENEWAL_WINDOW.days)
    verification.request_renewal(employer=employer, by=owner)
    assert list(Employer.objects.with_renewal_request()) == [employer]
    assert employer.is_verified
    with pytest.raises(TransitionRefused):  # asked already
        verification.request_renewal(employer=employer, by=owner)
    verification.return_renewal(employer=employer, by=reviewer, reason="请换新的简章")
    assert (employer.is_verified, employer.state_reason) == (True, "请换新的简章")
    with pytest.raises(TransitionRefused):
        verification.return_renewal(employer=employer, by=reviewer, reason="再次")
    verification.request_renewal(employer=employer, by=owner)
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    assert not Employer.objects.with_renewal_request().exists()
    assert employer.verified_until == timezone.localdate() + VERIFICATION_LASTS


def test_only_owners_ask_and_only_reviewers_answer(employer: Any, owner: Any) -> None:
    _ends(employer, 3)
    recruiter = EmployerMembership.objects.create(
        user=make_user(), employer=employer, role=EmployerRole.RECRUITER
    )
    for user in (recruiter.user, make_user()):
        with pytest.raises(PermissionDenied):
            verification.request_renewal(employer=employer, by=user)
        with pytest.raises(PermissionDenied):
            actions.update_profile(employer=employer, by=user, address="演示路9号")
    for verb in (verification.suspend, verification.lift, verification.return_renewal):
        with pytest.raises(PermissionDenied):
            verb(employer=employer, by=owner, reason="自己来")


def test_an_agency_is_not_verified_without_its_permit(reviewer: Any) -> None:
    agency = make_employer(verified=False, is_agency=True, agency_permit="粤江人服证字2026第001号")
    with pytest.raises(ValidationError, match="人力资源服务许可证"):
        verification.verify(employer=agency, by=reviewer, checked_kinds=LICENCE)
    verification.verify(employer=agency, by=reviewer, checked_kinds=[*LICENCE, DocumentKind.PERMIT])
    assert agency.is_verified


# --- messages
def _told(user: Any) -> Any:
    return [notice.text for notice in Notification.objects.visible_to(user).order_by("pk")]


def test_members_are_told_what_was_decided_with_the_reason(employer: Any, owner: Any, reviewer: Any) -> None:
    recruiter = EmployerMembership.objects.create(
        user=make_user(), employer=employer, role=EmployerRole.RECRUITER
    )
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    assert _told(owner) == _told(recruiter.user) == [f"{employer.name}：单位已被暂停，岗位暂不公开：投诉待查"]
    assert _told(reviewer) == []


def test_owners_are_told_some_weeks_before_the_end_and_once_a_stage(employer: Any, owner: Any) -> None:
    until, told = employer.verified_until, {}
    for left in (40, 30, 29, 15, 14, 3, 0, -1, -9):
        told[left] = notifications.remind_of_renewal(until - timedelta(days=left))
    assert told == {40: 0, 30: 1, 29: 0, 15: 0, 14: 1, 3: 1, 0: 0, -1: 1, -9: 0}
    assert "请申请续期" in _told(owner)[0]
    assert "已过有效期" in _told(owner)[-1]


def test_who_has_asked_already_is_left_alone(employer: Any, owner: Any) -> None:
    _ends(employer, 10)
    verification.request_renewal(employer=employer, by=owner)
    assert notifications.remind_of_renewal() == 0


# --- changes of what was verified
def _rename(employer: Any, owner: Any, name: Any = "江门市新名有限公司", **fields: Any) -> Any:
    return actions.update_profile(employer=employer, by=owner, name=name, **fields)


def test_a_verified_name_stays_until_staff_agree_and_posts_stay_open(
    employer: Any, owner: Any, reviewer: Any
) -> None:
    post = make_position(employer=employer)
    _rename(employer, owner, address="演示路9号")
    employer.refresh_from_db()
    assert (employer.name, employer.address) == ("江门市旧名有限公司", "演示路9号")
    assert list(Position.objects.open_at()) == [post]
    change = ProfileChange.objects.get()
    assert profile_changes.list_fact_changes(change) == [
        ("单位名称", "江门市旧名有限公司", "江门市新名有限公司")
    ]
    assert list(Employer.objects.with_pending_change()) == [employer]
    with pytest.raises(ValidationError, match="营业执照"):
        profile_changes.accept_change(change=change, by=reviewer, checked_kinds=[DocumentKind.NOTICE])
    profile_changes.accept_change(change=change, by=reviewer, checked_kinds=LICENCE)
    employer.refresh_from_db()
    assert employer.name == "江门市新名有限公司"
    assert list(Position.objects.open_at()) == [post]
    assert employer.steps.get().kind == StepKind.ACCEPT_CHANGE
    assert employer.bases.get().kind == DocumentKind.LICENCE
    with pytest.raises(TransitionRefused):
        profile_changes.accept_change(change=change, by=reviewer, checked_kinds=LICENCE)


def test_a_refused_change_leaves_the_name_and_says_why(employer: Any, owner: Any, reviewer: Any) -> None:
    _rename(employer, owner)
    change = ProfileChange.objects.get()
    with pytest.raises(ValidationError):
        profile_changes.refuse_change(change=change, by=reviewer, reason="")
    profile_changes.refuse_change(change=change, by=reviewer, reason="执照上不是这个名称")
    employer.refresh_from_db()
    change.refresh_from_db()
    assert employer.name == "江门市旧名有限公司"
    assert (change.state, change.reason) == (ChangeState.REFUSED, "执照上不是这个名称")


def test_asking_again_replaces_and_it_can_be_withdrawn(employer: Any, owner: Any) -> None:
    _rename(employer, owner)
    _rename(employer, owner, name="江门市再改有限公司")
    waiting = ProfileChange.objects.pending().get()
    assert waiting.after == {"name": "江门市再改有限公司"}
    profile_changes.withdraw_change(employer=employer, by=owner)
    assert not ProfileChange.objects.pending().exists()


def test_another_county_hands_the_employer_to_its_centre(employer: Any, owner: Any, reviewer: Any) -> None:
    stations = make_stations()
    actions.update_profile(employer=employer, by=owner, region=stations["蓬江区"].region)
    employer.refresh_from_db()
    assert employer.station == stations["新会区"]
    change = ProfileChange.objects.get()
    assert profile_changes.told(change) == [("所在地区", "新会区", "蓬江区")]
    profile_changes.accept_change(change=change, by=reviewer, checked_kinds=LICENCE)
    employer.refresh_from_db()
    assert (employer.region_id, employer.station) == ("440703", stations["蓬江区"])


@pytest.mark.parametrize("state", [VerificationState.PENDING, VerificationState.REFUSED])
def test_before_the_first_verification_a_name_changes_at_once(owner: Any, state: Any) -> None:
    firm = make_employer(verified=False, member=owner, state=state, state_reason="缺材料")
    _rename(firm, owner)
    firm.refresh_from_db()
    assert (firm.name, ProfileChange.objects.count()) == ("江门市新名有限公司", 0)


@pytest.mark.parametrize("fields", [{"state": VerificationState.SUSPENDED, "state_reason": "投诉"}, {}])
def test_suspended_or_lapsed_is_no_way_around(owner: Any, fields: Any) -> None:
    firm = make_employer(name="江门市旧名有限公司", member=owner, **fields)
    if not fields:
        _ends(firm, -1)
    _rename(firm, owner)
    firm.refresh_from_db()
    assert (firm.name, ProfileChange.objects.pending().count()) == ("江门市旧名有限公司", 1)


def test_a_neighbours_reviewer_decides_no_change(employer: Any, owner: Any) -> None:
    _rename(employer, owner)
    neighbour = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    for user in (neighbour, owner):
        with pytest.raises(PermissionDenied):
            profile_changes.accept_change(change=ProfileChange.objects.get(), by=user, checked_kinds=LICENCE)
        with pytest.raises(PermissionDenied):
            profile_changes.refuse_change(change=ProfileChange.objects.get(), by=user, reason="不行")


@pytest.mark.parametrize(
    "change",
    [{"state": ChangeState.ACCEPTED}, {"settled_at": timezone.now()}, {"state": ChangeState.REFUSED}],
)
def test_the_database_keeps_a_change_and_its_answer_together(employer: Any, owner: Any, change: Any) -> None:
    _rename(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileChange.objects.update(**change)


def test_the_database_keeps_one_waiting_change(employer: Any, owner: Any) -> None:
    _rename(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileChange.objects.create(employer=employer, before={}, after={}, asked_by=owner)


def test_a_refused_change_has_a_reason_in_the_database(employer: Any, owner: Any) -> None:
    _rename(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileChange.objects.update(state=ChangeState.REFUSED, settled_at=timezone.now(), settled_by=owner)


def test_a_step_without_its_reason_is_refused_by_the_database(employer: Any, reviewer: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationStep.objects.create(
            employer=employer, kind=StepKind.SUSPEND, from_state="verified", to_state="suspended", by=reviewer
        )


def test_the_database_knows_no_renewal_of_what_is_not_verified() -> None:
    firm = make_employer(verified=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Employer.objects.filter(pk=firm.pk).update(renewal_asked_at=timezone.now())
