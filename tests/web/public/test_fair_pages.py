"""The list of fairs, a fair's page and its calendar file."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from cms.models import FairMode, JobFairPage
from portal.core.models import Region
from portal.employers.models import Employer
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_registration,
    make_user,
    make_veteran,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def past_fair(title: str = "往期招聘会", days: int = 30) -> JobFairPage:
    now = timezone.now()
    return make_fair(
        title=title, starts_at=now - timedelta(days=days), ends_at=now - timedelta(days=days, hours=-4)
    )


def running_fair(title: str = "今日招聘会") -> JobFairPage:
    now = timezone.now()
    return make_fair(title=title, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=2))


# --- the list


def test_fair_tabs_list_matching_fairs(client: Client) -> None:
    make_fair(title="下周招聘会")
    running_fair()
    past_fair()
    make_fair(title="草稿招聘会", live=False)
    tabs = {when: text(client, f"/fairs/?when={when}") for when in ("", "running", "past")}
    results = {
        when: [t for t in ("下周", "今日", "往期", "草稿") if t in page] for when, page in tabs.items()
    }
    assert results == {"": ["下周", "今日"], "running": ["今日"], "past": ["往期"]}


def test_running_fair_is_listed_first(client: Client) -> None:
    make_fair(title="下周招聘会")
    running_fair()
    page_text = text(client, "/")
    assert page_text.index("今日招聘会") < page_text.index("下周招聘会")


def test_filters_by_county_mode_and_month(client: Client) -> None:
    make_fair(title="新会线下")
    make_fair(
        title="蓬江线上",
        region=Region.objects.get(code="440703"),
        mode=FairMode.ONLINE,
        starts_at=timezone.now() + timedelta(days=70),
        ends_at=timezone.now() + timedelta(days=70, hours=3),
    )
    month = timezone.localtime() + timedelta(days=70)
    for query in ("county=440703", "mode=online", f"month={month:%Y-%m}"):
        page_text = text(client, f"/fairs/?{query}")
        assert ("蓬江线上" in page_text, "新会线下" in page_text) == (True, False), query
    assert "没有符合条件的招聘会" in text(client, "/fairs/?county=440705&mode=online")
    assert client.get("/fairs/?county=x&mode=y&month=z&page=99").status_code == 200


def test_the_list_is_paginated(client: Client) -> None:
    for i in range(14):
        make_fair(title=f"招聘会{i}")
    assert "第 1 页，共 2 页" in text(client, "/fairs/")
    assert "第 2 页，共 2 页" in text(client, "/fairs/?page=2")


def fill(fair: JobFairPage, booths: int, positions: int) -> None:
    for _ in range(booths):
        employer = make_employer()
        make_booth(fair, *(make_position(employer=employer) for _ in range(positions)))


@pytest.mark.must("walks.6")
def test_list_uses_constant_number_of_queries(same_queries: Any) -> None:
    def grow() -> None:
        for number in range(4):
            fill(make_fair(title=f"第{number}场"), 2, 2)

    fill(make_fair(), 1, 1)
    same_queries("/fairs/", grow, at_most=20)


# --- the page


def test_fair_page_shows_all_facts(client: Client) -> None:
    fair = make_fair(
        mode=FairMode.BOTH,
        online_url="https://example.org/live",
        summary="重点面向汽车驾驶专业",
        body="<p>请带身份证。</p>",
    )
    make_booth(fair, make_position(title="半挂车司机", headcount=4), number="A07")
    page_text = text(client, fair.url)
    for words in (
        "市民广场",
        "演示路1号",
        "线上线下同步",
        "https://example.org/live",
        "新会区退役军人服务中心",
        "300 人",
        "请带身份证",
        "A07",
        "半挂车司机",
        "还可报名 300 人",
        "登录后报名",
        f"/fairs/{fair.pk}/calendar.ics",
    ):
        assert words in page_text


def test_only_confirmed_booths_and_open_positions_are_shown(client: Client) -> None:
    fair = make_fair()
    pending_rows = make_booth(fair, make_position(title="未确认岗位"))
    Booth.objects.filter(pk=pending_rows.pk).update(state=BoothState.REQUESTED)
    employer = make_employer(name="江门市在场有限公司")
    make_booth(
        fair,
        make_position(title="已开放岗位", employer=employer),
        make_position(title="审核中岗位", employer=employer, is_open=False),
    )
    page_text = text(client, fair.url)
    assert ("未确认岗位" in page_text, "已开放岗位" in page_text, "审核中岗位" in page_text) == (
        False,
        True,
        False,
    )


def test_booth_search_matches_employer_position_and_number(client: Client) -> None:
    fair = make_fair()
    for number, employer_row, title in (
        ("A01", "江门市甲有限公司", "电工"),
        ("B02", "江门市乙有限公司", "焊工"),
    ):
        make_booth(fair, make_position(title=title, employer=make_employer(name=employer_row)), number=number)
    for words in ("甲有限", "电工", "a01"):
        page_text = text(client, f"{fair.url}?words={words}")
        assert ("江门市甲" in page_text, "江门市乙" in page_text) == (True, False), words
    assert "没有找到相符的展位" in text(client, f"{fair.url}?words=飞行员")


def test_many_booths_are_paginated(client: Client) -> None:
    fair = make_fair()
    reviewer = make_employer().verified_by
    employer_rows = [make_employer(name=f"江门市第{i}有限公司", verified_by=reviewer) for i in range(30)]
    Booth.objects.bulk_create(
        Booth(fair=fair, employer=employer_row, number=f"A{i:03d}", state=BoothState.CONFIRMED)
        for i, employer_row in enumerate(employer_rows)
    )
    first, second = text(client, fair.url), text(client, f"{fair.url}?page=2")
    assert ("A000" in first, "A024" in first) == (True, False)
    assert ("A000" in second, "A024" in second) == (False, True)
    assert Employer.objects.filter(booths__fair=fair).count() == 30


@pytest.mark.must("walks.6")
@pytest.mark.parametrize("signed_in", [False, True])
def test_page_uses_constant_number_of_queries(signed_in: bool, same_queries: Any, client_for: Any) -> None:
    fair = make_fair()
    fill(fair, 1, 1)
    reader = Client()
    if signed_in:
        user = make_user()
        make_registration(fair, make_veteran(account=user))
        reader = client_for(user)
    same_queries(lambda: reader.get(fair.url), lambda: fill(fair, 6, 3), at_most=28)


def test_fair_page_shows_own_ticket(client: Client, client_for: Any) -> None:
    fair, user = make_fair(), make_user()
    registration = make_registration(fair, make_veteran(account=user))
    assert f"您已报名，序号 {registration.number}" in text(client_for(user), fair.url)
    assert "您已报名" not in text(client, fair.url)
    assert "我已报名" in text(client_for(user), "/fairs/")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"registration_opens_at": timedelta(hours=2)}, "报名还没有开始"),
        (
            {"registration_opens_at": timedelta(days=-9), "registration_closes_at": timedelta(days=-1)},
            "报名已截止",
        ),
        ({"capacity": 1}, "报名名额已满"),
    ],
)
def test_fair_page_says_why_registration_is_closed(client: Client, fields: dict, words: str) -> None:
    now = timezone.now()
    fields = {k: now + v if isinstance(v, timedelta) else v for k, v in fields.items()}
    fair = make_fair(**fields)
    make_registration(fair, make_veteran())
    assert words in text(client, fair.url)


def test_small_registration_count_is_suppressed(client: Client) -> None:
    fair = make_fair()
    for _ in range(4):
        make_registration(fair, make_veteran())
    assert "已报名" not in text(client, fair.url)
    make_registration(fair, make_veteran())
    assert "已报名" in text(client, fair.url)


def test_past_fair_shows_figures_and_no_button(client: Client) -> None:
    fair = past_fair()
    make_booth(fair, make_position(is_open=False))
    page_text = text(client, fair.url)
    assert "招聘会已结束" in page_text
    assert "岗位已停止招聘" in page_text
    assert "加入手机日历" not in page_text


# --- the calendar file


def test_fair_calendar_parses(client: Client) -> None:
    fair = make_fair(summary="重点面向汽车驾驶专业")
    answer = client.get(f"/fairs/{fair.pk}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    events: list[Any] = calendar.walk("VEVENT")
    (event,) = events
    assert event["summary"] == fair.title
    assert event.decoded("dtstart") == fair.starts_at.replace(microsecond=0)
    assert event.decoded("dtend") == fair.ends_at.replace(microsecond=0)
    assert event["location"] == "市民广场 演示路1号"
    assert event["uid"].startswith(f"fair-{fair.pk}@")
    assert event.walk("VALARM")
    assert calendar.walk("VTIMEZONE")
    assert "/fairs/" in event["url"]


def test_unpublished_fair_has_no_calendar(client: Client) -> None:
    fair = make_fair(live=False)
    assert client.get(f"/fairs/{fair.pk}/calendar.ics").status_code == 404
    assert client.get("/fairs/999999/calendar.ics").status_code == 404
