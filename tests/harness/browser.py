"""A real Chromium against the live server, at a phone's and a desk's width, with and without JavaScript.

Every page that a browser test visits must be looked at (`look(page)`): axe finds nothing worse than minor,
nothing sticks out sideways, and a screenshot lies in test-results/screens/<name>-<width>.png. A
test also fails when the browser reports an error of a script, a refusal by the Content-Security-Policy, a
missing file, or an answer of 500.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Locator, Page, Response

from tests.harness.optional import require

# Playwright's own event loop runs in the test's thread, where Django would refuse the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SCREENS = Path(__file__).resolve().parents[2] / "test-results" / "screens"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
REFUSED_IMPACTS = {"moderate", "serious", "critical"}
# WCAG 2.2 AA and what axe calls good practice; headings in order and landmarks are among the latter.
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Wagtail's editor is not ours to redraw: its pages are walked, not judged.
NOT_OURS = ("/cms/", "/static/", "/media/", "/documents/")
# Acts that may lead to another page. Playwright returns from them when the answer begins to arrive; a count
# or a text read then would be that of half a page.
ACTS_THAT_NAVIGATE = ("click", "press", "check", "select_option")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Watch:
    """Problems of one browser context, the pages it visited and those that were looked at."""

    base_url: str
    has_javascript: bool
    problems: list[str] = field(default_factory=list)
    pages_by_shape: dict[str, str] = field(
        default_factory=dict
    )  # shape of the path -> one path of that shape
    viewed_shapes: set[str] = field(default_factory=set)

    def attach(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script error on {page.url}: {error}"))
        page.on("console", self._console)
        page.on("response", self._response)
        page.on("framenavigated", lambda frame: self._navigated(page, frame))

    def _console(self, message: ConsoleMessage) -> None:
        # 'Failed to load resource' is judged by its response below, where the kind of request is known.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        is_page = response.request.resource_type in {"document", "fetch", "xhr"}
        if response.status >= (500 if is_page else 400):
            self.problems.append(f"{response.status} for {response.url}")

    def _navigated(self, page: Page, frame: Frame) -> None:
        path = urlsplit(frame.url).path
        if frame == page.main_frame and frame.url.startswith("http") and not path.startswith(NOT_OURS):
            self.pages_by_shape.setdefault(shape(path), path)

    def finish(self) -> None:
        """Raise AssertionError with everything that this context has to answer for."""
        unviewed = [path for key, path in self.pages_by_shape.items() if key not in self.viewed_shapes]
        if unviewed:
            self.problems.append(f"visited but never looked at, call look(page): {', '.join(unviewed)}")
        assert not self.problems, "\n".join(dict.fromkeys(self.problems))


_watches: WeakKeyDictionary[Page, Watch] = WeakKeyDictionary()


def watch_of(page: Page) -> Watch:
    """Return the watch of a page that `open_page` made."""
    return _watches[page]


def shape(path: str) -> str:
    """A path with its numbers and uuids blotted out: /positions/7/ and /positions/8/ are one page."""
    return re.sub(r"/(\d+|[0-9a-f]{8}-[0-9a-f-]{27})(?=/|$)", "/*", path)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict, chromium_path: str) -> dict:
    """Debian's Chromium, which cannot reach anything but this machine."""
    return {
        **browser_type_launch_args,
        "executable_path": chromium_path,
        "args": [
            "--no-sandbox",  # Chromium refuses to run as root otherwise
            "--disable-background-networking",
            "--disable-dev-shm-usage",  # containers give /dev/shm 64 MB
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    """Settings of every context: Chinese, our time zone, no animation in screenshots."""
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "reduced_motion": "reduce",
    }


def _then_wait(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def act_and_wait(locator: Locator, *args: Any, **kwargs: Any) -> Any:
        result = act(locator, *args, **kwargs)
        locator.page.wait_for_load_state("domcontentloaded")
        return result

    return act_and_wait


@pytest.fixture(scope="session")
def whole_pages() -> Iterator[None]:
    """After a click the page that it leads to is there as a whole before the test reads it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ACTS_THAT_NAVIGATE:
            patch.setattr(Locator, name, _then_wait(getattr(Locator, name)))
        yield


@pytest.fixture
def open_page(
    new_context: Callable[..., BrowserContext],
    live_server: Any,
    django_db_serialized_rollback: None,
    whole_pages: None,
) -> Iterator[Callable[..., Page]]:
    """`open_page(width=390, javascript=True)` -> a page of its own person, on the live server."""
    watches: list[Watch] = []

    def make(*, width: int = DESK["width"], javascript: bool = True, **kwargs: Any) -> Page:
        size = PHONE if width == PHONE["width"] else {"width": width, "height": DESK["height"]}
        context = new_context(
            base_url=live_server.url, viewport=size, java_script_enabled=javascript, **kwargs
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        watch = Watch(live_server.url, javascript)
        watch.attach(page)
        _watches[page] = watch
        watches.append(watch)
        return page

    yield make
    for watch in watches:
        watch.finish()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page 390 px wide."""
    return open_page(width=PHONE["width"])


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Page:
    """A page 1280 px wide."""
    return open_page()


@pytest.fixture
def no_js(open_page: Callable[..., Page]) -> Page:
    """A page 390 px wide with JavaScript switched off."""
    return open_page(width=PHONE["width"], javascript=False)


@pytest.fixture
def axe(browser: Browser) -> Callable[[Page], None]:
    """`axe(page)` asserts that axe finds nothing worse than a minor violation on the page as it is now."""

    def run(page: Page) -> list[dict]:
        results = Axe().run(page, options=AXE_OPTIONS)
        return [v for v in results.response["violations"] if v["impact"] in REFUSED_IMPACTS]

    def twin(page: Page) -> list[dict]:
        # axe is a script: where JavaScript is off, it judges the same HTML in a page that has it.
        url, html = page.url, page.content()
        context = browser.new_context(viewport=page.viewport_size, storage_state=page.context.storage_state())
        try:
            copy = context.new_page()
            copy.route(url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
            copy.goto(url)
            return run(copy)
        finally:
            context.close()

    def check(page: Page) -> None:
        has_javascript = page not in _watches or watch_of(page).has_javascript
        violations = run(page) if has_javascript else twin(page)
        messages = [
            f"{v['impact']} {v['id']}: {v['help']}\n"
            + "\n".join(f"    {n['target']}: {n['html'][:200]}" for n in v["nodes"][:5])
            for v in violations
        ]
        assert not messages, f"{page.url}: axe found\n" + "\n".join(messages)

    return check


@pytest.fixture
def look(axe: Callable[[Page], None]) -> Callable[..., Path]:
    """`look(page, "home")`: judge the page and keep its picture; returns the picture's path.

    Without a name the path gives it. Asserts: nothing worse than minor, nothing wider than the window.
    """

    def see(page: Page, name: str = "") -> Path:
        page.wait_for_load_state("load")
        path = urlsplit(page.url).path
        name = name or shape(path).strip("/").replace("/", "-").replace("*", "n") or "home"
        width = require(page.viewport_size)["width"]
        picture = SCREENS / f"{name}-{width}.png"
        page.screenshot(path=picture, full_page=True)
        if page in _watches:
            watch_of(page).viewed_shapes.add(shape(path))
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url}: {wide} px wide in a window of {width} px ({picture})"
        axe(page)
        return picture

    return see


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """`sign_in(page, user)`: the browser is that person from here on, second factor included."""

    def enter(page: Page, user: Any, *, second_factor: bool = True) -> None:
        client = signed_in_client(user, second_factor=second_factor)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": watch_of(page).base_url}]
        )

    return enter


def signed_in_client(user: Any, *, second_factor: bool = True) -> Client:
    """Django's test client, signed in as that person, with the second factor done."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    if second_factor:
        device, _ = user.staticdevice_set.get_or_create(name="test")
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


@pytest.fixture
def client_for() -> Callable[..., Client]:
    """`client_for(user)` -> a test client signed in as that person, with the second factor done."""
    return signed_in_client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Whatever opens a browser is marked so, and needs no one to remember it.
    for item in items:
        if "open_page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
