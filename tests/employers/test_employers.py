"""Registration and verification of employers."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.core.state_machine import TransitionRefused
from portal.documents.enums import DocumentKind
from portal.employers import actions, verification
from portal.employers.enums import Industry, Nature, SizeBand, VerificationState
from portal.employers.models import Employer
from tests.factories import make_employer, make_staff, make_stations, make_uscc, make_user, make_veteran

pytestmark = pytest.mark.django_db

KINDS = [DocumentKind.LICENCE, DocumentKind.AGENT_ID]


def _register(**changes: Any) -> Any:
    stations = make_stations()
    fields: dict[str, Any] = {
        "by": make_user(),
        "uscc": make_uscc(),
        "region": stations["睦洲镇"].region,
        "contact_phone": "138 1234 5678",
        "name": "江门市新演示有限公司",
        "industry": Industry.C,
        "size_band": SizeBand.SMALL,
        "nature": Nature.PRIVATE,
        "address": "演示路2号",
        "contact_person": "王经理",
    } | changes
    return actions.register(**fields)


def test_registration_adds_the_first_member_and_assigns_the_county_centre() -> None:
    member = make_user()
    employer = _register(by=member, uscc=f" {make_uscc().lower()} ")
    assert employer.state == VerificationState.PENDING
    assert employer.station.region.name == "新会区"
    assert list(Employer.objects.with_member(member)) == [employer]
    assert AuditEvent.objects.filter(verb="employers.registered", actor_id=member.pk).count() == 1


def test_credit_code_is_registered_once() -> None:
    code = make_uscc()
    _register(uscc=code)
    with pytest.raises(ValidationError) as error:
        _register(uscc=code)
    assert "uscc" in error.value.message_dict


def test_credit_code_with_invalid_characters_is_an_error_of_its_field() -> None:
    with pytest.raises(ValidationError) as error:
        _register(uscc="91440705MAIIIIIIII")
    assert "uscc" in error.value.message_dict


def test_verification_lasts_half_a_year_and_stores_the_checked_documents() -> None:
    employer = _register()
    reviewer = make_staff(employer.station, StationRole.REVIEWER)
    verification.verify(employer=employer, by=reviewer, checked_kinds=KINDS)
    employer.refresh_from_db()
    assert employer.is_verified
    assert employer.verified_by == reviewer
    assert employer.verified_until == timezone.localdate() + timedelta(days=183)
    assert set(employer.bases.values_list("kind", flat=True)) == set(KINDS)


def test_credit_code_with_a_wrong_check_character_is_verified_with_a_reason_only() -> None:
    employer = _register(uscc="91350203M0001QAY9B")
    reviewer = make_staff(employer.station, StationRole.REVIEWER)
    with pytest.raises(ValidationError) as error:
        verification.verify(employer=employer, by=reviewer, checked_kinds=KINDS)
    assert "uscc_override_reason" in error.value.message_dict
    verification.verify(
        employer=employer, by=reviewer, checked_kinds=KINDS, uscc_override_reason="与营业执照原件核对无误"
    )
    assert Employer.objects.verified().filter(pk=employer.pk).exists()


def test_verification_without_the_licence_is_refused() -> None:
    employer = _register()
    reviewer = make_staff(employer.station, StationRole.REVIEWER)
    with pytest.raises(ValidationError, match="营业执照"):
        verification.verify(employer=employer, by=reviewer, checked_kinds=[])


@pytest.mark.parametrize("action", ["verify", "refuse"])
def test_only_a_reviewer_at_or_above_the_station_decides(action: str) -> None:
    stations = make_stations()
    employer = _register()
    arguments: dict[str, Any] = {"checked_kinds": KINDS} if action == "verify" else {"reason": "材料不全"}
    for user in (
        make_user(),
        make_staff(stations["蓬江区"], StationRole.REVIEWER),
        make_staff(stations["睦洲镇"], StationRole.REVIEWER),
        make_staff(stations["新会区"], StationRole.CLERK),
    ):
        with pytest.raises(PermissionDenied):
            getattr(verification, action)(employer=Employer.objects.get(pk=employer.pk), by=user, **arguments)
    getattr(verification, action)(
        employer=employer, by=make_staff(stations["江门市"], StationRole.OPERATOR), **arguments
    )


def test_refused_employer_is_pending_again_after_an_update() -> None:
    member = make_user()
    employer = _register(by=member)
    reviewer = make_staff(employer.station, StationRole.REVIEWER)
    with pytest.raises(ValidationError):
        verification.refuse(employer=employer, by=reviewer, reason=" ")
    verification.refuse(employer=employer, by=reviewer, reason="执照不清晰")
    with pytest.raises(TransitionRefused):
        verification.refuse(employer=employer, by=reviewer, reason="再次")
    actions.update_profile(employer=employer, by=member, address="演示路3号")
    assert employer.state == VerificationState.PENDING


def test_unverified_employer_is_visible_to_members_and_reviewers_only() -> None:
    stations = make_stations()
    member, rival = make_user(), make_user()
    employer = make_employer(verified=False, member=member)
    make_employer(member=rival)

    def can_see(user: Any) -> bool:
        return Employer.objects.visible_to(user).filter(pk=employer.pk).exists()

    assert can_see(member)
    assert can_see(make_staff(stations["新会区"], StationRole.REVIEWER))
    assert not can_see(rival)
    assert not can_see(make_staff(stations["蓬江区"], StationRole.REVIEWER))
    assert not can_see(make_veteran(account=make_user()).account)


def test_employer_is_hidden_at_query_time_after_its_verification() -> None:
    employer = make_employer(verified_until=timezone.localdate() - timedelta(days=1))
    assert not employer.is_verified
    assert not Employer.objects.visible_to(make_user()).filter(pk=employer.pk).exists()


@pytest.mark.parametrize(
    "change",
    [{"state": VerificationState.VERIFIED}, {"state": VerificationState.REFUSED}, {"uscc": None}],
)
def test_database_requires_reason_and_reviewer_of_a_state(change: Any) -> None:
    employer = make_employer(verified=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Employer.objects.filter(pk=employer.pk).update(**change)


def test_database_allows_one_employer_per_credit_code() -> None:
    employer = make_employer()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_employer(uscc=employer.uscc)


@pytest.mark.parametrize("change", [{"is_agency": True}, {"agency_permit": "粤江人服证字2026第001号"}])
def test_database_requires_the_permit_of_agencies_and_of_no_others(change: Any) -> None:
    employer = make_employer()
    with pytest.raises(IntegrityError), transaction.atomic():
        Employer.objects.filter(pk=employer.pk).update(**change)


def test_agency_without_a_permit_is_an_error_of_its_field() -> None:
    with pytest.raises(ValidationError) as error:
        _register(is_agency=True)
    assert "agency_permit" in error.value.message_dict
    assert _register(agency_permit="没有用的").agency_permit == ""
