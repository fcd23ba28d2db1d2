"""Verification of employers: decisions and their log, renewals, notifications, changes of verified facts."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
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


def _set_days_left(employer: Any, days: Any) -> None:
    employer.verified_until = timezone.localdate() + timedelta(days=days)
    employer.save()


def test_each_decision_is_logged_with_reason_and_dates(employer: Any, reviewer: Any) -> None:
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    verification.lift(employer=employer, by=reviewer, reason="查无此事")
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    decisions = [(s.kind, s.from_state, s.to_state, s.reason) for s in employer.steps.order_by("pk")]
    assert decisions == [
        ("suspend", "verified", "suspended", "投诉待查"),
        ("lift", "suspended", "verified", "查无此事"),
        ("verify", "verified", "verified", ""),
    ]
    last = employer.steps.first()
    assert last.until == timezone.localdate() + VERIFICATION_LASTS
    assert [basis.kind for basis in last.bases.all()] == LICENCE
    last.reason = "改写"
    with pytest.raises(AppendOnlyError):
        last.save()


def test_suspension_hides_positions_until_it_is_lifted(employer: Any, reviewer: Any) -> None:
    position = make_position(employer=employer)
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    assert not Position.objects.open_at().exists()
    with pytest.raises(ValidationError):
        verification.lift(employer=employer, by=reviewer, reason=" ")
    verification.lift(employer=employer, by=reviewer, reason="查无此事")
    assert list(Position.objects.open_at()) == [position]
    assert employer.state_reason == ""


def test_suspension_of_an_ended_verification_cannot_be_lifted(employer: Any, reviewer: Any) -> None:
    _set_days_left(employer, -1)
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    with pytest.raises(ValidationError, match="已到期"):
        verification.lift(employer=employer, by=reviewer, reason="查无此事")
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    assert employer.is_verified


def test_positions_are_hidden_from_the_day_after_the_verification_until_it_is_renewed(
    employer: Any, reviewer: Any
) -> None:
    position = make_position(employer=employer)
    _set_days_left(employer, 0)
    assert list(Position.objects.open_at()) == [position]
    assert not Position.objects.open_at(timezone.now() + timedelta(days=1)).exists()
    _set_days_left(employer, -1)
    assert not Position.objects.open_at().exists()
    assert not Position.objects.visible_to(make_user()).exists()
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    assert list(Position.objects.open_at()) == [position]


def test_renewal_request_keeps_the_verification_and_is_returned_or_granted(
    employer: Any, owner: Any, reviewer: Any
) -> None:
    with pytest.raises(TransitionRefused):  # too early
        verification.request_renewal(employer=employer, by=owner)
    _set_days_left(employer, RENEWAL_WINDOW.days)
    verification.request_renewal(employer=employer, by=owner)
    assert list(Employer.objects.with_renewal_request()) == [employer]
    assert employer.is_verified
    with pytest.raises(TransitionRefused):  # requested already
        verification.request_renewal(employer=employer, by=owner)
    verification.return_renewal(employer=employer, by=reviewer, reason="请换新的简章")
    assert (employer.is_verified, employer.state_reason) == (True, "请换新的简章")
    with pytest.raises(TransitionRefused):
        verification.return_renewal(employer=employer, by=reviewer, reason="再次")
    verification.request_renewal(employer=employer, by=owner)
    verification.verify(employer=employer, by=reviewer, checked_kinds=LICENCE)
    assert not Employer.objects.with_renewal_request().exists()
    assert employer.verified_until == timezone.localdate() + VERIFICATION_LASTS


def test_only_owners_request_renewals_and_only_reviewers_decide(employer: Any, owner: Any) -> None:
    _set_days_left(employer, 3)
    recruiter = EmployerMembership.objects.create(
        user=make_user(), employer=employer, role=EmployerRole.RECRUITER
    )
    for user in (recruiter.user, make_user()):
        with pytest.raises(PermissionDenied):
            verification.request_renewal(employer=employer, by=user)
        with pytest.raises(PermissionDenied):
            actions.update_profile(employer=employer, by=user, address="演示路9号")
    for action in (verification.suspend, verification.lift, verification.return_renewal):
        with pytest.raises(PermissionDenied):
            action(employer=employer, by=owner, reason="自己来")


def test_agency_is_not_verified_without_its_permit(reviewer: Any) -> None:
    agency = make_employer(verified=False, is_agency=True, agency_permit="粤江人服证字2026第001号")
    with pytest.raises(ValidationError, match="人力资源服务许可证"):
        verification.verify(employer=agency, by=reviewer, checked_kinds=LICENCE)
    verification.verify(employer=agency, by=reviewer, checked_kinds=[*LICENCE, DocumentKind.PERMIT])
    assert agency.is_verified


# Notifications
def _notification_texts(user: Any) -> list[str]:
    return [notification.text for notification in Notification.objects.visible_to(user).order_by("pk")]


def test_members_are_notified_of_a_decision_with_its_reason(employer: Any, owner: Any, reviewer: Any) -> None:
    recruiter = EmployerMembership.objects.create(
        user=make_user(), employer=employer, role=EmployerRole.RECRUITER
    )
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    assert (
        _notification_texts(owner)
        == _notification_texts(recruiter.user)
        == [f"{employer.name}：单位已被暂停，岗位暂不公开：投诉待查"]
    )
    assert _notification_texts(reviewer) == []


def test_owners_are_reminded_once_per_stage_before_and_after_the_end(employer: Any, owner: Any) -> None:
    until, reminder_counts = employer.verified_until, {}
    for days_left in (40, 30, 29, 15, 14, 3, 0, -1, -9):
        reminder_counts[days_left] = notifications.remind_of_renewal(until - timedelta(days=days_left))
    assert reminder_counts == {40: 0, 30: 1, 29: 0, 15: 0, 14: 1, 3: 1, 0: 0, -1: 1, -9: 0}
    assert "请申请续期" in _notification_texts(owner)[0]
    assert "已过有效期" in _notification_texts(owner)[-1]


def test_employer_with_a_renewal_request_is_not_reminded(employer: Any, owner: Any) -> None:
    _set_days_left(employer, 10)
    verification.request_renewal(employer=employer, by=owner)
    assert notifications.remind_of_renewal() == 0


# Changes of verified facts
def _rename(employer: Any, owner: Any, name: Any = "江门市新名有限公司", **fields: Any) -> Any:
    return actions.update_profile(employer=employer, by=owner, name=name, **fields)


def test_verified_name_stays_and_positions_stay_open_until_staff_accept_the_change(
    employer: Any, owner: Any, reviewer: Any
) -> None:
    position = make_position(employer=employer)
    _rename(employer, owner, address="演示路9号")
    employer.refresh_from_db()
    assert (employer.name, employer.address) == ("江门市旧名有限公司", "演示路9号")
    assert list(Position.objects.open_at()) == [position]
    change = ProfileChange.objects.get()
    assert profile_changes.list_fact_changes(change) == [
        ("单位名称", "江门市旧名有限公司", "江门市新名有限公司")
    ]
    assert list(Employer.objects.with_pending_change()) == [employer]
    with pytest.raises(ValidationError, match="营业执照"):
        profile_changes.accept_change(
            change=change, by=reviewer, checked_kinds=[DocumentKind.RECRUITMENT_BROCHURE]
        )
    profile_changes.accept_change(change=change, by=reviewer, checked_kinds=LICENCE)
    employer.refresh_from_db()
    assert employer.name == "江门市新名有限公司"
    assert list(Position.objects.open_at()) == [position]
    assert employer.steps.get().kind == StepKind.ACCEPT_CHANGE
    assert employer.bases.get().kind == DocumentKind.LICENCE
    with pytest.raises(TransitionRefused):
        profile_changes.accept_change(change=change, by=reviewer, checked_kinds=LICENCE)


def test_refused_change_keeps_the_name_and_stores_the_reason(
    employer: Any, owner: Any, reviewer: Any
) -> None:
    _rename(employer, owner)
    change = ProfileChange.objects.get()
    with pytest.raises(ValidationError):
        profile_changes.refuse_change(change=change, by=reviewer, reason="")
    profile_changes.refuse_change(change=change, by=reviewer, reason="执照上不是这个名称")
    employer.refresh_from_db()
    change.refresh_from_db()
    assert employer.name == "江门市旧名有限公司"
    assert (change.state, change.reason) == (ChangeState.REFUSED, "执照上不是这个名称")


def test_second_request_replaces_the_first_and_can_be_withdrawn(employer: Any, owner: Any) -> None:
    _rename(employer, owner)
    _rename(employer, owner, name="江门市再改有限公司")
    pending = ProfileChange.objects.pending().get()
    assert pending.after == {"name": "江门市再改有限公司"}
    profile_changes.withdraw_change(employer=employer, by=owner)
    assert not ProfileChange.objects.pending().exists()


def test_accepted_change_of_county_moves_the_employer_to_its_service_centre(
    employer: Any, owner: Any, reviewer: Any
) -> None:
    stations = make_stations()
    actions.update_profile(employer=employer, by=owner, region=stations["蓬江区"].region)
    employer.refresh_from_db()
    assert employer.station == stations["新会区"]
    change = ProfileChange.objects.get()
    assert profile_changes.list_fact_changes(change) == [("所在地区", "新会区", "蓬江区")]
    profile_changes.accept_change(change=change, by=reviewer, checked_kinds=LICENCE)
    employer.refresh_from_db()
    assert (employer.region_id, employer.station) == ("440703", stations["蓬江区"])


@pytest.mark.parametrize("state", [VerificationState.PENDING, VerificationState.REFUSED])
def test_name_changes_at_once_before_the_first_verification(owner: Any, state: Any) -> None:
    employer = make_employer(verified=False, member=owner, state=state, state_reason="缺材料")
    _rename(employer, owner)
    employer.refresh_from_db()
    assert (employer.name, ProfileChange.objects.count()) == ("江门市新名有限公司", 0)


@pytest.mark.parametrize("fields", [{"state": VerificationState.SUSPENDED, "state_reason": "投诉"}, {}])
def test_name_of_a_suspended_or_lapsed_employer_changes_only_by_request(owner: Any, fields: Any) -> None:
    employer = make_employer(name="江门市旧名有限公司", member=owner, **fields)
    if not fields:
        _set_days_left(employer, -1)
    _rename(employer, owner)
    employer.refresh_from_db()
    assert (employer.name, ProfileChange.objects.pending().count()) == ("江门市旧名有限公司", 1)


def test_change_is_decided_only_by_reviewers_of_the_station(employer: Any, owner: Any) -> None:
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
def test_database_requires_decision_time_and_reviewer_of_a_settled_change(
    employer: Any, owner: Any, change: Any
) -> None:
    _rename(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileChange.objects.update(**change)


def test_database_allows_one_pending_change_per_employer(employer: Any, owner: Any) -> None:
    _rename(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileChange.objects.create(employer=employer, before={}, after={}, asked_by=owner)


def test_database_requires_the_reason_of_a_refused_change(employer: Any, owner: Any) -> None:
    _rename(employer, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileChange.objects.update(state=ChangeState.REFUSED, settled_at=timezone.now(), settled_by=owner)


def test_database_requires_the_reason_of_a_suspension(employer: Any, reviewer: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationStep.objects.create(
            employer=employer, kind=StepKind.SUSPEND, from_state="verified", to_state="suspended", by=reviewer
        )


def test_database_allows_renewal_requests_of_verified_employers_only() -> None:
    employer = make_employer(verified=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Employer.objects.filter(pk=employer.pk).update(renewal_asked_at=timezone.now())


def test_verification_holds_through_its_last_day(employer: Any, reviewer: Any) -> None:
    position = make_position(employer=employer)
    for days, is_in_force in ((0, True), (-1, False)):
        _set_days_left(employer, days)
        assert employer.is_verified is is_in_force
        assert Employer.objects.verified().exists() is is_in_force
        assert Employer.objects.visible_to(AnonymousUser()).exists() is is_in_force
        assert Position.objects.open_at().filter(pk=position.pk).exists() is is_in_force


def test_suspension_is_lifted_on_the_last_day(employer: Any, reviewer: Any) -> None:
    _set_days_left(employer, 0)
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    assert verification.lift(employer=employer, by=reviewer, reason="查无此事").is_verified
    verification.suspend(employer=employer, by=reviewer, reason="投诉待查")
    _set_days_left(employer, -1)
    with pytest.raises(ValidationError, match="到期"):
        verification.lift(employer=employer, by=reviewer, reason="查无此事")


def test_renewal_can_be_requested_from_the_very_day_of_the_window(employer: Any, owner: Any) -> None:
    _set_days_left(employer, RENEWAL_WINDOW.days + 1)
    with pytest.raises(TransitionRefused):
        verification.request_renewal(employer=employer, by=owner)
    assert not Employer.objects.verification_ending(timezone.localdate()).exists()
    _set_days_left(employer, RENEWAL_WINDOW.days)
    assert Employer.objects.verification_ending(timezone.localdate()).exists()
    assert verification.request_renewal(employer=employer, by=owner).renewal_asked_at
