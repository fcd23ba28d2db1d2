"""Disclosure of a phone to one employer with the person's consent."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, Consent
from portal.employers.hidden_records import hide
from portal.placements import actions
from portal.placements.contacts import reveal_phone, share_contact, shared_placement_ids, withhold_contact
from portal.placements.models import Placement
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user, make_veteran
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement() -> Placement:
    stations = make_stations()
    veteran = make_veteran(
        account=make_user("陈建国"), station=stations["睦洲镇"], name="陈建国", phone="13800001234"
    )
    position = make_position(employer=make_employer(member=make_user("吴晓彤")))
    clerk = make_staff(stations["睦洲镇"])
    return actions.declare(veteran=veteran, position=position, by=clerk)


def member(placement: Placement) -> Any:
    return placement.position.employer.memberships.get().user


def test_phone_is_hidden_without_consent(placement: Placement) -> None:
    assert shared_placement_ids([placement]) == set()
    with pytest.raises(ValidationError):
        reveal_phone(placement=placement, by=member(placement))
    with pytest.raises(PermissionDenied):
        share_contact(placement=placement, by=member(placement))
    assert not AccessLog.objects.filter(kind=AccessKind.REVEAL).exists()


def test_consent_names_employer_and_each_disclosure_is_logged(placement: Placement) -> None:
    consent = share_contact(placement=placement, by=require(placement.veteran.account))
    assert placement.position.employer.name in consent.wording
    assert shared_placement_ids([placement]) == {placement.pk}
    assert reveal_phone(placement=placement, by=member(placement)) == "13800001234"
    look = AccessLog.objects.get(kind=AccessKind.REVEAL)
    assert (look.file_id, look.field) == (placement.veteran_id, "手机号码")
    assert placement.position.employer.name in look.reason


def test_consent_does_not_extend_to_other_employers(placement: Placement) -> None:
    other = make_position(employer=make_employer(member=make_user()))
    elsewhere = actions.declare(veteran=placement.veteran, position=other, by=placement.recorded_by)
    share_contact(placement=placement, by=require(placement.veteran.account))
    assert shared_placement_ids([placement, elsewhere]) == {placement.pk}
    with pytest.raises(ValidationError):
        reveal_phone(placement=elsewhere, by=member(elsewhere))
    with pytest.raises(PermissionDenied):
        reveal_phone(placement=placement, by=member(elsewhere))


def test_withdrawal_or_ending_hides_the_phone_at_once(placement: Placement) -> None:
    own = placement.veteran.account
    share_contact(placement=placement, by=require(own))
    withhold_contact(placement=placement, by=require(own))
    with pytest.raises(ValidationError):
        reveal_phone(placement=placement, by=member(placement))
    share_contact(placement=placement, by=require(own))
    assert Consent.objects.filter(user=own).count() == 2
    placement = actions.advance(placement=placement, step="lapse", by=placement.recorded_by)
    assert shared_placement_ids([placement]) == set()
    with pytest.raises(ValidationError):
        share_contact(placement=placement, by=require(own))


def test_pages_show_and_hide_the_phone(placement: Placement, client_for: Any) -> None:
    person, member_client = client_for(placement.veteran.account), client_for(member(placement))
    intentions, phone = (
        reverse("employer:intentions"),
        reverse("employer:intention-phone", args=[placement.pk]),
    )
    assert "查看电话" not in member_client.get(intentions).content.decode()
    assert "没有同意" in member_client.post(phone, follow=True).content.decode()
    person.post(reverse("veteran:intention-contact", args=[placement.pk]), {"agree": "yes"})
    assert "查看电话" in member_client.get(intentions).content.decode()
    assert "13800001234" in member_client.post(phone).content.decode()
    assert "13800001234" not in member_client.get(intentions).content.decode()
    assert placement.position.employer.name in person.get(reverse("veteran:access-log")).content.decode()
    consents = reverse("veteran:consents")
    assert placement.position.employer.name in person.get(consents).content.decode()
    person.post(
        reverse("veteran:consent", args=["employer_contact"]), {"subject": placement.position.employer.uscc}
    )
    assert "没有同意" in member_client.post(phone, follow=True).content.decode()


def test_hiding_from_an_employer_hides_the_phone(placement: Placement) -> None:
    share_contact(placement=placement, by=require(placement.veteran.account))
    employer_member = member(placement)
    hide(
        veteran=placement.veteran, employer=placement.position.employer, by=require(placement.veteran.account)
    )
    assert shared_placement_ids([placement]) == set()
    with pytest.raises(PermissionDenied):
        reveal_phone(placement=placement, by=employer_member)
    assert not AccessLog.objects.filter(kind=AccessKind.REVEAL).exists()


def test_list_names_people_who_shared_their_contact(placement: Placement, client_for: Any) -> None:
    Placement.objects.filter(pk=placement.pk).update(veteran_confirmed_at=None)
    member_client = client_for(member(placement))
    assert "陈建国" not in member_client.get(reverse("employer:intentions")).content.decode()
    share_contact(placement=placement, by=require(placement.veteran.account))
    page = member_client.get(reverse("employer:intentions")).content.decode()
    assert "陈建国" in page
    assert "待本人确认后显示" not in page
