"""Day page of a clerk: order of follow-ups, one-tap outcomes, undo, assignment."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, User
from portal.accounts.roles import StationRole
from portal.follow_ups import attempts
from portal.follow_ups.enums import AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import Cover, FollowUp
from portal.placements import actions
from portal.placements.enums import PlacementState
from portal.stations.models import Station
from tests.factories import make_position, make_staff, make_veteran
from tests.harness.browser import signed_in_client

pytestmark = pytest.mark.django_db

DAY = "/desk/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client_for: Any, clerk: User) -> Any:
    return client_for(clerk)


def _names(page: Any) -> list[str]:
    return [row.follow_up.placement.veteran.name for row in page.context["rows"]]


def _url(name: Any, call: Any) -> str:
    return reverse(f"staff:follow-up-{name}", args=[call.pk])


def _messages(page: Any) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def test_day_orders_follow_ups_by_urgency(desk: Any, clerk: User, make_call: Any) -> None:
    make_call("明天", late=-1)
    make_call("今天的意向")
    make_call("逾期九天的意向", late=9)
    make_call("逾期九天试过", late=9, tries=1)
    make_call("到岗", kind=FollowUpKind.FIRST_DAY)
    make_call("稳岗逾期", late=2, kind=FollowUpKind["RETENTION_3M"])
    make_call("核实", late=1, kind=FollowUpKind.CONTRADICTION)
    make_call("约好今天", due_late=20)
    attempted = make_call("刚才没人接", late=30, kind=FollowUpKind["RETENTION_1M"])
    attempts.record_call(follow_up=attempted, by=clerk, outcome=AttemptOutcome.NOT_REACHED)
    assert _names(desk.get(DAY)) == [
        "约好今天",
        "稳岗逾期",
        "核实",
        "到岗",
        "逾期九天的意向",
        "逾期九天试过",
        "今天的意向",
        "刚才没人接",
    ]


def test_phone_is_shown_in_one_response_and_access_is_logged(desk: Any, clerk: User, make_call: Any) -> None:
    call = make_call("陈建国")
    person = call.placement.veteran
    assert person.phone not in desk.get(DAY).content.decode()
    response = desk.post(_url("call", call), headers=HTMX)
    assert f'href="tel:{person.phone}"' in response.content.decode()
    assert "<html" not in response.content.decode()
    look = AccessLog.objects.get(kind=AccessKind.REVEAL)
    assert (look.actor, look.file_id, look.kind, look.field) == (
        clerk,
        person.pk,
        AccessKind.REVEAL,
        "手机号码",
    )
    assert look.reason == f"意向回访（应于{call.due_on:%Y-%m-%d}）"
    assert f'href="tel:{person.phone}"' in desk.post(_url("call", call)).content.decode()
    assert AccessLog.objects.filter(kind=AccessKind.REVEAL).count() == 2
    assert person.phone not in desk.get(reverse("staff:follow-up", args=[call.pk])).content.decode()


def test_one_tap_records_step_and_names_next_follow_up(desk: Any, make_call: Any) -> None:
    call = make_call("陈建国")
    html = desk.post(_url("outcome", call), {"did": "reached:interview"}, headers=HTMX).content.decode()
    call.refresh_from_db()
    assert (call.state, call.placement.state) == (FollowUpState.DONE, PlacementState.INTERVIEWED)
    following = call.placement.follow_ups.get(state=FollowUpState.PENDING)
    assert f"下次回访 {following.call_on.month}月{following.call_on.day}日" in html
    assert "面试结果回访" in html
    assert "点错了，撤销" in html


def test_call_without_update_schedules_next(desk: Any, make_call: Any) -> None:
    call = make_call("陈建国")
    page = desk.post(_url("outcome", call), {"did": "reached:"}, follow=True)
    again = call.placement.follow_ups.get(state=FollowUpState.PENDING)
    assert again.call_on == timezone.localdate() + timedelta(days=14)
    day = f"{again.call_on.month}月{again.call_on.day}日"
    assert f"陈建国：已联系上，还没变化。下次回访 {day}" in _messages(page)
    assert "再次联系" in _messages(page)
    call.refresh_from_db()
    assert (call.state, call.placement.state) == (FollowUpState.DONE, PlacementState.INTENDED)


def test_three_unsuccessful_attempts_end_follow_up(desk: Any, make_call: Any) -> None:
    call = make_call("陈建国")
    words = [
        _messages(desk.post(_url("outcome", call), {"did": "not_reached"}, follow=True)) for _ in range(3)
    ]
    assert "第1次没联系上，还会留在清单里" in words[0]
    assert "试了3次都没联系上" in words[2]
    call.refresh_from_db()
    assert (call.state, call.tries) == (FollowUpState.DONE, 3)


def test_wrong_number_links_to_identity_form(desk: Any, make_call: Any) -> None:
    call = make_call("陈建国")
    edit = reverse("staff:veteran-edit", args=[call.placement.veteran_id, "identity"])
    assert desk.post(_url("outcome", call), {"did": "wrong_number"}).headers["Location"] == edit
    other = make_call("黄志明")
    edit = reverse("staff:veteran-edit", args=[other.placement.veteran_id, "identity"])
    html = desk.post(_url("outcome", other), {"did": "wrong_number"}, headers=HTMX).content.decode()
    assert f'href="{edit}"' in html


@pytest.mark.parametrize("did", ["", "danced", "reached:retain_12m", "reached:leave", "reached:nothing"])
def test_unavailable_outcome_records_nothing(desk: Any, make_call: Any, did: Any) -> None:
    call = make_call("陈建国")
    row = desk.post(_url("outcome", call), {"did": did}, headers=HTMX)
    assert row.status_code == 200
    assert 'role="alert"' in row.content.decode()
    assert "data-follow-up" in row.content.decode()
    assert _messages(desk.post(_url("outcome", call), {"did": did}, follow=True)).startswith("陈建国：")
    call.refresh_from_db()
    assert (call.state, call.tries) == (FollowUpState.PENDING, 0)


def test_row_reports_follow_up_finished_meanwhile(desk: Any, clerk: User, make_call: Any) -> None:
    call = make_call("陈建国")
    attempts.record_call(follow_up=call, by=clerk, outcome=AttemptOutcome.REFUSED)
    row = desk.post(_url("outcome", call), {"did": "not_reached"}, headers=HTMX).content.decode()
    assert "这条回访已经完成或取消" in row


def test_latest_completed_retention_step_is_offered(desk: Any, clerk: User, make_call: Any) -> None:
    today = timezone.localdate()
    call = make_call("陈建国", kind=FollowUpKind["RETENTION_3M"])
    for step in ("interview", "offer", "onboard"):
        actions.advance(placement=call.placement, step=step, by=clerk, on=today - timedelta(days=95))
    FollowUp.objects.filter(placement=call.placement).exclude(kind=FollowUpKind["RETENTION_3M"]).delete()
    (row,) = desk.get(DAY).context["rows"]
    assert [button.step for button in row.buttons] == ["retain_3m"]
    assert row.can_leave
    desk.post(_url("outcome", row.follow_up), {"did": "reached:retain_3m"})
    call.placement.refresh_from_db()
    assert call.placement.state == PlacementState["RETAINED_3M"]


def test_onboarding_uses_planned_first_day(desk: Any, clerk: User, make_call: Any) -> None:
    call = make_call("陈建国")
    offered_on = timezone.localdate() - timedelta(days=5)
    placement = actions.advance(placement=call.placement, step="offer", by=clerk, on=offered_on)
    placement.planned_first_day = timezone.localdate() - timedelta(days=2)
    placement.save()
    call = placement.follow_ups.filter(state=FollowUpState.PENDING).first()
    desk.post(_url("outcome", call), {"did": "reached:onboard"})
    placement.refresh_from_db()
    assert (placement.state, placement.onboarded_on) == (
        PlacementState.ONBOARDED,
        placement.planned_first_day,
    )


def test_onboarding_offers_to_close_other_intentions(desk: Any, clerk: User, make_call: Any) -> None:
    call = make_call("陈建国")
    placement = actions.advance(placement=call.placement, step="offer", by=clerk)
    pending = placement.follow_ups.filter(state=FollowUpState.PENDING)
    pending.update(call_on=timezone.localdate())
    (only_row,) = desk.get(DAY).context["rows"]
    assert [button.value for button in only_row.buttons if button.step == "onboard"] == ["reached:onboard"]
    other = actions.declare(veteran=placement.veteran, position=make_position(), by=clerk)
    (row,) = desk.get(DAY).context["rows"]
    assert [button.label for button in row.buttons if button.step == "onboard"] == [
        "今天入职，其他意向结束",
        "今天入职，其他意向保留",
    ]
    desk.post(_url("outcome", row.follow_up), {"did": "reached:onboard:close"})
    other.refresh_from_db()
    assert (other.state, other.closed_by) == (PlacementState.LAPSED, placement)
    page = desk.get(reverse("staff:placement", args=[other.pk])).content.decode()
    assert "恢复这份意向" in page
    reopen = reverse("staff:placement-reopen", args=[other.pk])
    assert "已恢复：已登记意向" in _messages(desk.post(reopen, follow=True))
    assert "不能这样恢复" in _messages(desk.post(reopen, follow=True))
    other.refresh_from_db()
    assert other.state == PlacementState.INTENDED


def test_form_has_fields_of_available_steps(desk: Any, clerk: User, make_call: Any) -> None:
    call = make_call("陈建国")
    url, today = reverse("staff:follow-up", args=[call.pk]), timezone.localdate()
    first = today + timedelta(days=6)
    form = {"outcome": "reached", "step": "offer", "on": today, "planned_first_day": first}
    assert "planned_first_day" in desk.get(url).content.decode()
    assert "wants_another" not in desk.get(url).content.decode()
    desk.post(url, form)
    placement = call.placement
    placement.refresh_from_db()
    assert (placement.state, placement.planned_first_day) == (PlacementState.OFFERED, first)
    actions.advance(placement=placement, step="onboard", by=clerk)
    visit = placement.follow_ups.filter(state=FollowUpState.PENDING).first()
    url = reverse("staff:follow-up", args=[visit.pk])
    assert '<option value="leave" selected' in desk.get(url, {"step": "leave"}).content.decode()
    form = {"outcome": "reached", "step": "leave", "on": today, "note": "离家太远", "wants_another": "yes"}
    page = desk.post(url, form, follow=True)
    placement.refresh_from_db()
    assert (placement.state, placement.wants_another) == (PlacementState.LEFT, True)
    assert "再就业回访" in _messages(page)


def test_undo_of_step_adds_correction(desk: Any, make_call: Any) -> None:
    call = make_call("陈建国")
    desk.post(_url("outcome", call), {"did": "reached:decline_by_veteran"}, headers=HTMX)
    html = desk.post(_url("take-back", call), headers=HTMX).content.decode()
    assert "已撤销，仍是“已登记意向”" in html
    placement = call.placement
    placement.refresh_from_db()
    assert placement.state == PlacementState.INTENDED
    assert [row.step for row in placement.transitions.all()] == ["declare", "decline_by_veteran", "correct"]
    again = desk.post(_url("take-back", call), follow=True)
    assert "只能撤销自己今天刚记录的进展" in _messages(again)
    placement.refresh_from_db()
    assert placement.sequence == 3


@pytest.mark.parametrize("did", ["reached:", "not_reached", "wrong_number", "refused"])
def test_undo_of_attempt_restores_row(desk: Any, make_call: Any, did: Any) -> None:
    call = make_call("陈建国")
    html = desk.post(_url("outcome", call), {"did": did}, headers=HTMX).content.decode()
    assert 'name="what" value="try"' in html
    row = desk.post(_url("take-back", call), {"what": "try"}, headers=HTMX).content.decode()
    assert 'value="not_reached"' in row
    assert "已试" not in row
    call.refresh_from_db()
    assert (call.state, call.tries) == (FollowUpState.PENDING, 0)
    again = desk.post(_url("take-back", call), {"what": "try"}, headers=HTMX).content.decode()
    assert "只能撤销自己今天最后一次记录的联系" in again


def test_follow_up_page_offers_undo_of_last_attempt(
    desk: Any, client_for: Any, stations: dict[str, Station], make_call: Any
) -> None:
    call = make_call("陈建国")
    page = reverse("staff:follow-up", args=[call.pk])
    desk.post(_url("outcome", call), {"did": "refused"})
    assert "点错了，撤销“拒绝回访”" in desk.get(page).content.decode()
    colleague = client_for(make_staff(stations["睦洲镇"], name="同事"))
    assert "点错了" not in colleague.get(page).content.decode()
    html = _messages(desk.post(_url("take-back", call), {"what": "try"}, follow=True))
    assert "陈建国：已撤销，这条回访还在清单里。" in html
    response = desk.get(page).content.decode()
    assert "（点错，已撤销）" in response
    assert "点错了，撤销" not in response


def test_undo_is_limited_to_own_records(
    client_for: Any, stations: dict[str, Station], desk: Any, make_call: Any
) -> None:
    call = make_call("陈建国")
    desk.post(_url("outcome", call), {"did": "reached:interview"})
    other = client_for(make_staff(stations["睦洲镇"], name="同事"))
    assert "只能撤销自己" in _messages(other.post(_url("take-back", call), follow=True))
    call.placement.refresh_from_db()
    assert call.placement.state == PlacementState.INTERVIEWED


def test_many_unsuccessful_attempts_are_recorded_at_once(
    desk: Any, stations: dict[str, Station], make_call: Any
) -> None:
    calls = [make_call(f"人{n}", tries=2 if n == 0 else 0) for n in range(3)]
    theirs = make_call("邻镇人", veteran=make_veteran(station=stations["司前镇"], name="邻镇人"))
    left = make_call("没勾选")
    page = desk.post(
        reverse("staff:follow-ups-unreached"),
        {"pk": [call.pk for call in (*calls, theirs)], "next": "/desk/?whose=all"},
        follow=True,
    )
    assert page.redirect_chain == [("/desk/?whose=all", 302)]
    assert "已记录3人没联系上，其中1人试满次数，回访结束。" in _messages(page)
    assert list(FollowUp.objects.order_by("pk").values_list("tries", flat=True)) == [3, 1, 1, 0, 0]
    assert left.tries == 0
    nothing = desk.post(reverse("staff:follow-ups-unreached"), {"pk": ["x", str(theirs.pk)]}, follow=True)
    assert "请先勾选" in _messages(nothing)


def test_own_follow_ups_include_unassigned_and_covered(
    client_for: Any, stations: dict[str, Station], clerk: User, make_call: Any
) -> None:
    colleague = make_staff(stations["睦洲镇"], name="同事")
    head = make_staff(stations["新会区"], StationRole.HEAD, name="站长")
    make_call("无人经办")
    make_call("归同事", clerk=colleague)
    make_call("南安村的", veteran=make_veteran(station=stations["南安村"], name="南安村的"))
    make_call("司前镇的", veteran=make_veteran(station=stations["司前镇"], name="司前镇的"))
    make_call("已上报", station=stations["新会区"], escalation_level=1)
    whole_town = {"无人经办", "归同事", "南安村的"}
    assert set(_names(client_for(clerk).get(DAY))) == {"无人经办", "南安村的"}
    everything = set(_names(client_for(clerk).get(DAY, {"whose": "all"})))
    assert (everything >= whole_town, "司前镇的" in everything) == (True, False)
    assert set(_names(client_for(colleague).get(DAY))) == whole_town
    # 司前镇 has no staff of its own here: its calls are the county's, like what was escalated.
    assert set(_names(client_for(head).get(DAY))) == {"司前镇的", "已上报"}
    today = timezone.localdate()
    Cover.objects.create(clerk=colleague, cover=clerk, starts_on=today, ends_on=today, by=head)
    assert set(_names(client_for(clerk).get(DAY))) == whole_town


def test_day_filters_by_kind_and_station(
    client_for: Any, stations: dict[str, Station], make_call: Any
) -> None:
    head = client_for(make_staff(stations["新会区"], StationRole.HEAD, name="站长"))
    make_call("意向", station=stations["睦洲镇"])
    make_call("到岗", kind=FollowUpKind.FIRST_DAY)
    make_call("邻镇", veteran=make_veteran(station=stations["司前镇"], name="邻镇"))
    everything = {"whose": "all"}
    assert _names(head.get(DAY, everything | {"kind": "first_day"})) == ["到岗"]
    assert _names(head.get(DAY, everything | {"station": stations["司前镇"].pk})) == ["邻镇"]
    empty = head.get(DAY, everything | {"kind": "retention_1m"})
    assert "没有符合条件的回访" in empty.content.decode()
    # Stations of others are no choice, and an unknown kind narrows nothing.
    assert len(_names(head.get(DAY, everything | {"station": stations["蓬江区"].pk}))) == 3
    assert len(_names(head.get(DAY, everything | {"kind": "x"}))) == 3


def test_day_query_count_is_constant(client: Client, clerk: User, make_call: Any, same_queries: Any) -> None:
    client.cookies = signed_in_client(clerk).cookies
    for n in range(2):
        make_call(f"先{n}", tries=1)
    assert same_queries(DAY, lambda: [make_call(f"后{n}", tries=1) for n in range(40)], at_most=25) > 5
