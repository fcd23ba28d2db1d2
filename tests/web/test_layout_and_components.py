"""The visual language: filters, elder mode, error pages, and every component in a real browser."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.template import Context, RequestContext, Template
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.live_server_helper import LiveServer

from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.fairs.models import DoorShift
from portal.web.public.site import elder_mode, error_pages
from portal.web.shared.site_context import Audiences, Portal
from portal.web.templatetags import ui
from tests.factories import make_employer, make_fair, make_staff, make_stations, make_user, make_veteran
from tests.harness.optional import require

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"


def request_of(user: User | AnonymousUser | None = None, path: str = "/", **headers: str) -> Any:
    request = RequestFactory().get(path, headers=headers)
    request.user = user or AnonymousUser()
    return request


# Filters


@pytest.mark.parametrize(
    ("low", "high", "words"), [(4500, 6000, "4,500–6,000 元/月"), (4500, 4500, "4,500 元/月")]
)
def test_pay_is_a_range_or_one_figure(low: int, high: int, words: str) -> None:
    assert ui.pay(SimpleNamespace(pay_from=low, pay_to=high)) == words


def test_moments_are_formatted_in_chinese_local_time() -> None:
    year = timezone.localdate().year
    moment = datetime(year, 12, 11, 16, 30, tzinfo=UTC)  # half past midnight of the 12th in Jiangmen
    weekday = "一二三四五六日"[datetime(year, 12, 12, tzinfo=UTC).weekday()]
    assert ui.cn_datetime(moment) == f"12月12日 周{weekday} 0:30"
    assert ui.cn_period(moment, moment + timedelta(hours=3)) == f"12月12日 周{weekday} 0:30–3:30"
    assert "至 12月13日" in ui.cn_period(moment, moment + timedelta(hours=30))


def test_date_in_another_year_shows_the_year() -> None:
    assert ui.cn_date(datetime(2001, 2, 3, 4, tzinfo=UTC)) == "2001年2月3日 周六"


def test_shares() -> None:
    assert ui.share_of(1, 3) == "33%"
    assert ui.share_of(1, 0) == "0%"
    assert ui.percent_of(1, 4) == "25.0"
    assert ui.percent_of(5, 4) == "100.0"
    assert ui.percent_of(0, 0) == "0.0"


def test_phone_is_masked() -> None:
    assert (ui.thousands(97092), ui.thousands("暂无"), ui.thousands(None)) == ("97,092", "暂无", None)
    assert ui.masked_phone("13812345678") == "138****5678"


def test_table_row_must_be_as_long_as_its_head() -> None:
    assert list(ui.beside([1, 2], ["a", "b"])) == [("a", 1), ("b", 2)]
    with pytest.raises(ValueError, match="zip"):
        list(ui.beside([1], ["a", "b"]))


@pytest.mark.parametrize(
    ("path", "extra", "current"),
    [
        ("/gallery/", "", True),
        ("/gallery/more/", "", True),
        ("/gallery/more/", "exact=True", False),
        ("/gallery/more/", "unless='public:gallery'", False),
        ("/", "", False),
    ],
)
def test_menu_marks_current_page(path: str, extra: str, current: bool) -> None:
    template = Template(f"{{% load ui %}}{{% nav_link 'public:gallery' '组件' {extra} %}}")
    link = template.render(RequestContext(request_of(path=path)))
    assert ('aria-current="page"' in link) is current


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (Path(settings.BASE_DIR) / "portal/web/static/portal/icons.svg").read_text()
    sprite_icons = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))
    templates = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    url_names = {name for page in templates for name in re.findall(r'{% icon "([a-z-]+)"', page.read_text())}
    assert url_names
    assert url_names <= sprite_icons


# Elder mode


def test_elder_mode_cookie_lasts_a_year_and_returns_to_page(client: Client) -> None:
    answer = client.post("/elder-mode/", {"elder": "1", "next": "/gallery/?a=1"})
    assert answer.headers["Location"] == "/gallery/?a=1"
    assert answer.cookies["elder"].value == "1"
    assert answer.cookies["elder"]["max-age"] == elder_mode.ONE_YEAR
    answer = client.post("/elder-mode/", {"elder": "0", "next": "/gallery/"})
    assert answer.cookies["elder"].value == ""


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_elder_mode_redirects_within_the_site_only(client: Client, target: str) -> None:
    assert client.post("/elder-mode/", {"elder": "1", "next": target}).headers["Location"] == "/"


def test_elder_mode_refuses_get(client: Client) -> None:
    assert client.get("/elder-mode/").status_code == 405


@pytest.mark.django_db
def test_elder_mode_switch_has_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/gallery/?q=x").content.decode()
    form = page[page.index('class="elder-switch"') :]
    token = require(re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form))[1]
    assert 'name="next" value="/gallery/?q=x"' in form
    page_response = {"elder": "1", "next": "/gallery/", "csrfmiddlewaretoken": token}
    assert client.post("/elder-mode/", page_response).status_code == 302
    assert '<html lang="zh-Hans-CN" class="elder">' in client.get("/gallery/").content.decode()


def test_current_path_of_a_sent_form_is_the_page_of_the_form() -> None:
    request = RequestFactory().post("/x/", headers={"referer": "http://testserver/form/?step=2"})
    assert Portal(request).current_path == "/form/?step=2"
    stranger = RequestFactory().post("/x/", headers={"referer": "http://evil.example/form/"})
    assert Portal(stranger).current_path == "/"


# Who sees which desks


@pytest.mark.django_db
def test_audiences_follow_records_memberships_appointments_and_shifts(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    stations = make_stations()
    newcomer, helper = make_user("新人"), make_user("志愿者")
    recruiter, clerk, person = (
        make_user("招聘"),
        make_staff(stations["睦洲镇"], StationRole.CLERK),
        make_user("甲"),
    )
    make_employer(member=recruiter)
    make_veteran(account=person)
    DoorShift.objects.create(fair=make_fair(), user=helper, day=timezone.localdate())

    def open_parts(user: User | AnonymousUser) -> set[str]:
        audiences = Audiences(request_of(user))
        return {
            name
            for name in (
                "is_veteran", "acts_for_employer", "is_staff", "can_open_records", "can_review_employers",
                "can_open_door",
            )
            if getattr(audiences, name)
        }  # fmt: skip

    assert open_parts(AnonymousUser()) == set()
    assert open_parts(newcomer) == {"is_veteran"}
    assert open_parts(person) == {"is_veteran"}
    assert open_parts(recruiter) == {"acts_for_employer"}
    assert open_parts(clerk) == {"is_staff", "can_open_records", "can_open_door"}
    assert open_parts(helper) == {"can_open_door"}
    with django_assert_num_queries(2):  # record, membership and shift in one; appointments in the other
        open_parts(make_user_again(person))


def make_user_again(user: Any) -> Any:
    """The same person, as a new request would load it."""
    return type(user)(pk=user.pk, phone=user.phone, name=user.name)


LAYOUTS = ("public", "veteran", "employer", "staff", "door")


@pytest.mark.django_db
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("somebody", [False, True], ids=["anonymous", "staff"])
def test_layouts_render_a_page(layout: str, somebody: bool) -> None:
    user = make_staff(make_stations()["睦洲镇"], StationRole.HEAD) if somebody else None
    template = Template(
        f'{{% extends "layout/{layout}.html" %}}{{% block content %}}这里是正文{{% endblock %}}'
    )
    page = template.render(RequestContext(request_of(user)))
    assert page.count('<main id="main"') == 1
    assert page.index('<main id="main"') < page.index("这里是正文") < page.index("</main>")
    assert "长者模式" in page
    assert ("退出</span>" in page) is somebody
    for filing in ("icp", "police", "site_id", "name", "contact"):
        assert settings.SITE_OPERATOR[filing] in page


@pytest.mark.django_db
def test_menu_lists_pages_marked_for_the_menu() -> None:
    fairs = make_fair().get_parent()
    portal = Portal(request_of())
    assert portal.menu == [(fairs.title, fairs.get_url())]
    assert portal.fairs_path == fairs.get_url()
    fairs.show_in_menus = False
    fairs.save()
    assert Portal(request_of()).menu == []


# Error pages


def page_of(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (lambda r: error_pages.bad_request(r, Exception("secret")), 400, "返回上一页"),
        (lambda r: error_pages.forbidden(r, PermissionDenied()), 403, "没有查看这一页的权限"),
        (lambda r: error_pages.forbidden(r, PermissionDenied("这份档案不在您的辖区。")), 403, "不在您的辖区"),
        (lambda r: error_pages.csrf_failure(r, "secret"), 403, "刷新后再提交"),
        (lambda r: error_pages.not_found(r, Exception("secret")), 404, "没有找到"),
    ],
)
def test_error_pages_say_what_to_do(view: Any, status: int, words: str) -> None:
    answer = view(request_of())
    page = page_of(answer)
    assert answer.status_code == status
    assert words in page
    assert "可以这样做" in page
    assert settings.SITE_OPERATOR["contact"] in page
    assert 'href="/"' in page
    assert "secret" not in page


def test_server_error_page_needs_no_database_session_or_user() -> None:
    # No django_db mark: a query would fail this test. Nor has this request a user or a session.
    answer = error_pages.server_error(RequestFactory().get("/", headers={"cookie": "elder=1"}))
    assert answer.status_code == 500
    assert 'class="elder"' in page_of(answer)
    assert settings.SITE_OPERATOR["contact"] in page_of(answer)


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (lambda r: error_pages.not_found(r, Exception()), 404),
        (lambda r: error_pages.forbidden(r, PermissionDenied("不在辖区")), 403),
        (error_pages.server_error, 500),
    ],
)
def test_api_errors_are_json(view: Any, status: int) -> None:
    answer = view(RequestFactory().get("/api/v1/nothing/"))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_unknown_path_renders_404_page(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in page_of(answer)


# The gallery


@pytest.mark.django_db
def test_gallery_shows_every_component(client: Client) -> None:
    answer = client.get("/gallery/")
    page_text = {template.name.rsplit("/")[-1] for template in answer.templates if template.name}
    missing = {path.name for path in COMPONENTS.glob("*.html")} - page_text
    assert missing == set()


@pytest.mark.django_db
def test_gallery_is_404_outside_a_demo(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get("/gallery/").status_code == 404


@pytest.mark.django_db
def test_pages_carry_no_inline_code_style_or_stray_template_comment(client: Client) -> None:
    page = client.get("/gallery/").content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)
    assert "{#" not in page
    assert "#}" not in page


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_every_component_documents_its_parameters(path: Path) -> None:
    source = path.read_text()
    assert source.startswith(("{#", "{% comment %}"))
    # A comment of this form ends with its line; one that runs on would be printed.
    assert all("#}" in line for line in source.splitlines() if "{#" in line)


def test_component_form_has_csrf_token_despite_only() -> None:
    template = Template('{% include "components/confirm_button.html" with action="/x/" label="通过" only %}')
    html = template.render(RequestContext(request_of(path="/"), {}))
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', html)


def test_pagination_keeps_the_rest_of_the_query() -> None:
    from django.core.paginator import Paginator

    template = Template('{% include "components/pagination.html" with page=page only %}')
    context = RequestContext(request_of(path="/?q=司机&page=2"), {"page": Paginator(range(50), 10).page(2)})
    html = template.render(context)
    assert 'href="?q=%E5%8F%B8%E6%9C%BA&amp;page=3"' in html
    assert "第 2 页，共 5 页" in html


def test_empty_value_reads_not_filled_in_and_zero_reads_zero() -> None:
    template = Template('{% include "components/data_list.html" with items=items only %}')
    html = template.render(Context({"items": [("年限", 0), ("备注", "")]}))
    assert "<dd>0</dd>" in html
    assert html.count("未填写") == 1


# In a browser

SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((e) => {
    const r = e.getBoundingClientRect();
    return r.width && r.height && r.height < 24 && !e.closest("p, .visually-hidden, .skip-link");
  }).map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("old", [False, True], ids=["plain", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_gallery_is_accessible(
    open_page: Any, look: Any, live_server: LiveServer, width: int, old: bool
) -> None:
    page = open_page(width=width)
    if old:
        page.context.add_cookies([{"name": "elder", "value": "1", "url": live_server.url}])
    page.goto("/gallery/")
    look(page, "gallery-elder" if old else "gallery")
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("getComputedStyle(document.querySelector('.icon')).stroke") != "none"


def test_missing_page_is_accessible(phone: Any, look: Any) -> None:
    phone.goto("/no/such/page/")
    look(phone, "404")


def test_elder_mode_without_javascript(no_js: Any, look: Any) -> None:
    no_js.goto("/gallery/")
    before = no_js.locator("main h1").first.bounding_box()["height"]
    no_js.get_by_role("button", name="长者模式").click()
    assert no_js.url.endswith("/gallery/")
    assert no_js.locator("html.elder").count() == 1
    assert no_js.locator("main h1").first.bounding_box()["height"] > before
    no_js.goto("/gallery/?again")
    assert no_js.locator("html.elder").count() == 1
    look(no_js, "gallery-elder-no-js")
    no_js.get_by_role("button", name="退出长者模式").click()
    assert no_js.locator("html.elder").count() == 0


def test_confirm_button_asks_without_a_dialog(no_js: Any, look: Any) -> None:
    no_js.goto("/gallery/")
    sure = no_js.get_by_role("button", name="确定取消报名")
    assert not sure.is_visible()
    no_js.locator("summary", has_text="取消报名").click()
    assert sure.is_visible()
    look(no_js, "gallery-question")
