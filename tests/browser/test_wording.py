"""Scenario 5 of the domain in Chromium: what a post may not say, as it is typed, handed in and reviewed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.accounts.roles import StationRole
from portal.positions.enums import PositionState
from portal.positions.models import Position
from tests.factories import make_employer, make_position, make_staff, make_user

SCENARIO = "限男性，35岁以下，无纹身，男女宿舍齐全"
BASIS = "矿山井下作业，女职工禁忌从事的劳动范围"


@pytest.fixture
def member(city: Any) -> Any:
    member = make_user("招聘专员")
    make_employer(name="江门市远航矿业有限公司", member=member)
    return member


def _fill(page: Page) -> None:
    page.get_by_label("岗位名称").fill("井下支护工")
    page.get_by_label("职业分类").fill("道路货运汽车驾驶员")
    page.get_by_label("岗位职责").fill("负责巷道支护，按规程作业。")
    page.get_by_label("月薪下限").fill("7000")
    page.get_by_label("月薪上限").fill("9000")


@pytest.mark.must("posts.3")
def test_scenario_5_as_typed_and_as_reviewed(open_page: Any, member: Any, sign_in: Any, look: Any) -> None:
    page = open_page()
    sign_in(page, member)
    page.goto("/company/positions/new/")
    look(page)
    _fill(page)
    field = page.get_by_label("任职要求")
    field.press_sequentially(SCENARIO)
    panel = page.locator("#wording-requirements")
    expect(panel.locator("mark.mark-block")).to_have_text(re.compile("^限男性"))
    warnings = panel.locator("mark.mark-warn")
    expect(warnings).to_have_text([re.compile("^35岁以下"), re.compile("^无纹身")])
    expect(panel).to_contain_text("妇女权益保障法")
    expect(panel.locator("mark", has_text="宿舍")).to_have_count(0)
    look(page, "wording-typed")

    # Handed in as it is: the block stands beside the field, and what was typed is still there.
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.locator(".invalid-feedback", has_text="限男性")).to_be_visible()
    expect(field).to_have_value(SCENARIO)
    expect(page.get_by_label("岗位名称")).to_have_value("井下支护工")
    look(page, "wording-blocked")
    assert not Position.objects.exists()

    # One click relaxes the age; a basis is written for the sex.
    page.locator("#wording-requirements").get_by_role("button", name="改为“年满18周岁”").click()
    expect(field).to_have_value("限男性，年满18周岁，无纹身，男女宿舍齐全")
    expect(panel.locator("mark", has_text="岁")).to_have_count(0)
    page.get_by_label("依据").fill(BASIS)
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.get_by_text("已提交审核")).to_be_visible()
    look(page)
    position = Position.objects.get()
    assert position.state == PositionState.IN_REVIEW
    assert position.legal_basis == BASIS

    first = make_staff(position.employer.station, StationRole.REVIEWER, name="初审员")
    second = make_staff(position.employer.station, StationRole.REVIEWER, name="复核员")
    desk = open_page()
    sign_in(desk, first)
    desk.goto("/desk/positions/")
    look(desk, "review-queue")
    desk.get_by_role("link", name="井下支护工", exact=True).click()
    expect(desk.locator("mark.mark-block", has_text="限男性")).to_be_visible()
    expect(desk.locator("mark.mark-warn", has_text="无纹身")).to_be_visible()
    expect(desk.get_by_text(BASIS)).to_be_visible()
    look(desk, "review-exception")
    desk.get_by_role("button", name="依据成立，同意例外").click()
    expect(desk.get_by_text("等待另一位审核人员复核").first).to_be_visible()
    look(desk)

    other = open_page(width=390)
    sign_in(other, second)
    other.goto(f"/desk/positions/{position.pk}/")
    look(other, "review-second-look")
    other.get_by_role("button", name="复核同意，通过并公开").click()
    expect(other.get_by_text("已通过")).to_be_visible()
    look(other)
    position.refresh_from_db()
    assert position.is_open


def test_without_javascript_the_form_keeps_its_input(
    no_js: Any, member: Any, sign_in: Any, look: Any
) -> None:
    page = no_js
    sign_in(page, member)
    page.goto("/company/positions/new/")
    _fill(page)
    page.get_by_label("任职要求").fill(SCENARIO)
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.locator(".invalid-feedback", has_text="限男性")).to_be_visible()
    look(page, "wording-no-js")
    page.locator("#wording-requirements").get_by_role("button", name="改为“男女不限”").click()
    expect(page.get_by_label("任职要求")).to_have_value("男女不限，35岁以下，无纹身，男女宿舍齐全")
    expect(page.get_by_label("岗位名称")).to_have_value("井下支护工")
    expect(page.get_by_label("月薪下限")).to_have_value("7000")
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.get_by_text("处用语建议放宽")).to_be_visible()
    look(page)
    assert Position.objects.get().state == PositionState.IN_REVIEW


def test_the_queue_by_keys(desk: Any, city: Any, sign_in: Any, look: Any) -> None:
    employer = make_employer(name="江门市远航物流有限公司")
    now = timezone.now()
    for hours, title in enumerate(("丙岗位", "乙岗位", "甲岗位"), start=1):
        make_position(
            employer=employer, is_open=False, title=title, state=PositionState.IN_REVIEW,
            submitted_at=now - timedelta(hours=hours), requirements="35岁以下" if title == "丙岗位" else "",
        )  # fmt: skip
    sign_in(desk, make_staff(employer.station, StationRole.REVIEWER))
    desk.goto("/desk/positions/")
    expect(desk.get_by_text("键盘：")).to_be_visible()
    desk.keyboard.press("j")
    expect(desk.get_by_role("link", name="甲岗位", exact=True)).to_be_focused()
    desk.keyboard.press("x")
    expect(desk.get_by_label("勾选 甲岗位")).to_be_checked()
    desk.keyboard.press("j")
    expect(desk.get_by_role("link", name="乙岗位", exact=True)).to_be_focused()
    look(desk, "review-keys")
    desk.keyboard.press("k")
    desk.keyboard.press("a")
    expect(desk.get_by_text("已通过 1 个岗位：甲岗位")).to_be_visible()
    desk.keyboard.press("j")
    desk.keyboard.press("r")
    expect(desk.get_by_role("heading", name="乙岗位")).to_be_visible()
    desk.keyboard.press("r")
    expect(desk.get_by_label("补充说明")).to_be_focused()
    desk.keyboard.type("请写明线路")
    look(desk, "review-refuse")
    desk.get_by_role("button", name="退回修改").click()
    expect(desk.get_by_text("已退回：乙岗位")).to_be_visible()
    look(desk)
