"""Team pages of a head: counts, assignment, cover, intervals and absences."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.follow_ups import attempts
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome, FollowUpKind, FollowUpState
from portal.follow_ups.models import Absence, Cover, FollowUp, FollowUpRule
from portal.placements import actions
from portal.reports.workload import CallCounts, calls_below, clerk_workloads, rank_clerks, station_workloads
from portal.stations.models import Station
from tests.factories import make_position, make_staff, make_veteran
from tests.harness.browser import signed_in_client

pytestmark = pytest.mark.django_db

TEAM, CALLS, ASSIGN, COVERS, RULES = (
    reverse(f"staff:{name}") for name in ("team", "team-calls", "team-assign", "covers", "follow-up-rules")
)


@pytest.fixture
def colleague(stations: dict[str, Station]) -> Any:
    return make_staff(stations["睦洲镇"], StationRole.CLERK, name="同事")


@pytest.fixture
def neighbour(stations: dict[str, Station]) -> Any:
    return make_staff(stations["司前镇"], StationRole.CLERK, name="梁伟强")


@pytest.fixture
def head(stations: dict[str, Station]) -> Any:
    return make_staff(stations["新会区"], StationRole.HEAD, name="县站长")


def _messages(page: Any) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def _days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


# --- counts ----------------------------------------------------------------------------------------------
def test_team_counts_by_station(
    stations: dict[str, Station], operator: User, head: Any, make_call: Any
) -> None:
    make_call(late=3)
    make_call(late=0)
    make_call(late=-2)
    make_call(late=-20)
    make_call(town="南安村", late=9, escalation_level=1, station=stations["睦洲镇"])
    make_call(town="司前镇", late=1)
    completed = make_call(town="司前镇")
    attempts.record_call(follow_up=completed, by=operator, outcome=AttemptOutcome.REACHED)
    county = stations["新会区"]
    total, own, *rows = station_workloads(county, county.get_children(), head)
    assert total.counts == CallCounts(due=4, overdue=3, escalated=1, upcoming=1, completed=1)
    assert own.counts == CallCounts()
    assert {row.station.region.name: row.counts for row in rows} == {
        "睦洲镇": CallCounts(due=3, overdue=2, escalated=1, upcoming=1),
        "司前镇": CallCounts(due=1, overdue=1, completed=1),
    }
    _, own, village = station_workloads(stations["睦洲镇"], stations["睦洲镇"].get_children(), operator)
    assert (own.counts.due, village.counts) == (2, CallCounts(due=1, overdue=1, escalated=1))


def test_team_counts_by_clerk(
    stations: dict[str, Station], clerk: User, colleague: Any, neighbour: Any, head: Any, make_call: Any
) -> None:
    make_call(late=2, clerk=clerk)
    make_call(clerk=clerk)
    make_call(town="南安村")
    make_call(town="南安村")
    make_call(escalation_level=1, station=stations["新会区"])
    make_call(town="司前镇", clerk=neighbour)
    completed = make_call()
    attempts.record_call(follow_up=completed, by=colleague, outcome=AttemptOutcome.REFUSED)
    calls = calls_below(stations["新会区"], head)
    people = User.objects.filter(pk__in=[clerk.pk, colleague.pk, neighbour.pk, head.pk])
    rows = [
        (row.clerk.name, row.due, row.overdue, row.unassigned, row.completed)
        for row in clerk_workloads(calls, rank_clerks(calls, people))
    ]
    # The most that is late first, then the most that is due, then what is nobody's at their desk.
    assert rows == [
        ("李秀珍", 2, 1, 2, 0),
        ("梁伟强", 1, 0, 0, 0),
        ("同事", 0, 0, 2, 1),
        ("县站长", 0, 0, 1, 0),
    ]


def test_team_page_opens_child_stations(
    client_for: Any, stations: dict[str, Station], head: Any, clerk: User, make_call: Any
) -> None:
    make_call(late=3)
    page = client_for(head).get(TEAM)
    html = page.content.decode()
    assert page.context["total"].overdue == 1
    assert "睦洲镇退役军人服务站" in html
    assert "李秀珍" in html
    below = client_for(head).get(TEAM, {"station": stations["睦洲镇"].pk})
    assert [label for label, _ in below.context["crumbs"]] == [
        stations["新会区"].name,
        stations["睦洲镇"].name,
    ]
    assert "南安村" in below.content.decode()
    for name in ("蓬江区", "江门市"):
        assert client_for(head).get(TEAM, {"station": stations[name].pk}).status_code == 404
    assert client_for(head).get(TEAM, {"station": "x"}).status_code == 400
    assert client_for(clerk).get(TEAM).status_code == 403


def test_team_pages_query_count_is_constant(
    client: Client,
    operator: User,
    stations: dict[str, Station],
    clerk: User,
    make_call: Any,
    same_queries: Any,
) -> None:
    client.cookies = signed_in_client(operator).cookies
    make_call(late=2, clerk=clerk)

    def grow() -> None:
        for n in range(12):
            make_call(late=n + 1, clerk=make_staff(stations["睦洲镇"], name=f"员工{n}"))
            make_call(town="司前镇", late=n)

    county = stations["新会区"].pk
    assert same_queries(f"{TEAM}?station={county}", grow, at_most=30) > 5
    assert same_queries(f"{CALLS}?station={county}", grow, at_most=30) > 5
    params = f"{CALLS}?station={county}&state=due&clerk={clerk.pk}&whose=shared"
    assert same_queries(params, grow, at_most=30) > 5

    def make() -> None:
        for _ in range(12):
            completed = make_call()
            attempts.record_call(follow_up=completed, by=clerk, outcome=AttemptOutcome.REACHED)

    make()
    assert same_queries(f"{CALLS}?station={county}&state=made&own=", make, at_most=30) > 5
    me = make_staff(stations["新会区"], StationRole.HEAD, name="代班的人")

    Cover.objects.create(clerk=clerk, cover=me, starts_on=_days(0), ends_on=_days(3), by=operator)

    def cover() -> None:
        for user in User.objects.filter(name__startswith="员工"):
            Cover.objects.create(clerk=user, cover=me, starts_on=_days(0), ends_on=_days(3), by=operator)

    assert same_queries(COVERS, cover, at_most=30) > 5


# --- giving calls to others ------------------------------------------------------------------------------
def test_many_follow_ups_are_assigned_at_once(
    client_for: Any, head: Any, clerk: User, make_call: Any
) -> None:
    calls = [make_call(late=n) for n in range(3)]
    page = client_for(head).post(
        ASSIGN, {"pk": [call.pk for call in calls[:2]], "clerk": clerk.pk, "next": CALLS}, follow=True
    )
    assert "已把2个回访交给李秀珍。" in _messages(page)
    assert list(FollowUp.objects.order_by("pk").values_list("clerk", flat=True)) == [clerk.pk, clerk.pk, None]
    back = client_for(head).post(ASSIGN, {"pk": calls[0].pk, "clerk": ""}, follow=True)
    assert "改为不指定经办人" in _messages(back)
    assert "请先勾选" in _messages(client_for(head).post(ASSIGN, {"clerk": clerk.pk}, follow=True))


def test_assignment_is_all_or_nothing(client_for: Any, head: Any, neighbour: Any, make_call: Any) -> None:
    ours, theirs = make_call(), make_call(town="司前镇")
    page = client_for(head).post(ASSIGN, {"pk": [theirs.pk, ours.pk], "clerk": neighbour.pk}, follow=True)
    assert "没有交出：梁伟强不负责此人所在的服务站。" in _messages(page)
    assert not FollowUp.objects.exclude(clerk=None).exists()


def test_head_cannot_assign_follow_ups_of_neighbours(
    client_for: Any, stations: dict[str, Station], clerk: User, neighbour: Any, make_call: Any
) -> None:
    theirs = make_call(town="司前镇", late=4)
    town_head = client_for(make_staff(stations["睦洲镇"], StationRole.HEAD, name="镇站长"))
    town_head.post(ASSIGN, {"pk": theirs.pk, "clerk": clerk.pk})
    theirs.refresh_from_db()
    assert theirs.clerk is None
    page = town_head.get(CALLS, {"state": "pending"})
    assert theirs.placement.veteran.name not in page.content.decode()
    assert "梁伟强" not in page.content.decode()
    assert town_head.get(CALLS, {"station": stations["司前镇"].pk}).status_code == 404
    assert client_for(clerk).post(ASSIGN, {"pk": theirs.pk}).status_code == 403


def test_follow_up_list_filters(client_for: Any, head: Any, clerk: User, make_call: Any) -> None:
    late = make_call(late=2)
    today = make_call(clerk=clerk, kind=FollowUpKind.FIRST_DAY)
    later = make_call(late=-3)
    last = make_call(late=-8)
    escalated = make_call(late=9, escalation_level=1)

    def listed(**params: Any) -> set[int]:
        return {row.pk for row in client_for(head).get(CALLS, params).context["page"]}

    assert listed() == {late.pk, escalated.pk}
    assert listed(state="due") == {late.pk, escalated.pk, today.pk}
    assert listed(state="coming") == {later.pk}
    assert listed(state="pending") == {late.pk, escalated.pk, today.pk, later.pk, last.pk}
    assert listed(state="raised") == {escalated.pk}
    assert listed(state="due", clerk=clerk.pk) == {today.pk}
    assert listed(state="due", clerk="none") == {late.pk, escalated.pk}
    assert listed(state="due", kind="first_day") == {today.pk}
    assert listed(state="nonsense", clerk="99999999") == {late.pk, escalated.pk}


# --- cover -----------------------------------------------------------------------------------------------
def test_cover_is_arranged_and_ended_by_head(
    client_for: Any, head: Any, clerk: User, colleague: Any, make_call: Any
) -> None:
    call = make_call(clerk=clerk)
    form = {
        "clerk": clerk.pk,
        "cover": colleague.pk,
        "starts_on": _days(0),
        "ends_on": _days(3),
        "reason": "年休假",
    }
    page = client_for(head).post(COVERS, form, follow=True)
    assert "已安排：同事代李秀珍。" in _messages(page)
    assert FollowUp.objects.due().assigned_to(colleague).get() == call
    assert "今天由同事代班" in client_for(head).get(TEAM).content.decode()
    again = client_for(head).post(COVERS, form)
    assert "已经安排了代班" in again.content.decode()
    assert 'value="年休假"' in again.content.decode()
    cover = Cover.objects.get()
    response = client_for(head).post(reverse("staff:cover-end", args=[cover.pk]), follow=True)
    assert "代班已结束" in _messages(response)
    assert not FollowUp.objects.due().assigned_to(colleague).exists()


def test_clerk_arranges_only_own_cover(client_for: Any, clerk: User, colleague: Any, neighbour: Any) -> None:
    desk = client_for(clerk)
    days = {"starts_on": _days(0), "ends_on": _days(1)}
    assert client_for(colleague).get(COVERS).status_code == 200
    other = desk.post(COVERS, {"clerk": colleague.pk, "cover": clerk.pk, **days})
    assert "选择一个有效的选项" in other.content.decode()
    assert "梁伟强" not in other.content.decode()
    beside = desk.post(COVERS, {"clerk": clerk.pk, "cover": neighbour.pk, **days})
    assert "选择一个有效的选项" in beside.content.decode()
    assert not Cover.objects.exists()
    desk.post(COVERS, {"clerk": clerk.pk, "cover": colleague.pk, **days})
    cover = Cover.objects.get()
    end = reverse("staff:cover-end", args=[cover.pk])
    assert client_for(neighbour).post(end).status_code == 404
    assert client_for(colleague).post(end).status_code == 302
    assert not Cover.objects.exists()


# --- the city's rules ------------------------------------------------------------------------------------
def test_city_operator_sets_intervals(client_for: Any, operator: User, make_call: Any) -> None:
    desk = client_for(operator)
    page = desk.post(RULES, {"kind": "after_fair", "after_fair-days": "2、5，9 30"}, follow=True)
    assert "意向回访：第 2、5、9、30 天。" in _messages(page)
    assert FollowUpRule.objects.get().days == [2, 5, 9, 30]
    placement = actions.declare(veteran=make_veteran(), position=make_position(), by=operator)
    assert [(row.due_on - _days(0)).days for row in placement.follow_ups.order_by("due_on")] == [2, 5, 9, 30]
    none = desk.post(RULES, {"kind": "after_interview", "after_interview-days": ""}, follow=True)
    assert "不再安排" in _messages(none)


@pytest.mark.parametrize(("value", "message"), [("三天", "请填写天数"), ("1 9999", "之间的天数")])
def test_invalid_intervals_are_kept_with_error(
    client_for: Any, operator: User, value: Any, message: Any
) -> None:
    page = client_for(operator).post(RULES, {"kind": "after_fair", "after_fair-days": value})
    assert message in page.content.decode()
    assert f'value="{value}"' in page.content.decode()
    assert not FollowUpRule.objects.exists()


def test_only_city_operator_sets_intervals(client_for: Any, stations: dict[str, Station], head: Any) -> None:
    county = make_staff(stations["新会区"], StationRole.OPERATOR, name="县操作")
    for user in (head, county):
        assert client_for(user).get(RULES).status_code == 403
    assert client_for(make_staff(stations["江门市"], StationRole.OPERATOR)).post(
        RULES, {"kind": "contradiction"}
    ).status_code == 400  # fmt: skip


# --- somebody away ---------------------------------------------------------------------------------------
def test_absence_postpones_follow_ups(client_for: Any, clerk: User, make_call: Any) -> None:
    call = make_call(late=2)
    desk, url = client_for(clerk), reverse("staff:follow-up-absence", args=[call.pk])
    other = desk.post(url, {"until": _days(5), "reason": "other"})
    assert "请写明原因" in other.content.decode()
    assert (
        "请选今天到一年之内的日期" in desk.post(url, {"until": _days(-1), "reason": "ill"}).content.decode()
    )
    page = desk.post(url, {"until": _days(5), "reason": "training", "next": "/desk/?whose=all"}, follow=True)
    assert page.redirect_chain[-1][0] == "/desk/?whose=all"
    assert "为止不再联系" in _messages(page)
    call.refresh_from_db()
    assert (call.state, call.call_on) == (FollowUpState.PENDING, _days(6))
    assert page.context["rows"] == []
    absence = Absence.objects.get()
    assert absence.reason == AbsenceReason.TRAINING
    assert "从今天起可以联系" in desk.get(url).content.decode()
    assert "登记了暂不联系" in desk.get(reverse("staff:follow-up", args=[call.pk])).content.decode()
    desk.post(reverse("staff:absence-end", args=[absence.pk]))
    call.refresh_from_db()
    assert call.call_on == _days(0)
    assert "已经结束" in _messages(desk.post(reverse("staff:absence-end", args=[absence.pk]), follow=True))


def test_neighbour_cannot_end_absence(client_for: Any, clerk: User, neighbour: Any, make_call: Any) -> None:
    call = make_call()
    form = {"until": _days(5), "reason": "training"}
    url = reverse("staff:follow-up-absence", args=[call.pk])
    assert client_for(neighbour).post(url, form).status_code == 404
    client_for(clerk).post(url, form)
    end = reverse("staff:absence-end", args=[Absence.objects.get().pk])
    assert client_for(neighbour).post(end).status_code == 404
    assert Absence.objects.get().ended_at is None
