"""The veteran's pages: whose they are, what bad input answers, what lists cost."""

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.accounts.enums import ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core.models import Occupation
from portal.core.reference import load_reference
from portal.fairs.enums import RegistrationState
from portal.fairs.models import Registration
from portal.placements import actions as placements
from portal.ranking import ranking_index
from portal.veterans.models import Veteran, WorkHistory
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_id_number,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = pytest.mark.django_db

PAGES = ("home", "record", "positions", "tickets", "intentions", "access-log")


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> Iterator[Any]:
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield
    ranking_index.clear_caches()


@pytest.fixture
def veteran(db: None) -> Any:
    load_reference()
    return make_veteran(
        account=make_user("陈建国"), specialties=("driver",), certificates=("driving_a2",), consented=True
    )


@pytest.fixture
def mine(veteran: Any, client_for: Any) -> Any:
    return client_for(veteran.account, second_factor=False)


@pytest.mark.parametrize("name", [*PAGES, "record-open"])
def test_pages_require_sign_in(client: Client, name: Any) -> None:
    assert client.get(reverse(f"veteran:{name}")).headers["Location"].startswith(reverse("public:sign-in"))


@pytest.mark.parametrize("name", PAGES)
def test_user_without_record_is_redirected_to_open_one(client_for: Any, name: Any) -> None:
    member = make_user()
    make_employer(member=member)
    for user in (make_user(), member, make_staff(make_stations()["睦洲镇"])):
        assert client_for(user).get(reverse(f"veteran:{name}")).url == reverse("veteran:record-open")


@pytest.mark.parametrize("name", PAGES)
def test_veteran_opens_every_page(mine: Any, name: Any) -> None:
    assert mine.get(reverse(f"veteran:{name}")).status_code == 200


def test_tickets_and_intentions_of_others_are_404(mine: Any, client_for: Any) -> None:
    other = make_veteran(account=make_user("林志强"))
    fair = make_fair()
    registration = make_registration(fair, other)
    intention = placements.declare(veteran=other, position=make_position(), by=require(other.account))
    assert mine.get(reverse("veteran:ticket", args=[registration.ticket])).status_code == 404
    assert mine.get(reverse("veteran:ticket", args=[uuid.uuid4()])).status_code == 404
    assert mine.post(reverse("veteran:cancel-registration", args=[fair.pk])).status_code == 404
    assert mine.post(reverse("veteran:confirm-intention", args=[intention.pk])).status_code == 404
    registration.refresh_from_db()
    assert registration.state == RegistrationState.REGISTERED


def test_opening_own_record_stores_consent_and_no_id_number(client_for: Any) -> None:
    stations, user, number = make_stations(), make_user(), make_id_number(date(1985, 5, 1), serial=11)
    there = client_for(user, second_factor=False)
    data = {
        "name": "陈建国",
        "id_number": number,
        "living_region": stations["睦洲镇"].region_id,
        "consent": "on",
    }
    there.post(reverse("veteran:record-open"), data)
    file = Veteran.objects.get(account=user)
    assert (file.station.region.name, file.id_last4) == ("睦洲镇", number[-4:])
    assert number not in {str(value) for value in Veteran.objects.filter(pk=file.pk).values_list()[0]}
    assert user.consents.in_force().get().purpose == ConsentPurpose.MATCHING


def test_record_is_opened_without_consent(client_for: Any) -> None:
    stations, user = make_stations(), make_user()
    there = client_for(user, second_factor=False)
    data = {
        "name": "陈建国",
        "id_number": make_id_number(date(1985, 5, 1), serial=12),
        "living_region": stations["睦洲镇"].region_id,
    }
    there.post(reverse("veteran:record-open"), data)
    assert Veteran.objects.filter(account=user).exists()
    assert not user.consents.exists()


