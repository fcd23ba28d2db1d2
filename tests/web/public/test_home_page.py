"""The front page's figures, where a sign-in leads, and what a monitor reads."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.roles import StationRole
from portal.placements import actions as placements
from portal.ranking import ranking_index
from portal.reports.public_totals import count_portal_totals
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def place(count: int) -> None:
    clerk = make_staff(make_stations()["睦洲镇"])
    position = make_position(headcount=9, employer=make_employer(member=make_user()))
    for _ in range(count):
        veteran = make_veteran(account=make_user())
        new_row = placements.declare(veteran=veteran, position=position, by=require(veteran.account))
        placements.confirm(placement=new_row, by=position.employer.memberships.get().user)
        for step in ("offer", "onboard"):
            new_row = placements.advance(placement=new_row, step=step, by=clerk)


def test_figures_are_counted_from_rows() -> None:
    now = timezone.now()
    place(5)
    make_position(headcount=3)
    make_position(is_open=False)
    make_employer(verified=False)
    make_fair()
    make_fair(starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))
    totals = count_portal_totals()
    assert (totals.positions, totals.headcount) == (2, 12)
    assert (totals.fairs, totals.employers) == (1, 3)
    assert (totals.confirmed_intentions, totals.onboarded) == (5, 5)
    assert totals.as_of >= now


def test_small_figures_are_suppressed(client: Client) -> None:
    place(4)
    totals = count_portal_totals()
    assert (totals.confirmed_intentions, totals.onboarded) == (None, None)
    page_text = client.get("/").content.decode()
    assert "已入职" not in page_text
    assert "截至" in page_text


@pytest.mark.must("walks.6")
def test_home_page_uses_constant_number_of_queries(same_queries: Any) -> None:
    make_booth(make_fair(), make_position())

    def grow() -> None:
        for i in range(4):
            make_booth(make_fair(title=f"第{i}场"), make_position(), make_position())

    def page() -> object:
        cache.clear()  # with the figures counted anew
        return Client().get("/")

    same_queries(page, grow, at_most=30)


@pytest.mark.parametrize(
    ("who", "path"),
    [("staff", "/desk/"), ("employer", "/company/"), ("veteran", "/me/"), ("new", "/me/")],
)
def test_landing_redirects_by_audience(who: str, path: str, client_for: Any) -> None:
    user = make_user()
    if who == "staff":
        user = make_staff(make_stations()["睦洲镇"], StationRole.CLERK)
    elif who == "employer":
        make_employer(member=user)
    elif who == "veteran":
        make_veteran(account=user)
    answer = client_for(user).get("/landing/")
    assert (answer.status_code, answer.url) == (302, path)


def test_landing_requires_sign_in(client: Client) -> None:
    answer = client.get("/landing/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


def test_health_reports_index_generation(client: Client, tmp_path: Path, settings: Settings) -> None:
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    body = client.get("/healthz").json()
    assert body["database"] == "ok"
    assert body["matching"] is None
    assert (body["search"]["backend"], body["search"]["state"]) == ("database", "unbuilt")
    assert body["search"]["waiting"] == 0
    make_position()
    ranking_index.rebuild()
    try:
        assert client.get("/healthz").json()["matching"] == {"generation": "g-00000001", "positions": 1}
    finally:
        ranking_index.clear_caches()


def test_media_serves_images_only(client: Client, tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "images").mkdir()
    (tmp_path / "images/one.png").write_bytes(b"png")
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/secret.pdf").write_bytes(b"pdf")
    answer: Any = client.get("/media/images/one.png")
    assert b"".join(answer.streaming_content) == b"png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get("/media/documents/secret.pdf").status_code == 404
    assert client.get("/media/images/../documents/secret.pdf").status_code == 404
    assert client.get("/media/images/").status_code == 404
