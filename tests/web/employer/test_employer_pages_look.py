"""The employer's pages in Chromium: at 390 and 1280 px, and without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.placements import actions as placements
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_occupation,
    make_position,
    make_stations,
    make_user,
    make_veteran,
)
from tests.harness.browser import watch_of
from tests.harness.optional import require

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.must("walks.5")]


@pytest.fixture
def member() -> Any:
    make_stations()
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    employer_row = make_employer(name="江门市远航物流有限公司", member=member)
    occupation = make_occupation()
    make_occupation("6-30-05-01", "起重装卸机械操作工")
    fields: dict[str, Any] = {"employer": employer_row, "occupation": occupation}
    page_text = make_position(title="货车司机", **fields)
    make_position(title="叉车司机", is_open=False, **fields)
    make_position(
        title="仓库保管员",
        is_open=False,
        state=PositionState.REFUSED,
        refused_reason="岗位职责写得太笼统，请写明每天做什么。",
        **fields,
    )
    make_booth(make_fair(title="新会区退役军人专场招聘会"), page_text)
    make_fair(title="蓬江区春季招聘会")
    veteran = make_veteran(account=make_user("陈建国"))
    placements.declare(veteran=veteran, position=page_text, by=require(veteran.account))
    return employer_row


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_looks_right(
    open_page: Any, sign_in: Any, look: Any, employer: Any, member: Any, width: Any
) -> None:
    page = open_page(width=width)
    sign_in(page, member)
    page.goto("/company/")
    look(page, "company-home")
    page.goto("/company/positions/")
    look(page, "company-positions")
    page.goto("/company/positions/new/")
    look(page, "company-position-new")
    page.goto("/company/profile/")
    look(page, "company-profile")
    page.goto("/company/fairs/")
    look(page, "company-fairs")
    page.get_by_role("link", name="申请展位").click()
    look(page, "company-join-fair")
    page.goto("/company/intentions/")
    look(page, "company-intentions")
    page.get_by_role("button", name="确认意向").click()
    assert "已确认" in page.locator("main").inner_text()
    look(page, "company-intentions-confirmed")


def test_employer_with_failing_check_character_is_registered(no_js: Any, sign_in: Any, look: Any) -> None:
    make_stations()
    sign_in(no_js, make_user("吴晓彤"))
    no_js.goto("/company/")
    look(no_js, "company-register")
    no_js.get_by_label("单位名称").fill("江门市新演示有限公司")
    no_js.get_by_label("统一社会信用代码").fill("91350203M0001QAY9B")
    no_js.get_by_label("行业").select_option("G")
    no_js.get_by_label("规模").select_option("small")
    no_js.get_by_label("单位性质").select_option("private")
    no_js.get_by_label("所在地区").select_option("440705109")
    no_js.get_by_label("地址").fill("睦洲镇演示路2号")
    no_js.get_by_label("联系人").fill("吴晓彤")
    no_js.get_by_label("联系电话").fill("138 1234 5678")
    no_js.get_by_role("button", name="提交登记").click()
    assert "校验不符" in no_js.locator("main").inner_text()
    look(no_js, "company-register-doubtful")
    no_js.get_by_label("我已对照营业执照").check()
    no_js.get_by_role("button", name="提交登记").click()
    assert "待核验" in no_js.locator("h1").inner_text()
    look(no_js, "company-home-new")


def test_position_is_created_without_javascript(
    no_js: Any, sign_in: Any, look: Any, employer: Any, member: Any
) -> None:
    sign_in(no_js, member)
    no_js.goto("/company/positions/new/")
    no_js.get_by_label("岗位名称").fill("夜班叉车司机")
    no_js.get_by_label("职业分类").fill("夜班叉车工")
    no_js.get_by_label("月薪下限").fill("5000")
    no_js.get_by_label("月薪上限").fill("6500")
    no_js.get_by_label("岗位职责").fill("驾驶叉车装卸货物。")
    no_js.get_by_text("必须持证上岗的").click()
    no_js.get_by_label("叉车证N1").check()
    no_js.get_by_role("button", name="保存并提交审核").click()
    assert "最接近哪一种" in no_js.locator("main").inner_text()
    look(no_js, "company-position-unclear")
    no_js.get_by_label("起重装卸机械操作工").check()
    no_js.get_by_role("button", name="保存并提交审核").click()
    assert "已提交审核" in no_js.locator("main").inner_text()
    look(no_js, "company-positions-no-js")
    new_row = Position.objects.get(title="夜班叉车司机")
    assert (new_row.state, new_row.certificates) == (PositionState.IN_REVIEW, ["forklift_n1"])


def test_longest_pages_fit_in_elder_mode(
    open_page: Any, sign_in: Any, look: Any, employer: Any, member: Any
) -> None:
    page = open_page(width=390)
    sign_in(page, member)
    page.context.add_cookies([{"name": "elder", "value": "1", "url": watch_of(page).base_url}])
    for path, name in (("positions/new/", "position-new"), ("positions/", "positions"), ("", "home")):
        page.goto(f"/company/{path}")
        look(page, f"company-elder-{name}")


@pytest.mark.parametrize("width", [390, 1280])
def test_position_management_page_looks_right(
    open_page: Any, sign_in: Any, look: Any, employer: Any, member: Any, width: Any
) -> None:
    page = open_page(width=width)
    sign_in(page, member)
    ends = timezone.now() + timedelta(days=5)
    page_text = make_position(
        employer=employer, title="冷链车司机", expires_at=ends, occupation_certainty=0.42, renewals=1
    )
    page.goto(f"/company/positions/{page_text.pk}/manage/")
    look(page, "company-position-open")
    double = make_position(employer=employer, title="冷链车司机", is_open=False)
    page.goto(f"/company/positions/{double.pk}/manage/")
    look(page, "company-position-double")
    page.goto(f"/company/positions/{page_text.pk}/manage/")
    page.get_by_role("button", name="已招满").click()
    look(page, "company-position-closing")
    page.get_by_label("没有招到", exact=True).check()
    page.get_by_label("没有招到的原因").fill("工资达不到求职者的期望")
    page.get_by_role("button", name="提交").click()
    assert "没有招到：工资达不到求职者的期望" in page.locator("main").inner_text()
    look(page, "company-position-answered")