def test_id_number_is_asked_only_of_veterans(client_for: Any) -> None:
    there = client_for(make_user(), second_factor=False)
    page = there.get(reverse("veteran:record-open")).content.decode()
    assert "您是退役军人，还是用人单位" in page
    assert "身份证号" not in page
    assert reverse("employer:register") in page
    assert "身份证号" in there.get(reverse("veteran:record-open") + "?who=veteran").content.decode()


@pytest.mark.parametrize(
    ("section", "data", "field", "message"),
    [
        ("identity", {"name": "陈建国", "phone": "123", "living_region": "440705109"}, "phone", "11位"),
        ("identity", {"household_region": "云上县"}, "household_region", "认不出这个地方"),
        ("identity", {"household_region": "鼓楼区"}, "household_region", "有几个地方叫这个名称"),
        ("service", {"honours": "73211部队三等功"}, "honours", "部队番号"),
        (
            "service",
            {"entered_on": "2010-01-01", "left_on": "2009-01-01"},
            "left_on",
            "应晚于入伍日期",
        ),
        (
            "skills",
            {"education": 1, "employment_status": "unemployed", "job_employer": "某公司"},
            "job_title",
            "请写岗位名称",
        ),
        ("wishes", {"lowest_pay": "六千"}, "lowest_pay", "数"),
    ],
)
def test_invalid_input_shows_field_error_and_is_kept(
    mine: Any, section: Any, data: Any, field: Any, message: Any
) -> None:
    page = mine.post(reverse("veteran:record-section", args=[section]), data)
    assert message in " ".join(page.context["form"].errors[field])
    text_input = str(data[field]) if data.get(field) else ""
    assert text_input in page.content.decode()


def test_household_region_may_be_anywhere_in_the_country(mine: Any, veteran: Any) -> None:
    url = reverse("veteran:record-section", args=["identity"])
    values = {"name": "陈建国", "phone": "13800001234", "living_region": "440705109"}
    mine.post(url, values | {"household_region": "湖南省长沙市岳麓区"})
    veteran.refresh_from_db()
    assert veteran.household_region_id == "430104"
    assert 'value="湖南省长沙市岳麓区"' in mine.get(url).content.decode()
    mine.post(url, values | {"household_region": ""})
    veteran.refresh_from_db()
    assert veteran.household_region_id is None


def test_section_saves_and_redirects_to_the_next(mine: Any, veteran: Any) -> None:
    url = reverse("veteran:record-section", args=["wishes"])
    response = mine.post(
        url, {"occupation_1": "道路货运汽车驾驶员", "lowest_pay": "6000", "accepts_shift": "on"}
    )
    assert response.headers["Location"] == reverse("veteran:positions")
    veteran.wish.refresh_from_db()
    assert veteran.wish.lowest_pay == 6000
    assert [o.name for o in veteran.wish.occupations.all()] == ["道路货运汽车驾驶员"]
    assert mine.get(reverse("veteran:record-section", args=["nothing"])).status_code == 404


def test_past_job_is_added_and_removed(mine: Any, veteran: Any) -> None:
    url = reverse("veteran:record-section", args=["skills"])
    mine.post(
        url,
        {"education": 1, "employment_status": "unemployed", "job_title": "货车司机", "job_years": 3},
    )
    job = veteran.work_history.get()
    mine.post(reverse("veteran:job-remove", args=[job.pk]))
    assert not veteran.work_history.exists()


def test_second_registration_returns_the_same_ticket(mine: Any, veteran: Any) -> None:
    fair = make_fair()
    url = reverse("veteran:register", args=[fair.pk])
    first, second = mine.post(url), mine.post(url)
    assert first.url == second.url
    assert "data:image/svg+xml" in mine.get(first.url).content.decode()
    mine.post(reverse("veteran:cancel-registration", args=[fair.pk]))
    assert mine.get(first.url).status_code == 404
    assert Registration.objects.get().state == RegistrationState.CANCELLED


def test_full_fair_refuses_registration(mine: Any) -> None:
    fair = make_fair(capacity=1)
    make_registration(fair, make_veteran())
    page = mine.post(reverse("veteran:register", args=[fair.pk]), follow=True)
    assert "已满" in page.content.decode()


