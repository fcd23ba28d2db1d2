"""Published pages in Chromium: at both widths, and without JavaScript."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from cms.models import JobFairPage
from cms.site_setup import setup_site
from portal.positions.models import Position
from search import indexing
from tests.cms.test_sections import make_base, make_news, make_policy
from tests.factories import make_booth, make_employer, make_fair, make_position, make_stations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.must("walks.5")]

Look = Callable[..., None]


@pytest.fixture
def fair() -> JobFairPage:
    """A site with something in every section; the fair has 30 booths."""
    make_stations()
    setup_site()
    now = timezone.now()
    make_fair(title="今日招聘会", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=3))
    fair = make_fair(
        title="冬季退役军人专场招聘会",
        summary="重点面向汽车驾驶、机修专业",
        body="<h2>怎么去</h2><p>公交到市民广场站。</p>",
    )
    for i in range(30):
        employer = make_employer(name=f"江门市演示制造第{i}有限公司", introduction="从事五金制品加工。")
        make_booth(
            fair,
            *(make_position(title=t, employer=employer) for t in ("货车司机", "电工")),
            number=f"A{i:02d}",
        )
    make_policy()
    make_base()
    make_news()
    indexing.rebuild()
    return fair


def paths(fair: JobFairPage) -> dict[str, str]:
    position = Position.objects.latest("pk")
    return {
        "home": "/",
        "fairs": "/fairs/",
        "fair": fair.url,
        "bases": "/bases/",
        "base": "/bases/base-0/",
        "policies": "/policies/",
        "policy": "/policies/policy-0/",
        "news": "/news/",
        "news-page": "/news/news-0/",
        "about": "/about/",
        "positions": "/positions/",
        "stations": "/stations/",
        "position": f"/positions/{position.pk}/",
        "employer": f"/employers/{position.employer_id}/",
    }


def test_public_pages_look_right_on_a_phone(fair: JobFairPage, phone: Page, look: Look) -> None:
    for name, path in paths(fair).items():
        phone.goto(path)
        look(phone, name)


def test_public_pages_look_right_on_a_desktop(fair: JobFairPage, desk: Page, look: Look) -> None:
    for name, path in paths(fair).items():
        desk.goto(path)
        look(desk, name)


def test_booth_pagination_replaces_the_list_in_place(fair: JobFairPage, desk: Page, look: Look) -> None:
    desk.goto(fair.url)
    desk.get_by_role("link", name="下一页").click()
    desk.get_by_text("江门市演示制造第25有限公司").wait_for()
    assert "page=2" in desk.url
    assert desk.locator("h1").count() == 1
    look(desk, "fair-booths")


def test_public_pages_work_without_javascript(fair: JobFairPage, no_js: Page, look: Look) -> None:
    no_js.goto(fair.url)
    no_js.get_by_label("单位、岗位或展位号").fill("第29")
    no_js.get_by_role("button", name="查找").click()
    assert no_js.locator(".booth-card").count() == 1
    look(no_js, "fair-search")
    no_js.get_by_role("link", name="货车司机").click()
    assert no_js.get_by_role("heading", level=1).inner_text().startswith("货车司机")
    look(no_js, "position-plain")
    no_js.goto("/positions/")
    no_js.locator("summary", has_text="月薪").click()
    no_js.get_by_label("月薪最低").fill("90000")
    no_js.get_by_role("button", name="确定").click()
    no_js.get_by_text("没有符合条件的岗位").wait_for()
    look(no_js, "positions-none")
