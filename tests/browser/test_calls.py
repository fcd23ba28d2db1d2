"""Scenario 3 of the domain in Chromium, and a clerk's thirty calls on a phone with every tap counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.roles import StationRole
from portal.follow_ups.enums import AttemptOutcome, FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpAttempt
from portal.placements import actions
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from tests.factories import make_employer, make_position, make_staff, make_veteran

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
# Every finger that comes down, on whatever page, is counted in the tab itself; what would open the phone's
# dialler is noted instead, since this browser has no phone.
COUNT_TAPS = """
addEventListener("pointerdown", (event) => {
  if (event.isTrusted) sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1;
}, true);
addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='tel:']");
  if (!link) return;
  event.preventDefault();
  sessionStorage.dialled = `${sessionStorage.dialled ?? ""} ${link.href.slice(4)}`;
}, true);
"""
# The steps that the people of the thirty calls went before, by turns, and how many days ago.
BEFORE = (((), 0), (("interview",), 0), (("interview", "offer"), 0), (("offer", "onboard"), 40))


@pytest.fixture
def towns(city: Any) -> Any:
    """Two towns of one county, and who keeps the whole city's files."""
    return {
        "clerk": make_staff(city["睦洲镇"], StationRole.CLERK, name="李秀珍"),
        "neighbour": make_staff(city["司前镇"], StationRole.CLERK, name="梁伟强"),
        "position": make_position(
            employer=make_employer(name="江门市远航物流有限公司"), title="货车司机", headcount=200
        ),
        **city,
    }


def _due(towns: Any, town: str, name: str, by: str, *, late: int = 0) -> FollowUp:
    """A call about an intention that is due for `late` days."""
    person = make_veteran(station=towns[town], name=name)
    placement = actions.declare(veteran=person, position=towns["position"], by=towns[by])
    day = timezone.localdate() - timedelta(days=late)
    call = placement.follow_ups.earliest("due_on")
    FollowUp.objects.filter(pk=call.pk).update(due_on=day, call_on=day)
    return FollowUp.objects.get(pk=call.pk)


def _row(page: Page, name: str) -> Any:
    return page.locator("[data-follow-ups] > li", has_text=name)


