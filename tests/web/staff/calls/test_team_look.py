"""Pages of the team, cover, intervals, absence and calendar in Chromium, wide and on a phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.follow_ups import attempts
from portal.follow_ups.absences import record_absence
from portal.follow_ups.covers import arrange_cover
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome
from portal.follow_ups.models import FollowUp
from portal.placements import actions
from tests.factories import make_position, make_staff, make_stations, make_veteran

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [390, 1280])
def test_team_pages_look_right(open_page: Any, sign_in: Any, look: Any, width: Any) -> None:
    stations, today = make_stations(), timezone.localdate()
    operator = make_staff(stations["江门市"], StationRole.OPERATOR, name="周敏")
    clerk = make_staff(stations["睦洲镇"], name="李秀珍")
    colleague = make_staff(stations["睦洲镇"], name="同事")
    person = make_veteran(station=stations["睦洲镇"])
    placement = actions.declare(veteran=person, position=make_position(), by=clerk)
    late = placement.follow_ups.earliest("due_on")
    FollowUp.objects.filter(pk=late.pk).update(
        call_on=today - timedelta(days=2), clerk=clerk, escalation_level=1
    )
    first, second = (
        actions.declare(
            veteran=make_veteran(station=stations["睦洲镇"], name=name), position=make_position(), by=clerk
        ).follow_ups.earliest("due_on")
        for name in ("何家明", "谭志文")
    )
    FollowUp.objects.filter(pk=first.pk).update(call_on=today)
    attempts.record_call(follow_up=second, by=colleague, outcome=AttemptOutcome.REACHED)
    arrange_cover(
        clerk=clerk,
        cover=colleague,
        starts_on=today,
        ends_on=today + timedelta(days=2),
        by=clerk,
        reason="年休假",
    )
    page = open_page(width=width)
    sign_in(page, operator)
    for path, name in (
        ("/desk/?whose=all", "day-all"),
        ("/desk/team/", "team"),
        (f"/desk/team/?station={stations['睦洲镇'].pk}", "team-town"),
        ("/desk/team/calls/", "team-calls"),
        (f"/desk/team/calls/?state=due&clerk={clerk.pk}&whose=shared", "team-calls-shared"),
        (f"/desk/team/calls/?state=due&clerk={clerk.pk}&whose=&own=on", "team-calls-none"),
        ("/desk/team/calls/?state=made", "team-calls-made"),
        ("/desk/covers/", "covers"),
        ("/desk/follow-up-rules/", "follow-up-rules"),
        ("/desk/calendar/", "calendar"),
    ):
        page.goto(path)
        look(page, name)
    page.get_by_role("button", name="生成订阅地址").click()
    page.get_by_label("订阅地址").wait_for()
    look(page, "calendar-address")
    record_absence(veteran=person, reason=AbsenceReason.ILL, until=today + timedelta(days=9), by=clerk)
    page.goto(f"/desk/follow-ups/{late.pk}/absence/")
    look(page, "absence")
