"""Scenario 7 in Chromium: city staff close the fair and read its report; three months later its funnel."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.accounts.roles import StationRole
from portal.confirmations.enums import Question, Reply, Side
from portal.confirmations.models import Answer
from portal.core.reference import load_reference
from portal.fairs import actions as fairs
from portal.fairs.enums import VisitorKind
from portal.placements import actions
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = [pytest.mark.django_db(transaction=True)]
FAIR = "江门市退役军人冬季专场招聘会"
DAYS_AGO = 100


@pytest.fixture
def operator() -> Any:
    load_reference()
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="周敏")


@pytest.fixture
def fair(operator: Any) -> Any:
    """Held a hundred days ago: two firms with three posts of two trades, four veterans and a family at the
    door, three intentions, two of them confirmed by both sides.
    """
    stations = make_stations()
    assert operator.current_appointments
    starts = timezone.now() - timedelta(days=DAYS_AGO)
    ends = starts + timedelta(hours=4)
    job_fair = make_fair(title=FAIR, organiser=stations["江门市"], starts_at=starts, ends_at=ends)
    member = make_user("吴晓彤")
    dates: dict[str, Any] = {
        "published_at": starts - timedelta(days=9),
        "expires_at": timezone.now() + timedelta(days=30),
    }
    logistics = make_employer(name="江门市远航物流有限公司", member=member)
    kitchen = make_employer(name="江门市金秋餐饮有限公司", region=stations["蓬江区"].region)
    positions = [
        make_position(employer=logistics, title="货车司机", headcount=5, **dates),
        make_position(employer=logistics, title="装卸班长", headcount=2, **dates),
        make_position(employer=kitchen, title="厨师", headcount=3, occupation_id="4-03-02-01", **dates),
    ]
    make_booth(job_fair, *positions[:2])
    make_booth(job_fair, positions[2])
    people = [make_veteran(station=stations[town]) for town in ("睦洲镇", "睦洲镇", "司前镇", "蓬江区")]
    with patch("django.utils.timezone.now", return_value=starts + timedelta(hours=1)):
        for person in people:
            ticket = make_registration(job_fair, person).ticket
            fairs.check_in(fair=job_fair, code=str(ticket), by=operator)
        fairs.count_visitor(fair=job_fair, kind=VisitorKind.FAMILY, by=operator)
        placements = [
            actions.declare(veteran=person, position=position, by=operator, fair=job_fair)
            for person, position in zip(people, (positions[0], positions[0], positions[2]), strict=False)
        ]
        for one in placements[:2]:
            actions.confirm(placement=one, by=member)
    return job_fair, placements


def stat(page: Page, label: str) -> Any:
    return page.locator(".stat").filter(has=page.get_by_role("link", name=label, exact=True))


def cells(page: Page, table: str, row: str) -> list[str]:
    rows = page.get_by_role("table", name=table).get_by_role("row").filter(has_text=row)
    return [text.strip() for text in rows.get_by_role("cell").all_inner_texts()]


@pytest.mark.must("tracking.4")
def test_the_fair_is_closed_and_three_months_later_its_funnel_is_read(
    fair: Any, operator: Any, open_page: Any, sign_in: Any, look: Any, figure: Any
) -> None:
    job_fair, placements = fair
    page = open_page()
    sign_in(page, operator)
    page.goto("/desk/fairs/")
    look(page, "scenario-7-fairs")
    expect(page.get_by_text("已结束")).to_be_visible()
    page.get_by_role("link", name=FAIR).click()
    look(page, "scenario-7-report")
    for label, value in (
        ("参会单位（家）", "2家"), ("岗位", "3个"), ("招聘人数", "10人"), ("入场人次", "5人次"),
        ("参会退役军人", "4人"), ("登记意向", "3份"), ("达成意向", "2份"), ("有意向的退役军人", "3人"),
    ):  # fmt: skip
        expect(stat(page, label).locator("dd")).to_have_text(value)
    # Firms, posts, people looked for, veterans, intentions, people with one, confirmed.
    assert cells(page, "按地区", "新会区") == ["1", "2", "7", "3", "2", "2", "2"]
    assert cells(page, "按地区", "蓬江区") == ["1", "1", "3", "1", "1", "1", "0"]
    assert cells(page, "按职业", "交通运输")[:4] == ["1", "2", "7", "2"]
    assert cells(page, "按职业", "餐饮服务")[:4] == ["1", "1", "3", "1"]
    page.get_by_role("table", name="按地区").get_by_role("row").filter(has_text="蓬江区").get_by_role(
        "link"
    ).nth(4).click()
    look(page, "scenario-7-rows")
    expect(page.get_by_role("status")).to_have_text("共 1 份")
    expect(page.get_by_role("cell", name="厨师")).to_be_visible()

    # What the stations wrote down in the three months since.
    day = timezone.localdate() - timedelta(days=DAYS_AGO)
    for one, steps in (
        (
            placements[0],
            (("interview", 3), ("offer", 5), ("onboard", 8), ("retain_1m", 39), ("retain_3m", 98)),
        ),
        (placements[1], (("interview", 4), ("offer", 6), ("onboard", 9), ("leave", 30))),
        (placements[2], (("interview", 6), ("decline_by_employer", 7))),
    ):
        for step, after in steps:
            actions.advance(
                placement=one, step=step, by=operator, on=day + timedelta(days=after), note="已核实"
            )

    page.goto("/desk/insights/")
    look(page, "scenario-7-insights")
    page.get_by_label("招聘会", exact=True).select_option(label=FAIR)
    page.get_by_role("button", name="查询").click()
    look(page, "scenario-7-funnel")
    funnel = page.get_by_role("table", name="从意向到稳岗")
    counts = [text.strip() for text in funnel.locator("strong").all_inner_texts()]
    assert counts == ["3", "3", "2", "2", "1", "1", "0", "0"]
    expect(funnel.get_by_role("row").filter(has_text="已面试")).to_contain_text("距上一步中位 4 天")
    funnel.get_by_role("row").filter(has_text="在岗满3个月").locator("strong a").click()
    look(page, "scenario-7-kept")
    expect(page.get_by_role("status")).to_have_text("共 1 份")
    expect(page.get_by_role("link", name=placements[0].veteran.name)).to_be_visible()
    page.goto(f"/desk/insights/retention/?fair={job_fair.pk}")
    look(page, "scenario-7-retention")
    expect(page.get_by_role("img", name="入职后仍在岗的比例")).to_be_visible()
    assert cells(page, "满 1、3、6、12 个月", "30 天")[0] == "50%"
    figure("fair closed and read by district and occupation; funnel after three months 3-3-2-2-1-1")


@pytest.mark.parametrize("width", [390, 1280])
def test_every_report_page_looks_right(
    fair: Any, operator: Any, open_page: Any, sign_in: Any, look: Any, width: Any
) -> None:
    job_fair, placements = fair
    for one, degree in zip(placements, (5, 4, 2), strict=True):
        for step in ("offer", "onboard"):
            actions.advance(placement=one, step=step, by=operator)
        Answer.objects.create(
            placement=one, side=Side.VETERAN, question=Question.EMPLOYMENT,
            reply=Reply.STILL_EMPLOYED, by=operator,
            satisfaction=degree,
        )  # fmt: skip
    page = open_page(width=width)
    sign_in(page, operator)
    for path, name in (
        ("/desk/insights/", "insights"),
        ("/desk/insights/satisfaction/", "insights-satisfaction"),
        ("/desk/insights/fairs/", "insights-fairs"),
        ("/desk/insights/years/", "insights-years"),
        ("/desk/insights/month/", "insights-month"),
        (f"/desk/insights/rows/?figure=headcount&fair={job_fair.pk}&at_fairs=1", "insights-rows"),
        ("/desk/trouble/", "trouble"),
        ("/desk/trouble/no-interview/", "trouble-list"),
        (f"/desk/fairs/{job_fair.pk}/", "fair-report"),
    ):
        page.goto(path)
        for details in page.locator("details.definitions").all():
            details.locator("summary").click()
        look(page, name)
