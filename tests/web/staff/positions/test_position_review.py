"""Review queue of positions: order, filters, batches, exceptions with two reviewers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.positions.wording_exceptions import approve_exception
from tests.factories import make_employer, make_position, make_staff, make_stations

pytestmark = pytest.mark.django_db

QUEUE = "/desk/positions/"
BATCH = "/desk/positions/approve/"


@pytest.fixture
def employer() -> Any:
    return make_employer()


@pytest.fixture
def reviewer(employer: Any) -> Any:
    return make_staff(employer.station, StationRole.REVIEWER, name="审核员甲")


@pytest.fixture
def desk(client_for: Any, reviewer: Any) -> Any:
    return client_for(reviewer)


def _submit_position(employer: Any, title: Any = "货车司机", hours: Any = 1, **fields: Any) -> Any:
    return make_position(
        employer=employer,
        is_open=False,
        title=title,
        state=PositionState.IN_REVIEW,
        submitted_at=timezone.now() - timedelta(hours=hours),
        **fields,
    )


def _titles(page: Any) -> list[str]:
    return [position.title for position in page.context["page"]]


def _messages(page: Any) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def test_longest_waiting_position_is_first(desk: Any, employer: Any) -> None:
    for title, hours in (("后来", 2), ("先来", 50), ("刚来", 1)):
        _submit_position(employer, title, hours=hours)
    page = desk.get(QUEUE)
    assert _titles(page) == ["先来", "后来", "刚来"]
    assert "2\xa0日" in page.content.decode()


def test_queue_filters_by_finding_employer_and_station(desk: Any, employer: Any) -> None:
    _submit_position(employer, "干净")
    _submit_position(employer, "要放宽", requirements="35岁以下")
    blocked = _submit_position(employer, "限男", requirements="限男性", legal_basis="依据")
    titles = {
        value: _titles(desk.get(QUEUE, {"finding": value}))
        for value in ("clean", "block", "warn", "sex", "age", "second")
    }
    assert titles.pop("second") == []
    assert titles == {
        "clean": ["干净"], "block": ["限男"], "warn": ["要放宽"], "sex": ["限男"], "age": ["要放宽"],
    }  # fmt: skip
    first = make_staff(employer.station, StationRole.REVIEWER)
    approve_exception(position=blocked, by=first)
    assert _titles(desk.get(QUEUE, {"finding": "second"})) == ["限男"]
    assert len(_titles(desk.get(QUEUE, {"employer": employer.name}))) == 3
    assert _titles(desk.get(QUEUE, {"employer": "没有这家"})) == []
    assert len(_titles(desk.get(QUEUE, {"station": employer.station.pk}))) == 3


def test_station_filter_is_limited_to_own_subtree(desk: Any) -> None:
    page = desk.get(QUEUE, {"station": make_stations()["蓬江区"].pk})
    assert page.context["form"].errors["station"]


def test_batch_approves_clean_positions_and_reports_others(desk: Any, employer: Any) -> None:
    clean = [_submit_position(employer, f"干净{i}") for i in range(2)]
    with_findings = _submit_position(employer, "有标记", requirements="35岁以下")
    unverified = _submit_position(make_employer(verified=False), "未核验单位的")
    keys = [position.pk for position in (*clean, with_findings, unverified)]
    page = desk.post(BATCH, {"pk": keys, "back": "finding=&employer="}, follow=True)
    message = _messages(page)
    assert "已通过 2 个岗位：干净0、干净1" in message
    assert "2 个没有通过" in message
    assert "“有标记”用语有标记" in message
    assert "“未核验单位的”请先核验" in message
    assert set(Position.objects.filter(state=PositionState.OPEN)) == set(clean)


def test_batch_ignores_positions_of_neighbours(client_for: Any, employer: Any) -> None:
    position = _submit_position(employer)
    neighbour = make_staff(make_stations()["蓬江区"], StationRole.REVIEWER)
    page = client_for(neighbour).post(BATCH, {"pk": [position.pk]}, follow=True)
    assert "没有勾选" in _messages(page)
    position.refresh_from_db()
    assert position.state == PositionState.IN_REVIEW


def test_row_button_approves_one_position(desk: Any, employer: Any) -> None:
    one, other = _submit_position(employer, "这个"), _submit_position(employer, "那个")
    desk.post(BATCH, {"approve": one.pk, "pk": [other.pk]})
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, other.state) == (PositionState.OPEN, PositionState.IN_REVIEW)


def test_batch_ignores_invalid_keys(desk: Any) -> None:
    page = desk.post(BATCH, {"pk": ["x", "9" * 40, ""]}, follow=True)
    assert "没有勾选" in _messages(page)


def test_exception_needs_two_reviewers(desk: Any, employer: Any, reviewer: Any, client_for: Any) -> None:
    position = _submit_position(employer, requirements="限男性，35岁以下", legal_basis="井下作业")
    url = reverse("staff:position", args=[position.pk])
    page = desk.get(url).content.decode()
    assert '<mark class="mark-block">限男性' in page
    assert '<mark class="mark-warn">35岁以下' in page
    assert "井下作业" in page
    assert "通过并公开" not in page
    response = desk.post(url, {"decision": "approve"})
    assert "先按依据同意例外" in response.content.decode()
    desk.post(url, {"decision": "except"})
    assert "等待另一位审核人员复核" in desk.get(url).content.decode()
    assert "另一位审核人员复核，您已经同意过" in desk.post(url, {"decision": "confirm"}).content.decode()
    second = client_for(make_staff(employer.station, StationRole.REVIEWER, name="审核员乙"))
    assert "审核员甲" in second.get(url).content.decode()
    second.post(url, {"decision": "confirm"})
    position.refresh_from_db()
    assert position.is_open


def test_exception_without_basis_cannot_be_approved(desk: Any, employer: Any) -> None:
    position = _submit_position(employer, requirements="限男性")
    page = desk.get(reverse("staff:position", args=[position.pk])).content.decode()
    assert "没有写明依据" in page
    assert "同意例外" not in page


def test_refusal_joins_common_and_own_reasons(desk: Any, employer: Any) -> None:
    position = _submit_position(employer)
    url = reverse("staff:position", args=[position.pk])
    page = desk.post(url, {"decision": "refuse"})
    assert "请勾选一条原因" in page.content.decode()
    reasons = ["岗位职责太笼统，请写具体做什么", "证书要求与岗位无关"]
    desk.post(url, {"decision": "refuse", "reasons": reasons, "words": "请写明线路"})
    position.refresh_from_db()
    assert position.state == PositionState.REFUSED
    assert position.refused_reason == "；".join([*reasons, "请写明线路"])


def test_review_queue_query_count_is_constant(
    client: Client, desk: Any, employer: Any, same_queries: Any
) -> None:
    def grow() -> None:
        for i in range(4):
            _submit_position(employer, f"又一个{i}", requirements="35岁以下")

    grow()
    same_queries(lambda: desk.get(QUEUE), grow, at_most=30)


def test_review_queue_is_paginated(desk: Any, employer: Any) -> None:
    for i in range(21):
        _submit_position(employer, f"岗位{i:02}", hours=100 - i)
    assert len(_titles(desk.get(QUEUE))) == 20
    assert _titles(desk.get(QUEUE, {"page": 2})) == ["岗位20"]
