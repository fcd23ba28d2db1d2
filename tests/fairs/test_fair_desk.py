"""Booths, registrations, door shifts and check-ins of a fair, and the figures counted from them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.fairs import actions
from portal.fairs.enums import BoothState, RegistrationState, VisitorKind
from portal.fairs.models import Booth, CheckIn, DoorShift, Registration
from portal.fairs.permissions import fairs_operated_by
from portal.reports.fair_report import build_fair_report
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> JobFairPage:
    return make_fair()


@pytest.fixture
def manager() -> User:
    return make_staff(make_stations()["新会区"], StationRole.CLERK)


def _request(fair: JobFairPage, member: User | None = None) -> tuple[Booth, User]:
    member = member or make_user()
    employer = make_employer(member=member)
    position = make_position(employer=employer)
    booth = actions.request_booth(fair=fair, employer=employer, positions=[position], by=member)
    return booth, member


def test_repeated_booth_request_changes_positions(fair: JobFairPage) -> None:
    booth, member = _request(fair)
    other = make_position(employer=booth.employer)
    again = actions.request_booth(fair=fair, employer=booth.employer, positions=[other], by=member)
    assert again == booth
    assert list(booth.positions.all()) == [other]


def test_booth_request_needs_membership_verification_and_own_positions(fair: JobFairPage) -> None:
    member = make_user()
    employer, unverified = make_employer(member=member), make_employer(member=member, verified=False)
    mine, foreign = make_position(employer=employer), make_position()
    with pytest.raises(PermissionDenied):
        actions.request_booth(fair=fair, employer=employer, positions=[mine], by=make_user())
    not_yet = make_position(employer=unverified)
    for applicant, positions, message in (
        (unverified, [not_yet], "核验通过后"),
        (employer, [], "至少选择一个"),
        (employer, [foreign], "只能选择本单位"),
    ):
        with pytest.raises(ValidationError, match=message):
            actions.request_booth(fair=fair, employer=applicant, positions=positions, by=member)
    over = make_fair(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))
    with pytest.raises(ValidationError, match="已经结束"):
        actions.request_booth(fair=over, employer=employer, positions=[mine], by=member)


def test_brought_position_joins_those_of_the_booth(fair: JobFairPage) -> None:
    booth, member = _request(fair)
    first, more = booth.positions.get(), make_position(employer=booth.employer)
    assert actions.bring_position(fair=fair, position=more, by=member) == booth
    assert set(booth.positions.all()) == {first, more}


def test_booth_number_is_next_free_or_given_and_unique(fair: JobFairPage, manager: User) -> None:
    booths = [_request(fair)[0] for _ in range(3)]
    actions.confirm_booth(booth=booths[0], by=manager)
    actions.confirm_booth(booth=booths[1], by=manager, number=" b07 ")
    assert [b.number for b in booths[:2]] == ["A01", "B07"]
    with pytest.raises(ValidationError, match="已被占用"):
        actions.confirm_booth(booth=booths[2], by=manager, number="A01")
    with pytest.raises(PermissionDenied):
        actions.confirm_booth(booth=booths[2], by=make_staff(make_stations()["蓬江区"]))
    with pytest.raises(ValidationError):
        actions.refuse_booth(booth=booths[2], by=manager, reason="")
    actions.refuse_booth(booth=booths[2], by=manager, reason="展位已满")
    assert booths[2].state == BoothState.REFUSED


def test_registration_is_idempotent_and_limited_to_person_and_station(fair: JobFairPage) -> None:
    account = make_user()
    veteran = make_veteran(account=account)
    clerk = make_staff(make_stations()["睦洲镇"])
    first = actions.register(fair=fair, veteran=veteran, by=account)
    assert actions.register(fair=fair, veteran=veteran, by=clerk) == first
    with pytest.raises(PermissionDenied):
        actions.register(fair=fair, veteran=veteran, by=make_staff(make_stations()["司前镇"]))
    actions.cancel_registration(registration=first, by=clerk)
    again = actions.register(fair=fair, veteran=veteran, by=clerk)
    assert (again.pk, again.number, again.state) == (first.pk, 1, RegistrationState.REGISTERED)


def test_registration_is_refused_when_closed_or_full(fair: JobFairPage) -> None:
    account = make_user()
    veteran = make_veteran(account=account)
    closed_fair = make_fair(
        registration_opens_at=timezone.now() - timedelta(days=3),
        registration_closes_at=timezone.now() - timedelta(hours=1),
    )
    full_fair = make_fair(capacity=1)
    make_registration(full_fair, make_veteran())
    for page, message in ((closed_fair, "不能报名"), (full_fair, "已满")):
        with pytest.raises(ValidationError, match=message):
            actions.register(fair=page, veteran=veteran, by=account)


def test_registration_cannot_be_cancelled_after_check_in(fair: JobFairPage, manager: User) -> None:
    account = make_user()
    veteran = make_veteran(account=account)
    registration = actions.register(fair=fair, veteran=veteran, by=account)
    _, first = actions.check_in(fair=fair, code=str(registration.ticket), by=manager)
    _, second = actions.check_in(fair=fair, code=str(registration.number), by=manager)
    assert (first, second) == (True, False)
    with pytest.raises(ValidationError, match="已经入场"):
        actions.cancel_registration(registration=registration, by=account)


def test_door_shift_opens_the_desk_on_its_day_only(fair: JobFairPage, manager: User) -> None:
    helper, former_helper = make_user(), make_user()
    DoorShift.objects.create(fair=fair, user=helper, day=timezone.localdate())
    DoorShift.objects.create(fair=fair, user=former_helper, day=timezone.localdate() - timedelta(days=1))
    assert fair in fairs_operated_by(helper)
    assert fair not in fairs_operated_by(former_helper)
    assert fair in fairs_operated_by(manager)
    with pytest.raises(PermissionDenied):
        actions.check_in(fair=fair, code="1", by=former_helper)
    with pytest.raises(PermissionDenied):
        actions.assign_door_shift(fair=fair, user=former_helper, by=helper)


def test_report_counts_veterans_once_and_families_separately(
    fair: JobFairPage, manager: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    booth, _ = _request(fair)
    actions.confirm_booth(booth=booth, by=manager)
    _request(fair)
    for _ in range(2):
        registration = make_registration(fair, make_veteran())
        actions.check_in(fair=fair, code=str(registration.ticket), by=manager)
    actions.count_visitor(fair=fair, kind=VisitorKind.FAMILY, by=manager)
    with django_assert_max_num_queries(8):
        report = build_fair_report(fair)
    assert {number.figure: number.value for number in report.numbers} == {
        "employers": 1, "positions": 1, "headcount": 3, "registered": 2, "visitors": 3, "veterans": 2,
        "sheets": 0, "reached": 0, "people": 0,
    }  # fmt: skip


def test_unique_constraints_hold(fair: JobFairPage) -> None:
    booth = make_booth(fair, make_position(), number="A01")
    registration = make_registration(fair, make_veteran())
    CheckIn.objects.create(fair=fair, registration=registration, by=make_user())
    duplicates = (
        lambda: Booth.objects.create(fair=fair, employer=booth.employer),
        lambda: Booth.objects.create(fair=fair, employer=make_employer(), number="A01"),
        lambda: Booth.objects.create(fair=fair, employer=make_employer(), state=BoothState.CONFIRMED),
        lambda: Registration.objects.create(fair=fair, veteran=registration.veteran, number=9),
        lambda: Registration.objects.create(fair=fair, veteran=make_veteran(), number=1),
        lambda: CheckIn.objects.create(fair=fair, registration=registration, by=make_user()),
    )
    for create_duplicate in duplicates:
        with pytest.raises(IntegrityError), transaction.atomic():
            create_duplicate()
