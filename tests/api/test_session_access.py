"""Placements, follow-ups, positions, fairs and search over the API."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.follow_ups import assignment
from portal.follow_ups.models import FollowUp
from portal.placements import actions
from portal.placements.models import Placement
from search import indexing
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_staff,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db


def declare(veteran: Any, by: User, **fields: Any) -> Placement:
    return actions.declare(
        veteran=veteran, position=make_position(employer=fields.pop("employer", None)), by=by, **fields
    )


def ids(response: Any) -> set[int]:
    assert response.status_code == 200
    return {row["id"] for row in response.json()["items"]}


@pytest.mark.must("walks.3")
def test_placements_and_follow_ups_are_limited_to_the_subtree(ask: Callable, towns: SimpleNamespace) -> None:
    ours, theirs = declare(towns.ours, towns.clerk), declare(towns.theirs, towns.neighbour)
    assert ids(ask(towns.clerk, "placements")) == {ours.pk}
    assert ids(ask(towns.neighbour, "placements")) == {theirs.pk}
    assert ids(ask(towns.county, "placements")) == {ours.pk, theirs.pk}
    assert ask(towns.clerk, f"placements/{theirs.pk}").status_code == 404
    due = {row["placement_id"] for row in ask(towns.clerk, "follow-ups").json()["items"]}
    assert due == {ours.pk}
    assert {row["veteran"]["name"] for row in ask(towns.clerk, "follow-ups").json()["items"]} == {"陈建国"}


def test_placement_is_visible_to_both_sides_only(ask: Callable, towns: SimpleNamespace) -> None:
    member, rival = make_user(), make_user()
    placement = declare(towns.ours, towns.clerk, employer=make_employer(member=member))
    make_employer(member=rival)
    assert ids(ask(member, "placements")) == ids(ask(towns.ours.account, "placements")) == {placement.pk}
    assert ids(ask(rival, "placements")) == ids(ask(towns.reviewer, "placements")) == set()
    assert ask(rival, f"placements/{placement.pk}").status_code == 404


def test_employer_sees_veteran_after_confirmation(ask: Callable, towns: SimpleNamespace) -> None:
    member = make_user()
    placement = declare(towns.ours, towns.clerk, employer=make_employer(member=member))
    assert ask(member, f"placements/{placement.pk}").json()["veteran"] is None
    assert ask(towns.clerk, f"placements/{placement.pk}").json()["veteran"]["name"] == "陈建国"
    actions.confirm(placement=placement, by=towns.ours.account)
    assert ask(member, f"placements/{placement.pk}").json()["veteran"]["name"] == "陈建国"


def test_placement_shows_its_history(ask: Callable, towns: SimpleNamespace) -> None:
    placement = declare(towns.ours, towns.clerk)
    actions.advance(placement=placement, step="interview", by=towns.clerk)
    body = ask(towns.clerk, f"placements/{placement.pk}").json()
    assert body["state"] == {"value": "interviewed", "label": "已面试"}
    assert [row["step_label"] for row in body["transitions"]] == ["登记意向", "记录面试"]
    assert body["reached"] is False


def test_placements_filter_by_fair_and_state(ask: Callable, towns: SimpleNamespace) -> None:
    fair, position = make_fair(), make_position()
    make_booth(fair, position)
    at_fair = actions.declare(veteran=towns.ours, position=position, by=towns.clerk, fair=fair)
    declare(towns.below, towns.clerk)
    assert ids(ask(towns.clerk, "placements", fair=fair.pk)) == {at_fair.pk}
    assert len(ids(ask(towns.clerk, "placements", state="intended"))) == 2
    assert ids(ask(towns.clerk, "placements", state="offered")) == set()
    assert ask(towns.clerk, "placements", state="lost").status_code == 422


def test_due_follow_ups_come_longest_overdue_first(ask: Callable, towns: SimpleNamespace) -> None:
    placement = declare(towns.ours, towns.clerk)
    today = timezone.localdate()
    days = [today + timedelta(days=5), today - timedelta(days=1), today - timedelta(days=9)]
    for row, day in zip(FollowUp.objects.filter(placement=placement), days, strict=True):
        FollowUp.objects.filter(pk=row.pk).update(due_on=day, call_on=day)
    rows = ask(towns.clerk, "follow-ups", due=True).json()["items"]
    assert [row["due_on"] for row in rows] == [days[2].isoformat(), days[1].isoformat()]
    for user in (towns.ours.account, towns.reviewer, make_user()):
        assert ids(ask(user, "follow-ups")) == set()


def test_follow_up_shows_call_date_and_clerk(ask: Callable, towns: SimpleNamespace) -> None:
    """A follow-up due today is called after the absence of the veteran."""
    placement = declare(towns.ours, towns.clerk)
    today = timezone.localdate()
    before, back = today - timedelta(days=1), today + timedelta(days=7)
    first, second, third = FollowUp.objects.filter(placement=placement).order_by("pk")
    FollowUp.objects.filter(pk=first.pk).update(due_on=today, call_on=back)
    FollowUp.objects.filter(pk=second.pk).update(due_on=before, call_on=before)
    assignment.assign_follow_up(follow_up=second, clerk=towns.clerk, by=towns.clerk)
    rows = {row["id"]: row for row in ask(towns.clerk, "follow-ups").json()["items"]}
    assert (rows[first.pk]["due_on"], rows[first.pk]["call_on"]) == (today.isoformat(), back.isoformat())
    assert rows[first.pk]["clerk"] is rows[third.pk]["clerk"] is None
    assert rows[second.pk]["clerk"] == {"id": towns.clerk.pk, "name": towns.clerk.name}
    assert ids(ask(towns.clerk, "follow-ups", due=True)) == {second.pk}


def test_draft_is_visible_to_employer_and_reviewers(ask: Callable, towns: SimpleNamespace) -> None:
    member, rival = make_user(), make_user()
    employer = make_employer(member=member)
    make_employer(member=rival)
    open_position, draft = make_position(employer=employer), make_position(employer=employer, is_open=False)
    everybody = [member, rival, towns.reviewer, towns.clerk, towns.ours.account]
    for user in everybody:
        assert ids(ask(user, "positions")) == {open_position.pk}
        assert ask(user, f"positions/{open_position.pk}").json()["open"] is True
    statuses = [ask(user, f"positions/{draft.pk}").status_code for user in everybody]
    assert statuses == [200, 404, 200, 404, 404]
    assert ids(ask(member, "positions", open=False, state="draft")) == {draft.pk}
    assert ids(ask(rival, "positions", open=False)) == {open_position.pk}


def test_positions_filter_by_region_and_employer(ask: Callable, towns: SimpleNamespace) -> None:
    position = make_position()
    make_position()
    assert ids(ask(towns.clerk, "positions", employer=position.employer_id)) == {position.pk}
    assert len(ids(ask(towns.clerk, "positions", region="4407"))) == 2
    assert ids(ask(towns.clerk, "positions", region="440703")) == set()
    assert ask(towns.clerk, "positions", region="44x").status_code == 422


def test_fairs_filter_by_time(ask: Callable, towns: SimpleNamespace) -> None:
    now = timezone.now()
    upcoming = make_fair()
    make_booth(upcoming, make_position())
    over = make_fair(
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(days=1),
        registration_opens_at=now - timedelta(days=9),
        registration_closes_at=now - timedelta(days=3),
    )
    make_fair(live=False)
    body = ask(towns.ours.account, "fairs").json()
    assert [(row["id"], row["booths"], row["registration_is_open"]) for row in body["items"]] == [
        (upcoming.pk, 1, True)
    ]
    assert ids(ask(towns.ours.account, "fairs", when="past")) == {over.pk}
    assert ask(towns.ours.account, "fairs", when="never").status_code == 422


def test_search_returns_public_objects(ask: Callable, towns: SimpleNamespace) -> None:
    employer = make_employer(name="叉车租赁有限公司")
    position = make_position(employer=employer, title="叉车司机")
    make_position(employer=employer, title="叉车班长", is_open=False)
    fair = make_fair(title="叉车专场招聘会")
    indexing.rebuild()
    body = ask(towns.clerk, "search", q="叉车").json()
    assert body["counts"] == {"position": 1, "fair": 1, "employer": 1}
    assert body["counties"] == [{"code": "440705", "count": 3}]
    assert {(row["kind"], row["url"]) for row in body["items"]} == {
        ("position", f"/positions/{position.pk}/"),
        ("employer", f"/employers/{employer.pk}/"),
        ("fair", fair.get_url()),
    }
    only = ask(towns.clerk, "search", q="叉车", kind="position").json()
    assert [row["id"] for row in only["items"]] == [position.pk]


@pytest.mark.parametrize(
    "query", [{"kind": "veteran"}, {"page": 0}, {"page": 201}, {"page_size": 51}, {"region": "x"}]
)
def test_invalid_search_parameters_are_refused(ask: Callable, towns: SimpleNamespace, query: Any) -> None:
    assert ask(towns.clerk, "search", **query).status_code == 422


@pytest.mark.parametrize("path", ["placements", "follow-ups", "positions", "fairs", "search?q=货车"])
def test_queries_do_not_grow(client_for: Any, towns: SimpleNamespace, same_queries: Any, path: str) -> None:
    caller = client_for(towns.county)

    def grow() -> None:
        for _ in range(6):
            placement = declare(make_veteran(), towns.county)
            clerk = make_staff(placement.veteran.station)
            assignment.assign_follow_up(
                follow_up=placement.follow_ups.earliest("pk"), clerk=clerk, by=towns.county
            )
            make_booth(make_fair(title="货车司机专场"), make_position())
        indexing.rebuild()

    grow()
    assert same_queries(lambda: caller.get(f"/api/v1/{path}"), grow, at_most=12) > 0
