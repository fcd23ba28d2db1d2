"""Open data: positions to walk through, fairs with their size, statistics with their definitions."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.fairs.enums import BoothState
from portal.fairs.models import Booth
from portal.placements import actions as placements
from portal.positions import actions
from portal.positions.models import Position
from portal.reports.open_statistics import OPEN_FIGURES
from portal.reports.public_totals import MIN_PUBLISHED_COUNT, count_booths, count_fair_totals
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_occupation,
    make_position,
    make_user,
    make_veteran,
)
from tests.harness.optional import require

pytestmark = pytest.mark.django_db
URL = "/api/v1/positions"


def walk(client: Any, query: str = "") -> list[int]:
    """All ids, from `next` to `next`."""
    row_ids, after = [], 0
    while after is not None:
        body = client.get(f"{URL}?after={after}&page_size=3{query}").json()
        row_ids += [row["id"] for row in body["items"]]
        after = body["next"]
    return row_ids


def test_keyset_pages_visit_each_row_once(client: Client) -> None:
    rows = [make_position().pk for _ in range(8)]
    assert walk(client) == rows
    first = client.get(f"{URL}?after=0&page_size=3").json()
    Position.objects.filter(pk__in=rows[:2]).update(expires_at=timezone.now())
    rest = client.get(f"{URL}?after={first['next']}&page_size=100").json()
    assert [row["id"] for row in first["items"] + rest["items"]] == rows
    assert (first["count"], rest["count"], rest["next"]) == (8, 6, None)


def test_numbered_pages_have_no_next(client: Client) -> None:
    for _ in range(3):
        make_position()
    body = client.get(f"{URL}?page=2&page_size=2").json()
    assert (len(body["items"]), body["count"], body["next"]) == (1, 3, None)


def test_updated_since_filters_by_time(client: Client) -> None:
    old, new = make_position(), make_position()
    yesterday = timezone.now() - timedelta(days=1)
    Position.objects.filter(pk=old.pk).update(updated_at=yesterday - timedelta(hours=1))
    since = yesterday.isoformat().replace("+", "%2B")
    assert walk(client, f"&updated_since={since}") == [new.pk]
    assert walk(client, "&updated_since=0001-01-01T00:00:00%2B14:00") == [old.pk, new.pk]
    assert walk(client, "&updated_since=2001-05-13T12:09:28%2B21:19") == [old.pk, new.pk]
    assert client.get(f"{URL}?updated_since=2026-01-01T00:00:00").status_code == 422  # whose midnight?


def test_occupation_filter_includes_descendants(client: Client) -> None:
    driver = make_position()
    cook = make_position(occupation=make_occupation("4-03-02-01", "中式烹调师"))
    assert walk(client, "&occupation=4-02") == [driver.pk]
    assert walk(client, "&occupation=4") == [driver.pk, cook.pk]
    assert walk(client, "&occupation=4-03-02-01") == [cook.pk]
    assert client.get(f"{URL}?occupation=4-").status_code == 422


@pytest.mark.parametrize("path", ["positions", "fairs", "search?kind=position"])
def test_matching_etag_gets_304_until_content_changes(client: Client, path: str) -> None:
    position = make_position()
    make_booth(make_fair(), position)
    first = client.get(f"/api/v1/{path}")
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Authorization" in first.headers["Vary"]
    tag = {"If-None-Match": first.headers["ETag"]}
    same = client.get(f"/api/v1/{path}", headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    if path == "positions":
        actions.pause(position=position, by=_member(position))
        assert client.get(f"/api/v1/{path}", headers=tag).json()["items"] == []


def _member(position: Position) -> Any:
    user = make_user()
    position.employer.memberships.create(user=user)
    return user


# --- fairs
def test_upcoming_fair_counts_open_positions_and_past_fair_all(client: Client) -> None:
    fair = make_fair()
    employer = make_employer()
    open_position, closed_position = make_position(employer=employer), make_position(employer=employer)
    make_booth(fair, open_position, closed_position)
    Booth.objects.create(fair=fair, employer=make_employer(), state=BoothState.REQUESTED)

    def figures() -> list[tuple[int, int]]:
        when = "past" if fair.is_over else "coming"
        (row,) = client.get(f"/api/v1/fairs?when={when}").json()["items"]
        totals = count_fair_totals(fair)
        return [
            (row["booths"], row["positions"]),
            (totals.employers, totals.positions),
            count_booths([fair])[fair.pk],
        ]

    assert figures() == [(1, 2)] * 3
    actions.withdraw(position=closed_position, by=_member(closed_position))
    assert figures() == [(1, 1)] * 3
    now = timezone.now()
    fair.starts_at, fair.ends_at = now - timedelta(days=2), now - timedelta(days=1)
    fair.registration_opens_at, fair.registration_closes_at = now - timedelta(days=9), now - timedelta(days=3)
    fair.save()
    assert figures() == [(1, 2)] * 3


# --- statistics
def test_each_figure_has_definition_and_time(client: Client) -> None:
    before = timezone.now()
    make_position(headcount=3)
    make_position(headcount=4, occupation=make_occupation("4-03-02-01", "中式烹调师"))
    make_position(is_open=False)
    body = client.get("/api/v1/statistics").json()
    assert before.isoformat() <= body["as_of"].replace("Z", "+00:00")
    figures = {figure["key"]: figure for figure in body["figures"]}
    assert list(figures) == [key for key, *_ in OPEN_FIGURES]
    assert all(figure["definition"].endswith("。") for figure in figures.values())
    assert (figures["positions"]["value"], figures["headcount"]["value"]) == (2, 7)
    assert body["counties"] == [{"code": "440705", "name": "新会区", "positions": 2, "headcount": 7}]
    assert {(cell["code"], cell["positions"]) for cell in body["occupations"]} == {("4-02", 1), ("4-03", 1)}


def test_small_figures_are_suppressed(client: Client) -> None:
    def make_reached_placements() -> int | None:
        body = client.get("/api/v1/statistics").json()
        return next(figure["value"] for figure in body["figures"] if figure["key"] == "reached")

    for number in range(MIN_PUBLISHED_COUNT):
        assert make_reached_placements() is None, number
        member = make_user()
        veteran = make_veteran(account=make_user())
        rows = placements.declare(
            veteran=veteran,
            position=make_position(employer=make_employer(member=member)),
            by=require(veteran.account),
        )
        placements.confirm(placement=rows, by=require(veteran.account))
        placements.confirm(placement=rows, by=member)
    assert make_reached_placements() == MIN_PUBLISHED_COUNT


def test_closed_position_leaves_figures_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    position = make_position()

    def count() -> int:
        body = client.get("/api/v1/statistics").json()
        return next(figure["value"] for figure in body["figures"] if figure["key"] == "positions")

    monkeypatch.setattr(timezone, "now", lambda: require(position.expires_at) - timedelta(seconds=1))
    assert count() == 1
    monkeypatch.setattr(timezone, "now", lambda: position.expires_at)
    assert count() == 0


def test_queries_do_not_grow(client: Client, same_queries: Any) -> None:
    def grow() -> None:
        for _ in range(4):
            make_booth(make_fair(), make_position())

    grow()
    for path in ("positions?after=0&page_size=100", "fairs?page_size=100", "statistics"):
        assert same_queries(f"/api/v1/{path}", grow, at_most=12) > 0
