"""A bad post is reported on a phone without JavaScript, answered at the desk, and the answer is read."""

from typing import Any

from playwright.sync_api import expect

from portal.accounts.roles import StationRole
from portal.positions.models import Position
from tests.factories import make_employer, make_position, make_staff, make_user


def test_a_report_and_its_answer(no_js: Any, desk: Any, city: Any, sign_in: Any, look: Any) -> None:
    employer = make_employer(name="江门市远航物流有限公司", member=make_user("单位经办"))
    position = make_position(employer=employer)
    phone = no_js
    sign_in(phone, make_user("陈建国"))
    phone.goto(f"/positions/{position.pk}/")
    look(phone)
    phone.get_by_role("link", name="举报这个岗位").click()
    look(phone, "report")
    phone.get_by_label("收费、押金或扣证件").check()
    phone.get_by_label("具体情况").fill("面试时说入职要交八百元押金，不给收据。")
    phone.get_by_role("button", name="提交举报").click()
    expect(phone.get_by_text("单位不会知道是谁举报的").first).to_be_visible()
    look(phone, "reports-own")

    sign_in(desk, make_staff(employer.station, StationRole.REVIEWER))
    desk.goto("/desk/reports/")
    look(desk, "reports-queue")
    desk.get_by_role("link", name="货车司机").click()
    desk.get_by_label("岗位暂停，退回单位修改").check()
    desk.get_by_label("给举报人的答复").fill("已核实，单位退还押金，岗位暂停。")
    desk.get_by_label("告诉单位的话").fill("不得收取押金，请改正后重新提交。")
    look(desk, "report-answer")
    desk.get_by_role("button", name="答复举报人").click()
    expect(desk.get_by_text("举报人会收到站内消息")).to_be_visible()
    look(desk)

    phone.goto("/me/reports/")
    expect(phone.get_by_text("单位退还押金")).to_be_visible()
    look(phone, "reports-answered")
    assert not Position.objects.open_at().exists()