def test_scenario_six_counts_excluded_positions_by_reason(veteran: Any, mine: Any) -> None:
    mine.post(reverse("veteran:record-section", args=["wishes"]), {"lowest_pay": "6000"})
    low = make_position(title="仓管员", pay_from=4000, pay_to=4500)
    make_position(title="货车司机", pay_from=6000, pay_to=8000)
    ranking_index.rebuild()
    html = mine.get(reverse("veteran:positions")).content.decode()
    assert "月薪低于期望：1 个" in html
    assert "仓管员" not in html
    assert "4500" in mine.get(reverse("veteran:why", args=[low.pk])).content.decode().replace(",", "")


def test_recommended_booths_are_ordered_by_number_with_reasons(mine: Any) -> None:
    fair = make_fair()
    for number in ("B02", "A01"):
        make_booth(fair, make_position(title="货车司机", employer=make_employer()), number=number)
    make_booth(
        fair,
        make_position(
            title="会计",
            occupation=Occupation.objects.get(name="会计专业人员"),
            duties="记账报税。",
            requirements="熟悉财务软件。",
            employer=make_employer(),
        ),
        number="A09",
    )
    ranking_index.rebuild()
    page = mine.get(reverse("veteran:fair", args=[fair.pk]))
    recommended = page.context["recommended"]
    assert [item.booth.number for item in recommended][:2] == ["A01", "B02"]
    assert recommended[0].fitting[0].match.reasons


def test_position_that_is_not_open_is_404(mine: Any) -> None:
    closed_position = make_position(is_open=False)
    assert mine.get(reverse("veteran:why", args=[closed_position.pk])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_lists_use_constant_number_of_queries(mine: Any, veteran: Any, same_queries: Any, name: Any) -> None:
    clerk = make_staff(make_stations()["睦洲镇"], StationRole.CLERK)

    def grow() -> None:
        from portal.accounts.actions import log_access
        from portal.accounts.enums import AccessKind

        for _ in range(3):
            position = make_position()
            placements.declare(veteran=veteran, position=position, by=clerk)
            make_registration(make_fair(), veteran)
            log_access(actor=clerk, file_id=veteran.pk, kind=AccessKind.VIEW)
            WorkHistory.objects.create(veteran=veteran, employer_name="某厂", title="司机", years=1)
        ranking_index.rebuild()

    grow()
    same_queries(lambda: mine.get(reverse(f"veteran:{name}")), grow)


def test_fair_page_uses_constant_number_of_queries(mine: Any, same_queries: Any) -> None:
    fair = make_fair()

    def grow() -> None:
        for _ in range(3):
            make_booth(fair, make_position())
        ranking_index.rebuild()

    grow()
    same_queries(lambda: mine.get(reverse("veteran:fair", args=[fair.pk])), grow)


def test_nothing_is_ranked_by_a_record_without_the_consent_to_it(
    veteran: Any, mine: Any, client_for: Any
) -> None:
    fair = make_fair()
    position = make_position(title="货车司机", certificates=["driving_a2"])
    make_booth(fair, position)
    ranking_index.rebuild()
    clerk = client_for(make_staff(veteran.station))
    pages = {
        reverse("veteran:home"): mine,
        reverse("veteran:positions"): mine,
        reverse("veteran:fair", args=[fair.pk]): mine,
        reverse("staff:veteran", args=[veteran.pk]): clerk,
    }
    assert all("匹配度" in reader.get(url).content.decode() for url, reader in pages.items())
    for agrees in ("no", "yes"):
        mine.post(reverse("veteran:consent", args=[ConsentPurpose.MATCHING]), {"agree": agrees})
        for url, reader in pages.items():
            html = reader.get(url).content.decode()
            assert ("没有同意用档案推荐岗位" in html) == (agrees == "no"), url
            assert ("匹配度" in html) == (agrees == "yes"), url
