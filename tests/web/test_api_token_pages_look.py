"""The pages of tokens and the description of the API in Chromium."""

from typing import Any

import pytest
from playwright.sync_api import expect

from portal.accounts.roles import StationRole
from tests.factories import make_employer, make_staff, make_stations, make_user
from tests.harness.browser import watch_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_owner_issues_and_revokes_a_token(open_page: Any, sign_in: Any, look: Any, width: int) -> None:
    owner = make_user("单位管理员")
    make_employer(member=owner)
    page = open_page(width=width, javascript=width == 1280)
    sign_in(page, owner)
    page.goto("/company/profile/")
    look(page)
    page.get_by_role("link", name="用招聘系统直接发布岗位").click()
    look(page, "company-tokens-none")
    page.get_by_label("名称").fill("公司招聘系统")
    page.get_by_label("读写本单位岗位").check()
    page.get_by_role("button", name="创建").click()
    assert page.get_by_label("令牌", exact=True).input_value().startswith("vep_")
    look(page, "company-token-made")
    page.get_by_role("link", name="我已保存好").click()
    look(page)
    page.get_by_text("吊销", exact=True).click()
    page.get_by_role("button", name="确定吊销").click()
    expect(page.get_by_text("已吊销", exact=True)).to_be_visible()
    look(page, "company-tokens-revoked")


@pytest.mark.parametrize("width", [390, 1280])
def test_city_token_list_looks_right(open_page: Any, sign_in: Any, look: Any, width: int) -> None:
    page = open_page(width=width)
    sign_in(page, make_staff(make_stations()["江门市"], StationRole.OPERATOR))
    page.goto("/desk/tokens/")
    look(page, "desk-tokens-none")
    page.get_by_label("名称").fill("省级平台")
    page.get_by_role("button", name="创建").click()
    look(page, "desk-token-made")
    page.get_by_role("link", name="我已保存好").click()
    look(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_api_description_loads_own_files_only(open_page: Any, width: int) -> None:
    """Chromium reaches this machine alone: a script from elsewhere would be missing, and fail the test."""
    page = open_page(width=width)
    page.goto("/api/v1/docs")
    expect(page.get_by_role("heading", name="退役军人就业服务平台")).to_be_visible()
    expect(page.get_by_text("发布一个岗位")).to_be_visible()
    page.get_by_text("发布一个岗位").click()
    expect(page.get_by_text("本单位已有这个编号的岗位。").first).to_be_visible()
    page.screenshot(path=f"test-results/screens/api-docs-{width}.png", full_page=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    watch_of(page).viewed_shapes.add("/api/v1/docs")  # Swagger UI's own colours are not ours to judge
