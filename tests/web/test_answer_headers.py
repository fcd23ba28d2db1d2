"""Headers of answers, links in what leaves the portal, and refusals of the CMS."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from cms.site_setup import setup_site
from portal.accounts.feed_tokens import create_feed_token
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.web.shared.answer_headers import permissions_policy
from tests.factories import (
    make_booth,
    make_fair,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = [pytest.mark.django_db, pytest.mark.must("hold.5")]
ROOT = Path(__file__).parents[2]
EVIL = "evil.example"


@pytest.fixture
def home() -> Any:
    make_stations()
    return setup_site()


def test_only_the_door_may_use_the_camera(client: Client, home: Any) -> None:
    assert client.get("/").headers["Permissions-Policy"] == permissions_policy("/")
    assert "camera=()" in permissions_policy("/desk/")
    assert "camera=(self)" in permissions_policy("/door/7/")
    assert "microphone=()" in permissions_policy("/door/7/")


def test_public_page_is_cacheable_for_anonymous_visitors(client: Client, home: Any) -> None:
    answer = client.get("/search/suggest?q=司机")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/me/saved-searches/", "/positions/", "/api/v1/fairs", "/nothing/"])
def test_no_cache_keeps_what_a_signed_in_person_saw(
    client_for: Callable[..., Client], home: Any, path: str
) -> None:
    answer = client_for(make_user()).get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pages_are_public_again_after_sign_out(client_for: Callable[..., Client], home: Any) -> None:
    client = client_for(make_user())
    assert client.post("/sign-out/").status_code == 302
    assert "no-store" not in client.get("/").headers.get("Cache-Control", "")


def test_cms_has_a_content_policy_without_other_hosts(client_for: Callable[..., Client], home: Any) -> None:
    editor = make_staff(make_stations()["江门市"], StationRole.EDITOR)
    policy = client_for(editor).get("/cms/").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["script-src"] == "'self' 'unsafe-inline'"
    assert directives["object-src"] == "'none'"
    assert "http" not in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize(
    ("role", "path", "view"),
    [
        (StationRole.CLERK, "/cms/", "wagtailadmin_home"),
        (StationRole.EDITOR, "/cms/groups/", "wagtailusers_groups:index"),
        (StationRole.EDITOR, "/cms/sites/", "wagtailsites:index"),
        (StationRole.EDITOR, "/cms/pages/999999/edit/", "wagtailadmin_pages:edit"),
    ],
)
def test_refusal_of_the_cms_is_an_event(
    client_for: Callable[..., Client], home: Any, role: StationRole, path: str, view: str
) -> None:
    user = make_staff(make_stations()["江门市"], role)
    client_for(user).get(path)
    event = AuditEvent.objects.get(verb="web.refused")
    assert (event.actor_id, event.data["view"]) == (user.pk, view)


def test_page_of_the_cms_that_opens_is_no_refusal(client_for: Callable[..., Client], home: Any) -> None:
    editor = make_staff(make_stations()["江门市"], StationRole.EDITOR)
    assert client_for(editor).get("/cms/").status_code == 200
    assert not AuditEvent.objects.filter(verb="web.refused").exists()


def test_ticket_of_a_refused_request_stays_out_of_the_audit_log(
    client_for: Callable[..., Client], home: Any
) -> None:
    ticket = "7f1c2d34-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
    person = make_user()
    make_veteran(account=person)
    client_for(person).get(f"/me/tickets/{ticket}/")
    assert ticket not in str(AuditEvent.objects.get(verb="web.refused").data)


def test_links_in_calendars_and_feeds_come_from_the_configured_address(
    client: Client, home: Any, settings: Settings
) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://jobs.example.gov.cn"
    fair = make_fair()
    position = make_position()
    make_booth(fair, position)
    secret = create_feed_token(by=make_staff(make_stations()["睦洲镇"]))[1]
    paths = (f"/fairs/{fair.pk}/calendar.ics", "/feeds/positions.atom", f"/feeds/duties/{secret}.ics")
    for path in paths:
        text = client.get(path, headers={"host": EVIL}).content.decode()
        assert EVIL not in text, path
        if "duties" not in path:  # without a call there is no event
            assert "https://jobs.example.gov.cn/" in re.sub(r"\r\n ", "", text), path


def test_host_header_makes_no_link() -> None:
    """Two files compare with the Host header of the request; no file builds an address of it."""
    allowed = {"portal/web/shared/redirects.py", "portal/web/shared/site_context.py"}
    for package in ("portal", "cms", "search"):
        for path in (ROOT / package).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            text = path.read_text(encoding="utf-8")
            assert "build_absolute_uri" not in text, name
            assert "get_full_url(" not in text, name
            assert "get_host()" not in text or name in allowed, name
