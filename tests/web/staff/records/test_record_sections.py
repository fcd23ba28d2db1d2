"""Sections of a record saved by staff; sensitive values are replaced but never shown."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.core.validators import validate_certificate_number
from portal.veterans.models import Certificate, Veteran
from tests.factories import make_id_number, make_specialty, make_staff, make_veteran
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(towns: Any, client_for: Any) -> Any:
    return client_for(towns.clerk)


def section_url(veteran: Veteran, section: str) -> str:
    return reverse("staff:veteran-edit", args=[veteran.pk, section])


def test_empty_identity_fields_keep_values_and_numbers_stay_masked(towns: Any, desk: Any) -> None:
    ours = towns.ours
    Veteran.objects.filter(pk=ours.pk).update(address="演示路8号")
    html = desk.get(section_url(ours, "identity")).content.decode()
    assert "留空不改" in html
    assert ours.phone not in html
    assert "演示路8号" not in html
    values = {"name": "陈建国", "phone": "", "address": "", "living_region": "440705109"}
    desk.post(section_url(ours, "identity"), values)
    veteran = Veteran.objects.get(pk=ours.pk)
    assert (veteran.phone, veteran.address, veteran.phone_hash) == (ours.phone, "演示路8号", ours.phone_hash)
    desk.post(section_url(ours, "identity"), values | {"phone": "138 0000 1234"})
    assert Veteran.objects.get(pk=ours.pk).phone == "13800001234"
    event = AuditEvent.objects.filter(verb="veterans.updated").first()
    assert require(event).data["on_behalf"] is True
    assert "phone" in require(event).data["fields"]
    assert "13800001234" not in str(require(event).data)


def test_care_section_is_replaced_or_cleared_and_never_shown(towns: Any, desk: Any) -> None:
    ours = towns.ours
    desk.post(section_url(ours, "care"), {"difficulty": ["低保", "重大疾病"], "disability": "六级"})
    veteran = Veteran.objects.get(pk=ours.pk)
    assert (veteran.difficulty, veteran.disability) == ("低保、重大疾病", "六级")
    html = desk.get(section_url(ours, "care")).content.decode()
    assert "checked" not in html
    assert "selected" not in html.replace('value="" selected', "")
    desk.post(section_url(ours, "care"), {})
    assert Veteran.objects.get(pk=ours.pk).disability == "六级"
    desk.post(section_url(ours, "care"), {"clear": ["disability"]})
    veteran = Veteran.objects.get(pk=ours.pk)
    assert (veteran.difficulty, veteran.disability) == ("低保、重大疾病", "")


def test_service_skills_and_wishes_save_independently(towns: Any, desk: Any) -> None:
    ours = towns.ours
    make_specialty()
    desk.post(section_url(ours, "service"), {
        "branch": "army", "entered_on": "2004-12-01", "left_on": "2016-12-01", "specialty_1": "driver",
        "years_1": 12,
    })  # fmt: skip
    desk.post(section_url(ours, "skills"), {
        "education": 2, "employment_status": "unemployed", "certificates": ["driving_a2", "forklift_n1"],
        "job_title": "货车司机", "job_employer": "某物流公司", "job_years": 3,
    })  # fmt: skip
    desk.post(section_url(ours, "wishes"), {"text": "开货车", "lowest_pay": 6000})
    veteran = Veteran.objects.get(pk=ours.pk)
    assert veteran.years_served == 12
    assert set(veteran.certificates.values_list("kind", flat=True)) == {"driving_a2", "forklift_n1"}
    assert veteran.work_history.get().title == "货车司机"
    assert veteran.wish.lowest_pay == 6000
    job = veteran.work_history.get()
    desk.post(reverse("staff:veteran-job-remove", args=[ours.pk, job.pk]))
    assert not veteran.work_history.exists()


def test_certificate_keeps_details_when_others_are_added(towns: Any, desk: Any) -> None:
    ours = towns.ours
    Certificate.objects.create(veteran=ours, kind="forklift_n1")
    details = {
        "grade_forklift_n1": "中级",
        "number_forklift_n1": "TS2026-0815",
        "until_forklift_n1": "2030-05-01",
    }
    desk.post(section_url(ours, "certificates"), details)
    skills = {
        "education": 2,
        "employment_status": "unemployed",
        "certificates": ["forklift_n1", "driving_c1"],
    }
    desk.post(section_url(ours, "skills"), skills)
    certificate = ours.certificates.get(kind="forklift_n1")
    assert (certificate.grade, certificate.number, f"{certificate.valid_until}") == (
        "中级",
        "TS2026-0815",
        "2030-05-01",
    )
    assert "TS2026-0815" not in desk.get(section_url(ours, "certificates")).content.decode()
    desk.post(
        section_url(ours, "certificates"), details | {"number_forklift_n1": "", "grade_forklift_n1": "高级"}
    )
    certificate.refresh_from_db()
    assert (certificate.grade, certificate.number) == ("高级", "TS2026-0815")


@pytest.mark.parametrize(
    "number",
    [make_id_number(), make_id_number().lower(), "6222020200112230", "6222 0202 0011 2230", "ab", "x" * 41],
)
def test_id_or_card_number_is_refused_as_certificate_number(number: Any) -> None:
    with pytest.raises(ValidationError):
        validate_certificate_number(number)


@pytest.mark.parametrize("number", ["TS2026-0815", "粤字第000123号", "1234567890123456"])
def test_common_certificate_numbers_are_accepted(number: Any) -> None:
    validate_certificate_number(number)


def test_invalid_input_is_kept_with_error(towns: Any, desk: Any) -> None:
    answers = {
        "branch": "army",
        "honours": "在73021部队立三等功",
        "entered_on": "2016-01-01",
        "left_on": "2010-01-01",
    }
    html = desk.post(section_url(towns.ours, "service"), answers).content.decode()
    assert "请不要填写部队番号" in html
    assert "应晚于入伍日期" in html
    assert "在73021部队立三等功" in html


def test_neighbour_is_refused_and_county_is_allowed(towns: Any, client_for: Any) -> None:
    neighbour = client_for(towns.neighbour)
    assert neighbour.get(section_url(towns.ours, "identity")).status_code == 403
    assert neighbour.post(section_url(towns.ours, "care"), {"disability": "六级"}).status_code == 403
    assert AccessLog.objects.filter(kind=AccessKind.REFUSED, file_id=towns.ours.pk).count() == 2
    assert Veteran.objects.get(pk=towns.ours.pk).disability == ""
    county = client_for(make_staff(towns.stations["新会区"], StationRole.HEAD))
    assert county.get(section_url(towns.ours, "identity")).status_code == 200
    assert county.get(section_url(towns.ours, "nothing")).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_sections_look_right(towns: Any, open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    ours = make_veteran(
        station=towns.stations["睦洲镇"], name="林志强", certificates=("forklift_n1", "driving_a2"), wish={}
    )
    window = open_page(width=width)
    sign_in(window, towns.clerk)
    window.goto(reverse("staff:veteran", args=[ours.pk]))
    look(window)
    for section in ("identity", "service", "skills", "certificates", "wishes", "care"):
        window.goto(section_url(ours, section))
        look(window, f"desk-edit-{section}")
