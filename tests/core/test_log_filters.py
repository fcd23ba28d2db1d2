"""A live link's secret stands in no log, whoever writes it."""

import io
import logging
import time
from urllib.parse import quote

import pytest
from django.urls import get_resolver
from granian.log import DEFAULT_ACCESSLOG_FMT, log_request_builder

from portal.core.log_filters import SECRET_ROUTES, hide_secrets, redact
from tests.house.addresses import routes

SECRET = "0cor0g8RZsBqEzw0bAIZuGngdPm6R_cdrClxIl8bM-a"
TICKET = "7f1c2d34-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
PATHS = (f"/confirm/{SECRET}/", f"/feeds/duties/{SECRET}.ics", f"/me/tickets/{TICKET}/")
# Text arguments that are words of the route, and codes that stand in public pages.
HARMLESS_ARGUMENTS = {
    "section",
    "purpose",
    "kind",
    "step",
    "change",
    "report",
    "key",
    "external_id",
    "rest",
    "path",
}


def format_line(name: str, message: str, *args: object) -> str:
    return redact(logging.LogRecord(name, logging.WARNING, "", 0, message, args, None)).getMessage()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["django.request", "django.security.csrf", "granian.access"])
def test_secret_of_a_path_is_removed(name: str, path: str) -> None:
    assert not {SECRET, TICKET} & set(format_line(name, "%s: %s", "Forbidden", path).split("/"))
    assert "…" in format_line(name, f"Forbidden {path}")
    assert "…" in format_line(name, f"GET /sign-in/?next={quote(path, safe='')}")


def test_sender_of_the_demo_logs_the_whole_link() -> None:
    assert SECRET in format_line("portal.accounts.senders", "message: %s", f"http://x/confirm/{SECRET}/")


def test_other_lines_are_unchanged() -> None:
    assert format_line("django.request", "Not Found: %s", "/confirm/thanks/") == "Not Found: /confirm/thanks/"


@pytest.mark.must("hold.5")
@pytest.mark.parametrize("path", PATHS)
def test_access_log_of_the_web_server_hides_secrets(path: str) -> None:
    """The server formats its line itself, by a logger with a handler of its own."""
    stream = io.StringIO()
    logger = logging.getLogger("granian.access")
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    level, logger.level = logger.level, logging.INFO
    try:
        request = {
            "addr_remote": "127.0.0.1", "path": path, "qs": f"next={path}", "method": "GET",
            "scheme": "http", "protocol": "1.1",
        }  # fmt: skip
        log = log_request_builder(f"{DEFAULT_ACCESSLOG_FMT} %(query_string)s")
        log(time.time(), time.perf_counter(), request, 200)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    line = stream.getvalue()
    assert "GET" in line
    assert SECRET not in line
    assert TICKET not in line
    assert line.count("…") == 2


def test_every_route_with_a_text_argument_is_secret_or_known_as_harmless() -> None:
    assert get_resolver().url_patterns
    for route in routes():
        if route.startswith("cms/") or route in SECRET_ROUTES:
            continue
        for converter in ("str:", "slug:", "uuid:", "path:"):
            for part in route.split(f"<{converter}")[1:]:
                assert part.partition(">")[0] in HARMLESS_ARGUMENTS, f"{route}: secret or not?"


def test_hidden_path_keeps_its_beginning() -> None:
    assert hide_secrets(f"GET /feeds/duties/{SECRET}.ics 404") == "GET /feeds/duties/….ics 404"
