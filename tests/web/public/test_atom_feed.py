"""The feed of new positions."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from portal.employers.models import Employer
from portal.positions.models import Position
from tests.factories import make_position
from tests.harness.optional import require

pytestmark = pytest.mark.django_db
URL = "/feeds/positions.atom"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [require(title.text) for title in ET.fromstring(answer.content).findall("a:entry/a:title", ATOM)]


def test_feed_lists_latest_positions_first(client: Client) -> None:
    now = timezone.now()
    make_position(title="早的岗位", published_at=now - timedelta(days=2))
    late = make_position(title="晚的岗位", published_at=now - timedelta(hours=2))
    make_position(title="草稿", is_open=False)
    answer = client.get(URL)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert titles(answer) == ["晚的岗位", "早的岗位"]
    entry = ET.fromstring(answer.content).find("a:entry", ATOM)
    assert (
        require(require(entry).find("a:link", ATOM)).get("href")
        == f"http://localhost:8000/positions/{late.pk}/"
    )
    assert late.employer.name in str(require(entry).findtext("a:summary", None, ATOM))
    assert require(require(entry).find("a:author/a:name", ATOM)).text == late.employer.name


def test_feed_with_current_etag_returns_304(client: Client) -> None:
    position_row = make_position()
    first = client.get(URL)
    assert (first.headers["Cache-Control"], "Last-Modified" in first.headers) == ("no-cache", False)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(URL, headers=tag).status_code == 304
    Position.objects.filter(pk=position_row.pk).update(expires_at=timezone.now())
    assert titles(client.get(URL, headers=tag)) == []


def test_feed_drops_characters_that_xml_forbids(client: Client) -> None:
    make_position(title="货车\x01\uffff司机\u202e", duties="一\x01二\ufffe\U0010ffff")
    Employer.objects.update(name="远航\ufdd0物流")
    assert titles(client.get(URL)) == ["货车司机"]


def test_position_list_links_feed(client: Client) -> None:
    assert (
        f'type="application/atom+xml" title="最新岗位" href="{URL}"'
        in client.get("/positions/").content.decode()
    )


def test_queries_do_not_grow(same_queries: Any) -> None:
    def grow() -> None:
        for _ in range(5):
            make_position()

    grow()
    assert same_queries(URL, grow) == 1