@pytest.mark.must("tracking.4")
def test_scenario_3_the_town_clerks_day(open_page: Any, towns: Any, sign_in: Any, look: Any) -> None:
    ours = _due(towns, "睦洲镇", "陈建国", "clerk")
    theirs = _due(towns, "司前镇", "黄志明", "neighbour", late=5)
    page = open_page(width=390)
    sign_in(page, towns["clerk"])

    page.goto("/desk/")
    expect(_row(page, "陈建国")).to_be_visible()
    look(page, "clerk-day")
    for tries in (1, 2):
        _row(page, "陈建国").get_by_role("button", name="打电话").click()
        expect(_row(page, "陈建国").get_by_role("link", name=ours.placement.veteran.phone)).to_be_visible()
        look(page, "clerk-dialled")
        _row(page, "陈建国").get_by_role("button", name="没联系上").click()
        expect(page.get_by_text(f"第{tries}次没联系上，还会留在清单里")).to_be_visible()
        page.goto("/desk/")
    expect(page.get_by_text("已试 2 次，还可试 1 次")).to_be_visible()
    _row(page, "陈建国").get_by_role("button", name="打电话").click()
    _row(page, "陈建国").get_by_role("button", name="已面试").click()
    expect(page.get_by_text("下次回访")).to_be_visible()
    look(page, "clerk-recorded")
    ours.placement.refresh_from_db()
    assert ours.placement.state == PlacementState.INTERVIEWED
    assert list(ours.attempts.values_list("outcome", flat=True)) == [
        AttemptOutcome.NOT_REACHED,
        AttemptOutcome.NOT_REACHED,
        AttemptOutcome.REACHED,
    ]
    looks = AccessLog.objects.filter(actor=towns["clerk"], kind=AccessKind.REVEAL)
    assert looks.filter(file_id=ours.placement.veteran_id).count() == 3

    # 司前镇's people: by list, by search, in the address bar, by API.
    neighbour = theirs.placement.veteran
    for path in ("/desk/?whose=all", "/desk/veterans/", "/desk/placements/"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert "黄志明" not in page.content()
        look(page)
    for words in ("黄志明", neighbour.phone, neighbour.id_last4):
        page.goto("/desk/veterans/")
        page.get_by_label("姓名、手机号或身份证后四位").fill(words)
        page.get_by_role("button", name="查询").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.get_by_role("link", name="黄志明").count() == 0
    for path in (
        f"/desk/veterans/{neighbour.pk}/",
        f"/desk/follow-ups/{theirs.pk}/",
        f"/desk/placements/{theirs.placement_id}/",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {403, 404}
        assert "黄志明" not in page.content()
        look(page, "closed-" + path.split("/")[2])
    assert AccessLog.objects.filter(file_id=neighbour.pk, kind=AccessKind.REFUSED).exists()
    for path in (f"veterans/{neighbour.pk}", f"placements/{theirs.placement_id}"):
        assert page.request.get(f"/api/v1/{path}").status == 404
    for path in ("placements", "follow-ups"):
        answer = page.request.get(f"/api/v1/{path}")
        assert answer.status == 200
        assert "黄志明" not in answer.text()
    # A clerk exports nobody, so the list of people is closed to her as a whole.
    assert page.request.get(f"/api/v1/veterans?name={neighbour.name}&purpose=回访").status == 403


def _prepare_thirty(towns: Any) -> list[str]:
    """Thirty people of one town at different points of their way, all due by today."""
    names = [f"{surname}建军" for surname in SURNAMES]
    today = timezone.localdate()
    for number, name in enumerate(names):
        call = _due(towns, "睦洲镇", name, "clerk", late=number % 6)
        steps, days_ago = BEFORE[number % 4]
        placement = call.placement
        for step in steps:
            on = today - timedelta(days=days_ago)
            placement = actions.advance(placement=placement, step=step, by=towns["clerk"], on=on)
        pending = placement.follow_ups.filter(state=FollowUpState.PENDING).order_by("due_on")
        due = today - timedelta(days=number % 6)
        FollowUp.objects.filter(pk=pending[0].pk).update(due_on=due, call_on=due)
    return names


# What each of the thirty came to: two in three are reached, as stations tell of their rounds.
STEP_OF_STATE = {
    PlacementState.INTENDED: "已面试",
    PlacementState.INTERVIEWED: "已录用",
    PlacementState.OFFERED: "今天入职",
    PlacementState.ONBOARDED: "在岗满1个月",
}


@pytest.mark.must("tracking.4")
def test_thirty_calls_in_under_ninety_taps(
    open_page: Any, towns: Any, sign_in: Any, look: Any, figure: Any
) -> None:
    names = _prepare_thirty(towns)
    page = open_page(width=390, has_touch=True)
    page.add_init_script(COUNT_TAPS)
    sign_in(page, towns["clerk"])
    page.goto("/desk/")
    expect(page.locator("[data-follow-up]")).to_have_count(30)
    look(page, "thirty-calls")

    came_to: dict[str, str] = {}
    for number, name in enumerate(names):
        row = _row(page, name)
        state = PlacementState(Placement.objects.get(veteran__name=name).state)
        row.get_by_role("button", name="打电话").tap()
        expect(row.locator("[data-dial]")).to_be_visible()
        if number % 10 in {3, 6}:
            did = "没联系上"
            row.get_by_role("button", name=did).tap()
        elif number in {8, 19}:
            did = "号码有误" if number == 8 else "拒绝回访"
            row.locator("summary", has_text="其他").tap()
            row.get_by_role("button", name=did).tap()
        else:
            did = "还没变化" if number % 5 == 0 else STEP_OF_STATE[state]
            row.get_by_role("button", name=did).tap()
        expect(_row(page, name).locator("[role=status]")).to_be_visible()
        came_to[name] = did
        if number == 14:
            look(page, "thirty-calls-halfway")
    look(page, "thirty-calls-done")

    taps = page.evaluate("Number(sessionStorage.taps)")
    dialled = page.evaluate("sessionStorage.dialled").split()
    assert dialled == [Placement.objects.get(veteran__name=name).veteran.phone for name in names]
    figure(f"30 calls in {taps} taps at 390 px")
    assert FollowUpAttempt.objects.count() == 30
    assert AccessLog.objects.filter(kind=AccessKind.REVEAL).count() == 30
    outcomes = list(FollowUpAttempt.objects.values_list("outcome", flat=True))
    assert outcomes.count(AttemptOutcome.NOT_REACHED) == 6
    assert outcomes.count(AttemptOutcome.REACHED) == 22
    advanced_count = sum(did in STEP_OF_STATE.values() for did in came_to.values())
    assert advanced_count == 22 - list(came_to.values()).count("还没变化")
    for name, did in came_to.items():
        log = Placement.objects.get(veteran__name=name).transitions.all()
        steps = len(BEFORE[names.index(name) % 4][0]) + 1
        assert len(log) == steps + (did in STEP_OF_STATE.values()), name
    assert 60 <= taps < 90


def test_the_day_by_keys_alone(desk: Any, towns: Any, sign_in: Any, look: Any) -> None:
    for number, name in enumerate(("甲某", "乙某", "丙某")):
        _due(towns, "睦洲镇", name, "clerk", late=3 - number)
    sign_in(desk, towns["clerk"])
    desk.goto("/desk/")
    expect(desk.get_by_text("键盘：")).to_be_visible()
    desk.keyboard.press("j")
    expect(desk.get_by_role("link", name="甲某", exact=True)).to_be_focused()
    desk.keyboard.press("n")
    expect(desk.get_by_text("第1次没联系上")).to_be_visible()
    expect(desk.locator("[data-follow-up-done]")).to_be_focused()
    desk.keyboard.press("Tab")  # a mistake
    look(desk, "day-mistake")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="甲某", exact=True)).to_be_focused()
    desk.keyboard.press("n")
    expect(desk.get_by_text("第1次没联系上")).to_be_visible()
    desk.keyboard.press("j")
    expect(desk.get_by_role("link", name="乙某", exact=True)).to_be_focused()
    desk.keyboard.press("c")
    expect(_row(desk, "乙某").locator("[data-dial]")).to_be_focused()
    look(desk, "day-keys")
    desk.keyboard.press("r")
    expect(_row(desk, "乙某").get_by_role("button", name="还没变化")).to_be_focused()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("已联系上，记录面试。")).to_be_visible()
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    expect(desk.get_by_label("勾选 丙某")).to_be_checked()
    desk.keyboard.press("k")
    expect(desk.locator("[data-follow-up-done]").last).not_to_be_focused()
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="回访：丙某")).to_be_visible()
    look(desk)


def test_without_javascript_every_tap_is_a_form(no_js: Any, towns: Any, sign_in: Any, look: Any) -> None:
    calls = [_due(towns, "睦洲镇", name, "clerk") for name in ("甲某", "乙某", "丙某")]
    phone = calls[0].placement.veteran.phone
    page = no_js
    sign_in(page, towns["clerk"])
    page.goto("/desk/")
    look(page, "day-no-js")
    _row(page, "甲某").get_by_role("button", name="打电话").click()
    expect(page.get_by_role("link", name=phone)).to_have_attribute("href", f"tel:{phone}")
    look(page, "dial-no-js")
    page.goto("/desk/")
    _row(page, "甲某").locator("summary", has_text="联系上了").click()
    _row(page, "甲某").get_by_role("button", name="已面试").click()
    expect(page.get_by_text("甲某：已联系上，记录面试。下次回访")).to_be_visible()
    page.get_by_label("勾选 乙某").check()
    page.get_by_label("勾选 丙某").check()
    page.get_by_role("button", name="勾选的都没联系上").click()
    expect(page.get_by_text("已记录2人没联系上")).to_be_visible()
