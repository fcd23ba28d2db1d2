"""Complaint pages: report, list and answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.complaints import actions
from portal.complaints.enums import ComplaintKind, ComplaintState
from portal.complaints.models import Complaint
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db

DESK = "/desk/reports/"


@pytest.fixture
def position() -> Any:
    return make_position(employer=make_employer(member=make_user("单位经办")))


@pytest.fixture
def desk(client_for: Any, position: Any) -> Any:
    return client_for(make_staff(position.employer.station, StationRole.REVIEWER))


def _report(position: Any, name: Any = "举报人", days: Any = 0) -> Any:
    complaint = actions.report(
        position=position, by=make_user(name), kind=ComplaintKind.FEE, text=f"{name}说要交押金"
    )
    if days:
        Complaint.objects.filter(pk=complaint.pk).update(due_on=timezone.localdate() + timedelta(days=days))
    return complaint


def test_complaint_from_report_to_answer(client_for: Any, desk: Any, position: Any) -> None:
    reporter = make_user("举报人")
    me = client_for(reporter)
    url = f"/positions/{position.pk}/report/"
    assert url in me.get(f"/positions/{position.pk}/").content.decode()
    page = me.post(url, {"kind": "fee", "text": ""})
    assert "text" in page.context["form"].errors
    page = me.post(url, {"kind": "fee", "text": "要交押金"}, follow=True)
    assert "前答复" in page.content.decode()
    complaint = Complaint.objects.get()
    assert "已经举报过" in me.post(url, {"kind": "fee", "text": "再说一次"}).content.decode()
    there = f"{DESK}{complaint.pk}/"
    assert "要交押金" in desk.get(there).content.decode()
    page = desk.post(there, {"outcome": "taken_down", "words": "已让单位停收", "told": ""})
    assert "told" in page.context["form"].errors
    assert page.context["form"]["words"].value() == "已让单位停收"
    desk.post(there, {"outcome": "taken_down", "words": "已让单位停收", "told": "请停止收费"})
    assert "已让单位停收" in me.get("/me/reports/").content.decode()
    assert "已让单位停收" in desk.get(there).content.decode()


def test_employer_cannot_report_own_position(client_for: Any, position: Any) -> None:
    member = position.employer.memberships.get().user
    page = client_for(member).post(f"/positions/{position.pk}/report/", {"kind": "fee", "text": "押金"})
    assert "不能举报" in page.content.decode()
    assert not Complaint.objects.exists()


def test_list_is_ordered_by_due_date_and_marks_overdue(desk: Any, position: Any) -> None:
    for name, days in (("后", 3), ("超期", -2), ("先", 1)):
        _report(position, name, days)
    page = desk.get(DESK)
    assert [row.reporter.name for row in page.context["page"]] == ["超期", "先", "后"]
    assert "已超期" in page.content.decode()
    assert [row.reporter.name for row in desk.get(DESK, {"state": "overdue"}).context["page"]] == ["超期"]
    assert not desk.get(DESK, {"state": "answered"}).context["page"].object_list


@pytest.mark.parametrize(("days", "is_late"), [(-1, True), (0, False), (1, False)])
def test_open_complaint_is_marked_overdue_after_its_last_day(
    client_for: Any, desk: Any, position: Any, days: int, is_late: bool
) -> None:
    complaint = _report(position, days=days)
    assert ("已超期" in desk.get(f"{DESK}{complaint.pk}/").content.decode()) is is_late
    own = client_for(complaint.reporter).get("/me/reports/").content.decode()
    assert ("已超期" in own) is is_late
    assert ("前答复您" in own) is not is_late


def test_answered_complaint_is_not_marked_overdue(desk: Any, position: Any) -> None:
    complaint = _report(position, days=-3)
    url = f"{DESK}{complaint.pk}/"
    desk.post(url, {"outcome": "no_fault", "words": "核实后没有发现收费。"})
    assert "已超期" not in desk.get(url).content.decode()
    (row,) = desk.get(DESK, {"state": "answered"}).context["page"].object_list
    assert not row.is_overdue


def test_neighbour_and_employer_see_no_complaint(client_for: Any, position: Any) -> None:
    complaint = _report(position)
    neighbour = client_for(make_staff(make_stations()["蓬江区"], StationRole.REVIEWER))
    assert not neighbour.get(DESK).context["page"].object_list
    assert neighbour.get(f"{DESK}{complaint.pk}/").status_code == 404
    member = client_for(position.employer.memberships.get().user)
    assert member.get(DESK).status_code == 403
    assert "举报人" not in member.get(f"/company/positions/{position.pk}/").content.decode()
    assert "说要交押金" not in member.get("/me/reports/").content.decode()


def test_complaint_lists_query_count_is_constant(
    client_for: Any, desk: Any, position: Any, same_queries: Any
) -> None:
    def grow() -> None:
        for i in range(4):
            _report(position, f"又一人{i}")

    grow()
    same_queries(lambda: desk.get(DESK), grow, at_most=30)
    reporter = make_user("常客")
    me = client_for(reporter)

    def mine() -> None:
        for _ in range(3):
            actions.report(
                position=make_position(employer=position.employer),
                by=reporter,
                kind=ComplaintKind.PAY,
                text="不符",
            )

    mine()
    same_queries(lambda: me.get("/me/reports/"), mine, at_most=30)


def test_answered_complaint_keeps_its_place(desk: Any, position: Any) -> None:
    complaint = _report(position)
    desk.post(f"{DESK}{complaint.pk}/", {"outcome": "no_fault", "words": "核实后没有发现收费。"})
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.ANSWERED
    assert complaint in desk.get(DESK, {"state": "answered"}).context["page"].object_list
