"""Personal data in the hands of the person; and when the station was in touch."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.actions import give_consent, log_access
from portal.accounts.enums import AccessKind, ConsentPurpose
from portal.core.models import AuditEvent
from portal.placements import actions as placements
from portal.reports.personal_data import collect_personal_data
from portal.veterans.models import Veteran
from portal.visits import actions as visits
from portal.visits.enums import Need, VisitMethod
from tests.factories import (
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Any:
    """A person about whom every package holds something."""
    clerk = make_staff(make_stations()["睦洲镇"])
    veteran = make_veteran(
        account=make_user("陈建国"), specialties=("driver",), certificates=("driving_a2",),
        wish={"text": "开货车"}, address="睦洲镇演示路8号", difficulty="家庭成员患病",
    )  # fmt: skip
    give_consent(
        user=require(veteran.account),
        purpose=ConsentPurpose.MATCHING,
        wording="告知",
        by=require(veteran.account),
    )
    placements.declare(veteran=veteran, position=make_position(title="叉车司机"), by=clerk)
    make_registration(make_fair(title="物流专场"), veteran)
    visits.record_visit(
        veteran=veteran, by=clerk, held_on=timezone.localdate(), method=VisitMethod.HOME, reached=True,
        findings="想学叉车", needs=[Need.TRAINING],
    )  # fmt: skip
    log_access(actor=clerk, file_id=veteran.pk, kind=AccessKind.REVEAL, field="手机号码", reason="回访")
    return veteran


def test_personal_data_covers_every_model_that_references_the_record(person: Any) -> None:
    titles = {section.title for section in collect_personal_data(person)}
    expected_models = {
        "档案",
        "服役专业",
        "证书",
        "求职意愿",
        "安置意向",
        "安置状态变更",
        "回访任务",
        "招聘会报名",
    }
    assert expected_models | {"走访", "走访需求", "授权同意", "谁看过我的档案"} <= titles


def test_personal_data_covers_every_field_without_hashes(person: Any) -> None:
    texts = json.dumps([section.rows for section in collect_personal_data(person)], ensure_ascii=False)
    stored_values = (
        person.name,
        person.phone,
        "睦洲镇演示路8号",
        "家庭成员患病",
        "想学叉车",
        "叉车司机",
        "物流专场",
        "回访",
    )
    assert all(text in texts for text in stored_values)
    assert person.id_hash not in texts
    assert person.phone_hash not in texts
    labels = {label for label, _ in collect_personal_data(person)[0].rows[0]}
    fields = {
        str(field.verbose_name)
        for field in Veteran._meta.concrete_fields
        if not field.primary_key and not field.name.endswith("_hash")
    }
    assert labels >= fields


def test_personal_data_excludes_other_people(person: Any) -> None:
    other = make_veteran(name="别的人", account=make_user("别的人"))
    placements.declare(veteran=other, position=make_position(title="保安员"), by=make_staff(other.station))
    texts = str(collect_personal_data(person))
    assert "别的人" not in texts
    assert "保安员" not in texts


@pytest.mark.parametrize(("kind", "media"), [("html", "text/html"), ("json", "application/json")])
def test_downloads_are_served_and_audited(person: Any, client_for: Any, kind: Any, media: Any) -> None:
    answer = client_for(person.account).post(reverse("veteran:data-download", args=[kind]))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(media)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"
    texts = answer.content.decode()
    assert person.phone in texts
    if kind == "json":
        assert json.loads(texts)["sections"][0]["title"] == "档案"
    event = AuditEvent.objects.get(verb="veterans.own_copy_taken")
    assert (event.actor_id, event.target_id, event.data) == (
        person.account.pk, str(person.pk), {"method": kind},
    )  # fmt: skip
    assert client_for(person.account).get(reverse("veteran:data-download", args=[kind])).status_code == 405
    assert client_for(person.account).post(reverse("veteran:data-download", args=["csv"])).status_code == 404


def test_personal_data_uses_constant_number_of_queries(
    person: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = make_staff(person.station)

    def queries() -> int:
        with django_assert_max_num_queries(60) as captured:
            collect_personal_data(person)
        return len(captured)

    before = queries()
    for days in range(5):
        visits.record_visit(
            veteran=person, by=clerk, held_on=timezone.localdate() - timedelta(days=days),
            method=VisitMethod.PHONE, reached=True, needs=[Need.JOB],
        )  # fmt: skip
        placements.declare(veteran=person, position=make_position(), by=clerk)
    assert queries() == before


def test_visit_list_hides_staff_notes(person: Any, client_for: Any) -> None:
    html = client_for(person.account).get(reverse("veteran:visits")).content.decode()
    assert "上门" in html
    assert "学技能" in html


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_look_right(person: Any, open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    window = open_page(width=width)
    sign_in(window, person.account)
    for name in ("data", "visits"):
        window.goto(reverse(f"veteran:{name}"))
        look(window)
    window.goto(reverse("veteran:data"))
    with window.expect_download() as downloading:
        window.get_by_role("button", name="下载（可直接打开阅读）").click()
    assert "个人信息副本" in downloading.value.path().read_text(encoding="utf-8")
