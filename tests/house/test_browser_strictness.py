"""The browser harness: a page that is wrong, or that nobody looked at, fails its test."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from tests.harness.browser import SCREENS, shape, watch_of

GOOD = """<!doctype html><html lang="zh-Hans"><head><title>好页面</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>招聘会</h1><p>{}</p></main></body></html>"""
FAINT = '<span style="color:#ddd;background:#fff">看不清的字</span>'
OUTSIDE = "</p></main><p>在主要内容之外</p><main><p>"
UNNAMED = '<input type="text" name="phone">'


def serve(page: Page, path: str, body: str, **answer: object) -> None:
    """Let this path answer with a page made here; nothing of the portal is asked."""
    html = GOOD.format(body)
    page.route(
        f"**{path}", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8", **answer)
    )


@pytest.mark.must("walks.5")
@pytest.mark.parametrize("name", ["phone", "desk", "no_js"])
def test_a_good_page_is_looked_at_and_pictured(
    name: str, request: pytest.FixtureRequest, look: Callable[..., Path]
) -> None:
    page = request.getfixturevalue(name)
    serve(page, "/house/good/", "登记")
    page.goto("/house/good/")
    picture = look(page, f"house-{name}")
    assert picture.parent == SCREENS
    assert picture.stat().st_size > 1000
    assert str(page.viewport_size["width"]) in picture.name
    picture.unlink()


@pytest.mark.must("walks.5")
@pytest.mark.parametrize("name", ["phone", "no_js"])
@pytest.mark.parametrize(
    ("body", "rule"), [(FAINT, "color-contrast"), (UNNAMED, "label"), (OUTSIDE, "region")]
)
def test_more_than_a_minor_violation_fails(
    name: str, body: str, rule: str, request: pytest.FixtureRequest, axe: Callable[[Page], None]
) -> None:
    page = request.getfixturevalue(name)
    serve(page, "/house/bad/", body)
    page.goto("/house/bad/")
    with pytest.raises(AssertionError, match=rule):
        axe(page)
    watch_of(page).viewed_shapes.add("/house/bad/")


class SlowPage(BaseHTTPRequestHandler):
    """First a page with a link; behind the link a page whose second half comes later."""

    def do_GET(self) -> None:
        first_half, second_half = GOOD.format('<a href="/slow/">到后一页</a>#').split("#")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(first_half.encode())
        if self.path == "/slow/":
            self.wfile.flush()
            time.sleep(0.5)
            self.wfile.write('<b class="late">后到</b>'.encode())
        self.wfile.write(second_half.encode())

    def log_message(self, *args: object) -> None:
        """Keep the output of the tests quiet."""


def test_a_click_waits_for_the_whole_page_behind_it(no_js: Page) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SlowPage) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        no_js.goto(f"http://127.0.0.1:{server.server_port}/")
        no_js.get_by_role("link", name="到后一页").click()
        assert no_js.locator(".late").count() == 1
        server.shutdown()
    watch_of(no_js).viewed_shapes.update({"/", "/slow/"})


def test_a_page_wider_than_the_phone_fails(phone: Page, look: Callable[..., Path]) -> None:
    serve(phone, "/house/wide/", '<div style="width:600px">宽</div>')
    phone.goto("/house/wide/")
    with pytest.raises(AssertionError, match="px wide in a window of 390 px"):
        look(phone)


def test_a_page_nobody_looked_at_fails(phone: Page) -> None:
    serve(phone, "/house/unseen/7/", "登记")
    phone.goto("/house/unseen/7/")
    with pytest.raises(AssertionError, match=r"never looked at.*/house/unseen/7/"):
        watch_of(phone).finish()
    forgive(phone)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<script>nothing.here()</script>", "script error"),
        ("<script>console.error('坏了')</script>", "坏了"),
        ('<img src="/static/portal/not-here.png" alt="无">', "404 for .*not-here"),
    ],
)
def test_what_the_browser_complains_about_fails(desk: Page, body: str, problem: str) -> None:
    serve(desk, "/house/broken/", body)
    desk.goto("/house/broken/")
    forgive(desk, problems=False)
    with pytest.raises(AssertionError, match=problem):
        watch_of(desk).finish()
    forgive(desk)


def test_an_inline_script_against_the_policy_fails(desk: Page) -> None:
    serve(
        desk, "/house/policy/", "<script>1</script>", headers={"content-security-policy": "script-src 'self'"}
    )
    desk.goto("/house/policy/")
    forgive(desk, problems=False)
    with pytest.raises(AssertionError, match="Content Security Policy"):
        watch_of(desk).finish()
    forgive(desk)


def test_the_browser_reaches_nothing_but_this_machine(desk: Page) -> None:
    serve(desk, "/house/start/", "登记")
    desk.goto("/house/start/")
    answer = desk.evaluate(
        "fetch('http://portal.invalid/', {mode: 'no-cors'}).then(() => 'out', () => 'blocked')"
    )
    assert answer == "blocked"
    forgive(desk)


def test_paths_of_one_shape_are_one_page() -> None:
    assert shape("/positions/7/") == shape("/positions/812/") == "/positions/*/"
    assert shape("/me/tickets/6f1b2c3d-0000-4000-8000-0123456789ab/") == "/me/tickets/*/"
    assert shape("/fairs/spring/") == "/fairs/spring/"


def forgive(page: Page, *, problems: bool = True) -> None:
    """Take back what this test did on purpose."""
    watch_of(page).pages_by_shape.clear()
    if problems:
        watch_of(page).problems.clear()
