"""Texts of the employer's pages in each state, and the small print of their forms."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.employers.enums import VerificationState
from portal.fairs.enums import BoothState
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
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Any:
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(name="江门市远航物流有限公司", member=member)


@pytest.fixture
def member_client(member: Any, employer: Any, client_for: Any) -> Any:
    return client_for(member)


def read_page(client: Any, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"employer:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def position_fields(employer: Any, **changes: Any) -> dict:
    return {
        "title": "叉车司机",
        "occupation": make_occupation("6-30-05-01", "起重装卸机械操作工").name,
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


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"state": VerificationState.PENDING}, "营业执照、招用人员简章"),
        ({"state": VerificationState.REFUSED, "state_reason": "执照照片不清楚"}, "执照照片不清楚"),
        ({"state": VerificationState.SUSPENDED, "state_reason": "投诉待查"}, "投诉待查"),
        ({"verified_until": timezone.localdate() - timedelta(days=1)}, "已过有效期"),
    ],
)
def test_home_shows_verification_state_and_advice(client_for: Any, fields: Any, advice: Any) -> None:
    user = make_user()
    make_employer(member=user, **fields)
    page = read_page(client_for(user), "home")
    assert advice in page
    assert "新会区退役军人服务中心" in page
    assert "接下来" in page


def test_home_hides_steps_when_all_are_done(member_client: Any, employer: Any) -> None:
    make_booth(make_fair(), make_position(employer=employer))
    page = read_page(member_client, "home")
    assert "接下来" not in page
    assert "登记另一家单位" in page


def test_member_of_two_employers_switches_and_the_choice_is_kept(
    member_client: Any, employer: Any, member: Any
) -> None:
    other = make_employer(name="新会演示酒店", member=member)
    make_position(employer=other, title="客房服务员")
    page = read_page(member_client, "home")
    assert "切换单位" in page
    assert f'?employer={other.pk}">新会演示酒店' in page
    assert "客房服务员" in read_page(member_client, "positions", employer=other.pk)
    assert "客房服务员" in read_page(member_client, "positions")
    assert "客房服务员" not in read_page(member_client, "positions", employer=employer.pk)


@pytest.mark.parametrize("parameter", ["x", "²", "-1", "9" * 30, "0"])
def test_employer_parameter_that_is_no_own_employer_is_refused(member_client: Any, parameter: Any) -> None:
    answer = member_client.get(reverse("employer:home"), {"employer": parameter})
    assert answer.status_code == (404 if parameter == "0" else 400)


def test_position_list_offers_available_steps(member_client: Any, employer: Any) -> None:
    offered_steps = {}
    for state in PositionState:
        position_row = make_position(employer=employer, state=state, refused_reason="缺少内容", is_open=True)
        page = read_page(member_client, "positions", state=state)
        urls = {
            step: reverse(f"employer:position-{step}", args=[position_row.pk])
            for step in ("submit", "withdraw")
        }
        offered_steps[state.value] = [step for step, url in urls.items() if url in page]
    assert offered_steps == {
        "draft": ["submit", "withdraw"],
        "in_review": ["withdraw"],
        "open": ["withdraw"],
        "paused": ["submit", "withdraw"],
        "filled": [],
        "expired": ["submit"],
        "withdrawn": [],
        "refused": ["submit"],
    }


def test_tabs_count_existing_states(member_client: Any, employer: Any) -> None:
    make_position(employer=employer)
    make_position(employer=employer, is_open=False)
    make_position()
    tabs = member_client.get(reverse("employer:positions")).context["tabs"]
    assert [(tab["label"], tab["count"]) for tab in tabs] == [("全部", 2), ("草稿", 1), ("招聘中", 1)]


def test_expired_position_is_not_shown_as_open(member_client: Any, employer: Any) -> None:
    make_position(employer=employer, expires_at=timezone.now() - timedelta(days=1))
    assert "已过截止日期" in read_page(member_client, "positions")


@pytest.mark.parametrize("state", [PositionState.FILLED, PositionState.WITHDRAWN])
def test_ended_position_cannot_be_edited(member_client: Any, employer: Any, state: Any) -> None:
    past_position = make_position(employer=employer, state=state)
    assert "不能再修改" in read_page(member_client, "position-edit", past_position.pk)
    member_client.post(reverse("employer:position-edit", args=[past_position.pk]), position_fields(employer))
    past_position.refresh_from_db()
    assert (past_position.state, past_position.title) == (state, "货车司机")


def test_invalid_edit_changes_neither_position_nor_heading(member_client: Any, employer: Any) -> None:
    stored_position = make_position(employer=employer, is_open=False)
    answer = member_client.post(
        reverse("employer:position-edit", args=[stored_position.pk]),
        position_fields(employer, title="电焊工", pay_to=600),
    )
    assert "月薪上限不能低于下限" in answer.content.decode()
    assert answer.context["position"].title == "货车司机"
    stored_position.refresh_from_db()
    assert stored_position.title == "货车司机"


def test_everyday_occupation_name_is_accepted(member_client: Any, employer: Any) -> None:
    member_client.post(reverse("employer:position-new"), position_fields(employer, occupation="叉车司机"))
    assert Position.objects.get().occupation_id == "6-30-05-01"


def test_unclear_occupation_is_chosen_from_the_nearest(member_client: Any, employer: Any) -> None:
    make_occupation("4-02-02-01", "客运车辆驾驶员")
    make_occupation("4-02-02-02", "道路货运汽车驾驶员")
    url, form_data = reverse("employer:position-new"), position_fields(employer, occupation="大货车司机")
    page = member_client.post(url, form_data).content.decode()
    assert "“大货车司机”最接近哪一种" in page
    assert 'type="radio" name="occupation_near" value="4-02-02-02"' in page.replace("\n", " ") or (
        'value="4-02-02-02"' in page
    )
    assert not Position.objects.exists()
    member_client.post(url, {**form_data, "occupation_near": "4-02-02-02"})
    assert Position.objects.get().occupation_id == "4-02-02-02"


def test_occupation_choice_outside_the_offer_is_refused(member_client: Any, employer: Any) -> None:
    make_occupation("2-06-03-00", "会计专业人员")
    form_data = position_fields(employer, occupation="大货车司机", occupation_near="2-06-03-00")
    member_client.post(reverse("employer:position-new"), form_data)
    assert not Position.objects.exists()


def test_benefits_outside_the_list_are_kept(member_client: Any, employer: Any) -> None:
    stored_position = make_position(employer=employer, is_open=False, benefits=["五险一金", "子女入学协助"])
    page = read_page(member_client, "position-edit", stored_position.pk)
    assert "子女入学协助" in page
    member_client.post(
        reverse("employer:position-edit", args=[stored_position.pk]),
        position_fields(employer, benefits=["子女入学协助"]),
    )
    stored_position.refresh_from_db()
    assert stored_position.benefits == ["子女入学协助"]


def test_name_is_shown_after_consent(member_client: Any, employer: Any) -> None:
    veteran = make_veteran(name="陈建国", account=make_user("陈建国"))
    clerk = make_staff(make_stations()["睦洲镇"])
    new_row = placements.declare(veteran=veteran, position=make_position(employer=employer), by=clerk)
    assert "陈建国" not in read_page(member_client, "intentions")
    placements.confirm(placement=new_row, by=require(veteran.account))
    assert "陈建国" in read_page(member_client, "intentions")


def test_ended_intention_cannot_be_confirmed(member_client: Any, employer: Any) -> None:
    veteran = make_veteran(account=make_user())
    new_row = placements.declare(
        veteran=veteran, position=make_position(employer=employer), by=require(veteran.account)
    )
    placements.advance(placement=new_row, step="lapse", by=make_staff(make_stations()["睦洲镇"]))
    url = reverse("employer:confirm-intention", args=[new_row.pk])
    assert url not in read_page(member_client, "intentions")
    answer = member_client.post(url, follow=True)
    assert "不能再确认" in answer.content.decode()
    new_row.refresh_from_db()
    assert new_row.employer_confirmed_at is None


def test_refused_booth_shows_reason_and_can_be_requested_again(member_client: Any, employer: Any) -> None:
    fair, mine = make_fair(), make_position(employer=employer)
    booth = make_booth(fair, mine)
    booth.state, booth.number, booth.state_reason = BoothState.REFUSED, "", "场地已满"
    booth.save()
    assert "场地已满" in read_page(member_client, "join-fair", fair.pk)
    member_client.post(reverse("employer:join-fair", args=[fair.pk]), {"positions": [mine.pk]})
    booth.refresh_from_db()
    assert booth.state == BoothState.REQUESTED


def test_unverified_employer_sees_notification_before_forms(client_for: Any) -> None:
    user = make_user()
    make_employer(member=user, verified=False)
    page = read_page(client_for(user), "join-fair", make_fair().pk)
    assert "核验通过后才能报名" in page
    assert '<button class="btn btn-primary" type="submit">提交申请' not in page
