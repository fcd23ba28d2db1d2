"""The employer's pages: who gets in, what bad input answers, and that lists stay at a fixed cost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth
from portal.placements import actions as placements
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_occupation,
    make_position,
    make_staff,
    make_stations,
    make_uscc,
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = pytest.mark.django_db

LISTS = ("home", "positions", "fairs", "intentions", "profile", "position-new")


@pytest.fixture
def member() -> Any:
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(name="江门市远航物流有限公司", member=member)


@pytest.fixture
def member_client(member: Any, employer: Any, client_for: Any) -> Any:
    return client_for(member)


def _registration(**changes: Any) -> Any:
    return {
        "name": "江门市新演示有限公司",
        "uscc": make_uscc(),
        "industry": "G",
        "size_band": "small",
        "nature": "private",
        "region": make_stations()["睦洲镇"].region_id,
        "address": "演示路2号",
        "contact_person": "王经理",
        "contact_phone": "13812345678",
    } | changes


def _post(employer: Any, **changes: Any) -> Any:
    return {
        "title": "叉车司机",
        "occupation": make_occupation().name,
        "headcount": 2,
        "kind": "full_time",
        "pay_from": 5000,
        "pay_to": 7000,
        "region": employer.region_id,
        "education_min": 0,
        "experience_years": 0,
        "duties": "驾驶叉车装卸货物。",
        "shift": "day",
    } | changes


@pytest.mark.parametrize("name", [*LISTS, "register"])
def test_pages_require_sign_in(client: Client, name: Any) -> None:
    response = client.get(reverse(f"employer:{name}"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("public:sign-in"))


@pytest.mark.parametrize("name", LISTS)
def test_member_opens_every_page(member_client: Any, employer: Any, name: Any) -> None:
    make_position(employer=employer)
    assert member_client.get(reverse(f"employer:{name}")).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_user_without_employer_is_redirected_to_registration(client_for: Any, name: Any) -> None:
    stations = make_stations()
    for user in (
        make_user(),
        make_veteran(account=make_user()).account,
        make_staff(stations["新会区"], StationRole.REVIEWER),
    ):
        assert client_for(user).get(reverse(f"employer:{name}")).url == reverse("employer:register")


@pytest.mark.parametrize("name", ["position-edit", "position-submit", "position-withdraw"])
def test_other_employer_and_staff_reach_no_position(client_for: Any, employer: Any, name: Any) -> None:
    position = make_position(employer=employer, is_open=False)
    rival = make_user()
    make_employer(member=rival)
    for user in (rival, make_staff(make_stations()["新会区"], StationRole.REVIEWER), make_user()):
        assert client_for(user).post(reverse(f"employer:{name}", args=[position.pk])).status_code == 404
    position.refresh_from_db()
    assert position.state == PositionState.DRAFT


def test_other_employer_cannot_switch_or_confirm(client_for: Any, employer: Any, member: Any) -> None:
    rival = make_user()
    make_employer(member=rival)
    placement = _intention(employer)
    there = client_for(rival)
    assert there.get(reverse("employer:home"), {"employer": employer.pk}).status_code == 404
    assert there.post(reverse("employer:confirm-intention", args=[placement.pk])).status_code == 404
    placement.refresh_from_db()
    assert placement.employer_confirmed_at is None


def _intention(employer: Any) -> Any:
    veteran = make_veteran(account=make_user("陈建国"))
    position = make_position(employer=employer)
    return placements.declare(veteran=veteran, position=position, by=require(veteran.account))


def test_registration_waits_for_verification(client_for: Any) -> None:
    user = make_user()
    response = client_for(user).post(reverse("employer:register"), _registration(), follow=True)
    assert "待核验" in response.content.decode()
    assert Employer.objects.with_member(user).get().state == VerificationState.PENDING


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"uscc": "9144"}, "18位"),
        ({"uscc": "91440705MAIIIIIIII"}, "不含 I、O"),
        ({"contact_phone": "12345"}, "11位手机号码"),
        ({"name": ""}, "请填写"),
    ],
)
def test_invalid_registration_shows_reason_and_keeps_input(
    client_for: Any, changes: Any, message: Any
) -> None:
    page = client_for(make_user()).post(reverse("employer:register"), _registration(**changes))
    html = page.content.decode()
    assert message in html
    assert "演示路2号" in html
    assert not Employer.objects.exists()


def test_failing_check_character_can_be_confirmed(client_for: Any) -> None:
    there, code = client_for(make_user()), "91350203M0001QAY9B"
    page = there.post(reverse("employer:register"), _registration(uscc=code))
    assert "校验不符" in page.content.decode()
    assert 'type="checkbox" name="uscc_confirmed"' in page.content.decode()
    there.post(reverse("employer:register"), _registration(uscc=code, uscc_confirmed="on"))
    assert Employer.objects.get().uscc == code


def test_registered_code_shows_field_error(client_for: Any, employer: Any) -> None:
    page = client_for(make_user()).post(reverse("employer:register"), _registration(uscc=employer.uscc))
    assert "已登记" in page.content.decode()


def test_position_is_created_and_submitted(member_client: Any, employer: Any) -> None:
    member_client.post(
        reverse("employer:position-new"), _post(employer, submit="1", certificates=["forklift_n1"])
    )
    position = Position.objects.get()
    assert position.state == PositionState.IN_REVIEW
    assert position.certificates == ["forklift_n1"]
    assert position.employer == employer


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pay_from": 8000, "pay_to": 6000}, "月薪上限不能低于下限"),
        ({"pay_from": ""}, "请写明每月最低多少元"),
        ({"occupation": "司机"}, "职业分类"),
        ({"duties": "原73211部队营区门岗"}, "部队番号"),
        ({"headcount": 0}, "应在 1 到 5000 之间"),
    ],
)
def test_invalid_position_shows_reason_and_keeps_input(
    member_client: Any, employer: Any, changes: Any, message: Any
) -> None:
    page = member_client.post(reverse("employer:position-new"), _post(employer, **changes))
    html = page.content.decode()
    assert message in html
    assert 'value="叉车司机"' in html
    assert not Position.objects.exists()


def test_unknown_occupation_offers_near_names(member_client: Any, employer: Any) -> None:
    make_occupation()
    page = member_client.post(reverse("employer:position-new"), _post(employer, occupation="汽车驾驶"))
    assert "道路货运汽车驾驶员" in page.context["form"].fields["occupation_near"].choices[0]


def test_editing_an_open_position_returns_it_to_draft(member_client: Any, employer: Any) -> None:
    position = make_position(employer=employer)
    url = reverse("employer:position-edit", args=[position.pk])
    assert "需要重新审核" in member_client.get(url).content.decode()
    member_client.post(url, _post(employer, pay_to=9000))
    position.refresh_from_db()
    assert (position.state, position.pay_to) == (PositionState.DRAFT, Decimal(9000))


def test_impossible_step_shows_error_and_changes_nothing(member_client: Any, employer: Any) -> None:
    position = make_position(employer=employer, state=PositionState.FILLED)
    page = member_client.post(reverse("employer:position-submit", args=[position.pk]), follow=True)
    assert "不能这样操作" in page.content.decode()


def test_joining_a_fair_offers_own_open_positions_only(member_client: Any, employer: Any) -> None:
    fair, mine, foreign = make_fair(), make_position(employer=employer), make_position()
    url = reverse("employer:join-fair", args=[fair.pk])
    member_client.post(url, {"positions": [foreign.pk]})
    assert not Booth.objects.exists()
    assert "至少选择一个" in member_client.post(url, {}).content.decode()
    member_client.post(url, {"positions": [mine.pk]})
    booth = Booth.objects.get()
    assert (booth.state, list(booth.positions.all())) == (BoothState.REQUESTED, [mine])


def test_past_fair_cannot_be_joined(member_client: Any) -> None:
    now = timezone.now()
    fair = make_fair(
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(days=1),
        registration_closes_at=now - timedelta(days=3),
    )
    assert member_client.get(reverse("employer:join-fair", args=[fair.pk])).status_code == 404


def test_the_employer_confirms_an_intention(member_client: Any, employer: Any) -> None:
    placement = _intention(employer)
    member_client.post(reverse("employer:confirm-intention", args=[placement.pk]))
    placement.refresh_from_db()
    assert placement.is_confirmed_by_both


@pytest.mark.parametrize("name", ["home", "positions", "fairs", "intentions"])
def test_lists_use_constant_number_of_queries(
    member_client: Any, employer: Any, same_queries: Any, name: Any
) -> None:
    fairs = [make_fair()]
    make_booth(fairs[0], make_position(employer=employer))
    _intention(employer)

    def grow() -> None:
        for _ in range(4):
            make_booth(make_fair(), make_position(employer=employer))
            _intention(employer)

    same_queries(lambda: member_client.get(reverse(f"employer:{name}")), grow)
