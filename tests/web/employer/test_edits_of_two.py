"""Two people at one form: nothing that one of them saved is lost, nobody approves what they have not seen."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.employers.enums import EmployerRole, VerificationState
from portal.employers.models import Employer, EmployerMembership
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.veterans.models import Wish
from portal.visits.models import Visit
from tests.factories import (
    make_employer,
    make_position,
    make_specialty,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db
STALE = "别人改过这一项"


@pytest.fixture
def employer() -> Employer:
    employer = make_employer(member=make_user("王经理"))
    EmployerMembership.objects.create(user=make_user("李经理"), employer=employer, role=EmployerRole.OWNER)
    return employer


@pytest.fixture
def owners(employer: Employer, client_for: Any) -> list[Client]:
    members = employer.memberships.order_by("pk").select_related("user")
    return [client_for(membership.user) for membership in members]


def _form_of(client: Client, url: str) -> dict[str, Any]:
    """Return what a browser would send of the page's form."""
    form = client.get(url).context["form"]
    values = {}
    for field in form:
        value = field.value()
        if value is True:
            value = "on"
        if value not in {None, False} if not isinstance(value, list) else value:
            values[field.html_name] = value
    return values


def test_edits_of_different_fields_are_both_kept(employer: Employer, owners: list[Client]) -> None:
    position = make_position(employer=employer, is_open=False)
    url = reverse("employer:position-edit", args=[position.pk])
    forms = [_form_of(owner, url) for owner in owners]
    assert owners[0].post(url, {**forms[0], "headcount": 9}).status_code == 302
    answer = owners[1].post(url, {**forms[1], "relaxable": "经验可放宽"})
    assert answer.status_code == 302, answer.context["form"].errors
    position.refresh_from_db()
    assert (position.headcount, position.relaxable) == (9, "经验可放宽")


def test_second_edit_of_a_field_is_refused_until_it_was_seen(
    employer: Employer, owners: list[Client]
) -> None:
    position = make_position(employer=employer, is_open=False)
    url = reverse("employer:position-edit", args=[position.pk])
    forms = [_form_of(owner, url) for owner in owners]
    owners[0].post(url, {**forms[0], "headcount": 9})
    page = owners[1].post(url, {**forms[1], "headcount": 5})
    form = page.context["form"]
    assert STALE in form.errors.get("headcount", form.errors)[0], form.errors
    assert "现在是“9”" in form.errors["headcount"][0]
    assert form["headcount"].value() == "5"  # the typing is kept
    position.refresh_from_db()
    assert position.headcount == 9
    # Told once, whoever sends it again means it.
    seen_token = form["seen_token"].value()
    assert owners[1].post(url, {**forms[1], "headcount": 5, "seen_token": seen_token}).status_code == 302
    position.refresh_from_db()
    assert position.headcount == 5


def test_error_of_another_field_keeps_the_token(employer: Employer, owners: list[Client]) -> None:
    position = make_position(employer=employer, is_open=False)
    url = reverse("employer:position-edit", args=[position.pk])
    forms = [_form_of(owner, url) for owner in owners]
    owners[0].post(url, {**forms[0], "headcount": 9})
    form = owners[1].post(url, {**forms[1], "headcount": 5, "title": ""}).context["form"]
    assert form["seen_token"].value() == forms[1]["seen_token"]


def test_profile_of_two_owners_is_merged(employer: Employer, owners: list[Client]) -> None:
    url = reverse("employer:profile")
    forms = [_form_of(owner, url) for owner in owners]
    owners[0].post(url, {**forms[0], "address": "新路1号"})
    assert owners[1].post(url, {**forms[1], "introduction": "做物流。"}).status_code == 302
    page = owners[1].post(url, {**forms[1], "address": "新路2号"})
    assert STALE in page.context["form"].errors["address"][0]
    employer.refresh_from_db()
    assert (employer.address, employer.introduction) == ("新路1号", "做物流。")


