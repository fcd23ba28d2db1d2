"""Scenarios 3 and 10 in Chromium: a town's clerk and the neighbours, and a clerk who was moved last week."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.accounts.actions import appoint, end_appointment
from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.follow_ups.enums import FollowUpState
from portal.placements import actions as placements
from portal.placements.enums import PlacementState
from tests.factories import make_position, make_staff, make_user, make_veteran

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def towns(city: Any) -> Any:
    """睦洲镇 and 司前镇: a clerk, a person with an account, an intention and a call due today in each."""
    world = SimpleNamespace(stations=city)
    world.clerk = make_staff(city["睦洲镇"], StationRole.CLERK, name="李秀珍")
    world.neighbour = make_staff(city["司前镇"], StationRole.CLERK, name="梁伟强")
    world.operator = make_staff(city["江门市"], StationRole.OPERATOR, name="周敏")
    world.ours = make_veteran(station=city["睦洲镇"], name="陈建国", account=make_user("陈建国"))
    world.theirs = make_veteran(station=city["司前镇"], name="黄志明", account=make_user("黄志明"))
    world.our_intention, world.their_intention = (
        placements.declare(veteran=person, position=make_position(), by=clerk)
        for person, clerk in ((world.ours, world.clerk), (world.theirs, world.neighbour))
    )
    for intention in (world.our_intention, world.their_intention):
        call = intention.follow_ups.earliest("due_on")
        call.due_on = call.call_on = timezone.localdate()
        call.save()
    world.our_call = world.our_intention.follow_ups.earliest("due_on")
    world.their_call = world.their_intention.follow_ups.earliest("due_on")
    return world


def _record(window: Page, look: Any, outcome: str, note: str, step: str = "") -> None:
    """One call, from the day's list."""
    window.goto("/desk/")
    look(window)
    window.get_by_role("link", name=re.compile("^陈建国")).click()
    window.get_by_label(outcome).check()
    if step:
        window.get_by_label("联系上时：有什么进展").select_option(label=step)
    window.get_by_label("说明").fill(note)
    look(window)
    window.get_by_role("button", name="保存").click()
    window.wait_for_load_state("load")
    look(window)


@pytest.mark.must("files.6")
@pytest.mark.parametrize("width", [390, 1280])
def test_scenario_three_a_clerk_makes_the_days_calls(
    towns: Any, open_page: Any, sign_in: Any, look: Any, figure: Any, width: Any
) -> None:
    window = open_page(width=width)
    sign_in(window, towns.clerk)
    window.goto("/desk/")
    expect(window.get_by_text("要打的回访电话（1）")).to_be_visible()
    expect(window.get_by_text("黄志明")).to_have_count(0)
    for tries in (1, 2):
        _record(window, look, "未联系上", "无人接听")
        towns.our_call.refresh_from_db()
        assert (towns.our_call.tries, towns.our_call.state) == (tries, FollowUpState.PENDING)
    _record(window, look, "已联系上", "已去面试", step="记录面试")
    towns.our_call.refresh_from_db()
    towns.our_intention.refresh_from_db()
    assert towns.our_call.state == FollowUpState.DONE
    assert towns.our_intention.state == PlacementState.INTERVIEWED
    figure("scenario 3: three calls recorded")


@pytest.mark.must("files.6")
def test_scenario_three_the_neighbours_people_are_found_by_no_way(
    towns: Any, desk: Any, sign_in: Any, look: Any, figure: Any
) -> None:
    sign_in(desk, towns.clerk)
    search_texts = ("黄志明", towns.theirs.phone, towns.theirs.id_last4)
    for words in search_texts:
        desk.goto("/desk/veterans/")
        desk.get_by_label("姓名、手机号或身份证后四位").fill(words)
        desk.get_by_role("button", name="查询").click()
        desk.wait_for_load_state("load")
        expect(desk.locator("tbody").get_by_text("黄志明")).to_have_count(0)
    look(desk)
    # By address and by API: asked with the browser's own session.
    paths = {
        f"/desk/veterans/{towns.theirs.pk}/": 403,
        f"/api/v1/veterans/{towns.theirs.pk}": 404,
        f"/desk/placements/{towns.their_intention.pk}/": 404,
        f"/desk/follow-ups/{towns.their_call.pk}/": 404,
        f"/api/v1/placements/{towns.their_intention.pk}": 404,
        "/api/v1/veterans?name=黄志明&purpose=核对": 403,
    }
    answers = {path: desk.request.get(path).status for path in paths}
    assert answers == paths
    refusals = AccessLog.objects.filter(kind=AccessKind.REFUSED, file_id=towns.theirs.pk, actor=towns.clerk)
    assert refusals.count() == 2
    assert AuditEvent.objects.filter(verb="web.refused", actor_id=towns.clerk.pk).count() == len(paths)
    figure(f"{len(search_texts)} searches and {len(paths)} addresses refused and logged")


@pytest.mark.must("files.6")
def test_scenario_ten_a_clerk_moved_last_week_opens_a_bookmark(
    towns: Any, desk: Any, open_page: Any, sign_in: Any, look: Any, figure: Any
) -> None:
    bookmark = f"/desk/veterans/{towns.ours.pk}/"
    sign_in(desk, towns.clerk)
    desk.goto(bookmark)
    look(desk)
    expect(desk.get_by_role("heading", level=1)).to_contain_text("陈建国")
    last_week = timezone.localdate() - timedelta(days=7)
    end_appointment(appointment=towns.clerk.appointments.get(), by=towns.operator, last_day=last_week)
    appoint(
        user=towns.clerk,
        station=towns.stations["司前镇"],
        role=StationRole.CLERK,
        by=towns.operator,
        starts_on=last_week + timedelta(days=1),
    )
    # The session of before the move is still open: the bookmark is what is refused, not the person.
    answer = desk.goto(bookmark)
    assert answer is not None
    assert answer.status == 403
    expect(desk.get_by_text("不在您现任服务站的辖区内")).to_be_visible()
    expect(desk.get_by_text("陈建国")).to_have_count(0)
    look(desk, "desk-veterans-refused")
    desk.goto("/desk/veterans/")
    expect(desk.get_by_role("link", name="黄志明")).to_be_visible()
    expect(desk.get_by_text("陈建国")).to_have_count(0)
    look(desk)
    own = open_page(width=390)
    sign_in(own, towns.ours.account)
    own.goto("/me/access-log/")
    expect(own.get_by_text("越权访问被拒绝")).to_be_visible()
    expect(own.get_by_text("李秀珍").first).to_be_visible()
    look(own)
    figure("scenario 10: refused, told why, and the person reads who tried")