def test_record_saved_by_person_and_clerk_is_merged(client_for: Any) -> None:
    person, clerk = make_user("陈建国"), make_staff(make_stations()["睦洲镇"])
    veteran = make_veteran(account=person)
    own, staff = client_for(person), client_for(clerk)
    own_url = reverse("veteran:record-section", args=["skills"])
    staff_url = reverse("staff:veteran-edit", args=[veteran.pk, "skills"])
    own_form, staff_form = _form_of(own, own_url), _form_of(staff, staff_url)
    assert (
        own.post(own_url, {**own_form, "skills": "会修柴油机", "certificates": ["driving_c1"]}).status_code
        == 302
    )
    assert staff.post(staff_url, {**staff_form, "major": "汽修"}).status_code == 302
    veteran.refresh_from_db()
    assert (veteran.skills, veteran.major) == ("会修柴油机", "汽修")
    assert [row.kind for row in veteran.certificates.all()] == ["driving_c1"]
    page = staff.post(staff_url, {**staff_form, "skills": "会做大锅菜"})
    assert STALE in page.context["form"].errors["skills"][0]


def test_wish_saved_by_person_and_clerk_is_merged(client_for: Any) -> None:
    person, clerk = make_user("陈建国"), make_staff(make_stations()["睦洲镇"])
    veteran = make_veteran(account=person, wish={"text": "开货车", "lowest_pay": 5000})
    own, staff = client_for(person), client_for(clerk)
    own_url = reverse("veteran:record-section", args=["wishes"])
    staff_url = reverse("staff:veteran-edit", args=[veteran.pk, "wishes"])
    own_form, staff_form = _form_of(own, own_url), _form_of(staff, staff_url)
    changes = {"lowest_pay": "7000", "regions": ["440705"]}
    assert own.post(own_url, {**own_form, **changes}).status_code == 302
    assert staff.post(staff_url, {**staff_form, "text": "想在家附近开货车"}).status_code == 302
    wish = Wish.objects.get(veteran=veteran)
    assert (wish.text, wish.lowest_pay) == ("想在家附近开货车", 7000)
    assert [region.pk for region in wish.regions.all()] == ["440705"]
    page = staff.post(staff_url, {**staff_form, "lowest_pay": "4000"})
    assert STALE in page.context["form"].errors["lowest_pay"][0]
    page = staff.post(staff_url, {**staff_form, "regions": ["440703"]})
    assert STALE in page.context["form"].errors["regions"][0]
    wish.refresh_from_db()
    assert wish.lowest_pay == 7000


def test_first_wish_saved_by_person_and_clerk_is_merged(client_for: Any) -> None:
    person, clerk = make_user("陈建国"), make_staff(make_stations()["睦洲镇"])
    veteran = make_veteran(account=person)
    own, staff = client_for(person), client_for(clerk)
    own_url = reverse("veteran:record-section", args=["wishes"])
    staff_url = reverse("staff:veteran-edit", args=[veteran.pk, "wishes"])
    own_form, staff_form = _form_of(own, own_url), _form_of(staff, staff_url)
    assert own.post(own_url, {**own_form, "lowest_pay": "7000"}).status_code == 302
    assert staff.post(staff_url, {**staff_form, "text": "开货车"}).status_code == 302
    wish = Wish.objects.get(veteran=veteran)
    assert (wish.text, wish.lowest_pay) == ("开货车", 7000)


def test_specialties_saved_by_person_and_clerk_are_not_lost(client_for: Any) -> None:
    make_specialty("squad_leader", "班长")
    person, clerk = make_user("陈建国"), make_staff(make_stations()["睦洲镇"])
    veteran = make_veteran(account=person, specialties=("driver",))
    own, staff = client_for(person), client_for(clerk)
    own_url = reverse("veteran:record-section", args=["service"])
    staff_url = reverse("staff:veteran-edit", args=[veteran.pk, "service"])
    own_form, staff_form = _form_of(own, own_url), _form_of(staff, staff_url)
    assert own.post(own_url, {**own_form, "years_1": "9"}).status_code == 302
    assert staff.post(staff_url, {**staff_form, "honours": "优秀士兵"}).status_code == 302
    assert veteran.services.get().years == 9
    page = staff.post(staff_url, {**staff_form, "specialty_1": "squad_leader"})
    assert STALE in page.content.decode()
    assert veteran.services.get().specialty_id == "driver"


def test_certificates_saved_by_person_and_clerk_are_not_lost(client_for: Any) -> None:
    person, clerk = make_user("陈建国"), make_staff(make_stations()["睦洲镇"])
    veteran = make_veteran(account=person, certificates=("forklift_n1",))
    own, staff = client_for(person), client_for(clerk)
    own_url = reverse("veteran:record-section", args=["skills"])
    staff_url = reverse("staff:veteran-edit", args=[veteran.pk, "skills"])
    own_form, staff_form = _form_of(own, own_url), _form_of(staff, staff_url)
    both = {"certificates": ["forklift_n1", "driving_c1"]}
    assert own.post(own_url, {**own_form, **both}).status_code == 302
    page = staff.post(staff_url, {**staff_form, "certificates": ["driving_a2"]})
    assert STALE in page.content.decode()
    assert {row.kind for row in veteran.certificates.all()} == {"forklift_n1", "driving_c1"}


def test_certificate_details_saved_by_person_and_clerk_are_merged(client_for: Any) -> None:
    person, clerk = make_user("陈建国"), make_staff(make_stations()["睦洲镇"])
    veteran = make_veteran(account=person, certificates=("forklift_n1",))
    own, staff = client_for(person), client_for(clerk)
    own_url = reverse("veteran:record-section", args=["certificates"])
    staff_url = reverse("staff:veteran-edit", args=[veteran.pk, "certificates"])
    own_form, staff_form = _form_of(own, own_url), _form_of(staff, staff_url)
    assert own.post(own_url, {**own_form, "grade_forklift_n1": "高级"}).status_code == 302
    assert staff.post(staff_url, {**staff_form, "until_forklift_n1": "2030-05-01"}).status_code == 302
    row = veteran.certificates.get()
    assert (row.grade, f"{row.valid_until}") == ("高级", "2030-05-01")
    page = staff.post(staff_url, {**staff_form, "grade_forklift_n1": "中级"})
    assert STALE in page.content.decode()
    row.refresh_from_db()
    assert row.grade == "高级"


def test_changed_position_is_not_approved_unseen(employer: Employer, client_for: Any) -> None:
    position = make_position(employer=employer, is_open=False, state=PositionState.IN_REVIEW)
    reviewer = client_for(make_staff(employer.station, StationRole.REVIEWER))
    url, listing = reverse("staff:position", args=[position.pk]), reverse("staff:positions")
    seen_token = reviewer.get(url).context["seen_token"]
    listed = re.search(rf'name="seen-{position.pk}" value="([^"]+)"', reviewer.get(listing).content.decode())
    assert listed is not None
    Position.objects.filter(pk=position.pk).update(duties="负责市内送货，当天往返。")
    for decision in ({"decision": "approve"}, {"decision": "refuse", "words": "太笼统"}):
        page = reviewer.post(url, {**decision, "seen_token": seen_token}).content.decode()
        assert "单位刚刚改过这个岗位的内容" in page
    answer = reviewer.post(
        reverse("staff:positions-approve"),
        {"pk": position.pk, f"seen-{position.pk}": listed[1]},
        follow=True,
    )
    assert "单位刚刚改过" in answer.content.decode()
    position.refresh_from_db()
    assert position.state == PositionState.IN_REVIEW
    seen_token = reviewer.get(url).context["seen_token"]
    assert reviewer.post(url, {"decision": "approve", "seen_token": seen_token}).status_code == 302


def test_changed_employer_is_not_verified_unseen(client_for: Any) -> None:
    employer = make_employer(verified=False)
    reviewer = client_for(make_staff(employer.station, StationRole.REVIEWER))
    url = reverse("staff:employer", args=[employer.pk])
    decision = {"decision": "verify", "evidence": ["licence"]}
    seen_token = reviewer.get(url).context["seen_token"]
    Employer.objects.filter(pk=employer.pk).update(address="会城街道演示路2号")
    for token in (seen_token, "²"):
        page = reviewer.post(url, {**decision, "seen_token": token})
        assert page.status_code == 200
        assert "单位刚刚改过登记信息" in page.content.decode()
        employer.refresh_from_db()
        assert employer.state == VerificationState.PENDING
    current_token = page.context["seen_token"]
    assert reviewer.post(url, {**decision, "seen_token": current_token}).status_code == 302
    employer.refresh_from_db()
    assert employer.state == VerificationState.VERIFIED


def test_form_sent_twice_makes_one_visit(client_for: Any) -> None:
    veteran, clerk = make_veteran(), make_staff(make_stations()["睦洲镇"])
    staff, visit_url = client_for(clerk), reverse("staff:veteran-visits", args=[veteran.pk])
    today = timezone.localdate().isoformat()
    visit = {"held_on": today, "method": "home", "reached": "yes", "needs": ["none"]}
    for _ in range(2):
        staff.post(visit_url, visit)
    assert Visit.objects.count() == 1
