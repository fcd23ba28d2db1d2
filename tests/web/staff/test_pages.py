"""Pages of the staff desk: access by role, effect of decisions, query counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, Appointment
from portal.accounts.roles import StationRole
from portal.employers.enums import VerificationState
from portal.fairs.enums import BoothState
from portal.fairs.models import Booth, DoorShift, Registration
from portal.placements import actions as placements
from portal.placements.enums import PlacementState
from portal.placements.models import Placement
from portal.positions.enums import PositionState
from portal.ranking import ranking_index
from portal.veterans.models import Veteran
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_id_number,
    make_phone,
    make_position,
    make_registration,
    make_staff,
    make_user,
    make_veteran,
)
from tests.web.staff.conftest import make_due

pytestmark = pytest.mark.django_db

FILES = ("veterans", "veteran-new", "placements")
REVIEWS = ("employers", "positions")
DESK = ("booths", "fairs")
EVERY = ("day", *FILES, *REVIEWS, *DESK)


@pytest.fixture
def client_as(towns: Any, client_for: Any) -> Any:
    """Return a function that signs in new staff of the county of both towns."""

    def make(role: Any, place: Any = "新会区", **kwargs: Any) -> Any:
        return client_for(make_staff(towns.stations[place], role), **kwargs)

    return make


@pytest.mark.parametrize("name", EVERY)
def test_pages_need_sign_in_and_appointment(client: Client, client_for: Any, towns: Any, name: Any) -> None:
    url = reverse(f"staff:{name}")
    assert client.get(url).headers["Location"].startswith(reverse("public:sign-in"))
    member = make_user()
    make_employer(member=member)
    former = make_staff(towns.stations["睦洲镇"])
    Appointment.objects.filter(user=former).update(ends_on=timezone.localdate() - timedelta(days=1))
    for user in (make_veteran(account=make_user()).account, member, former):
        assert client_for(user).get(url).status_code == 403


@pytest.mark.parametrize("name", EVERY)
def test_staff_without_second_factor_are_redirected_to_setup(client_as: Any, name: Any) -> None:
    response = client_as(StationRole.OPERATOR, "江门市", second_factor=False).get(reverse(f"staff:{name}"))
    assert response.headers["Location"].startswith(reverse("public:second-factor"))


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        (StationRole.CLERK, {"day", *FILES, *DESK}),
        (StationRole.HEAD, set(EVERY)),
        (StationRole.OPERATOR, set(EVERY)),
        (StationRole.REVIEWER, {"day", *REVIEWS, *DESK}),
        (StationRole.AUDITOR, {"day"}),
        (StationRole.EDITOR, {"day"}),
    ],
)
def test_each_role_opens_only_its_pages(client_as: Any, role: Any, opens: Any) -> None:
    there = client_as(role)
    answers = {name: there.get(reverse(f"staff:{name}")).status_code for name in EVERY}
    assert answers == {name: 200 if name in opens else 403 for name in EVERY}


def test_record_page_is_logged_and_phones_are_masked(towns: Any, client_as: Any) -> None:
    html = client_as(StationRole.HEAD).get(reverse("staff:veteran", args=[towns.ours.pk])).content.decode()
    assert towns.ours.phone not in html
    assert AccessLog.objects.get().kind == AccessKind.VIEW


def test_reveal_needs_reason_and_is_logged(towns: Any, client_as: Any) -> None:
    there, url = client_as(StationRole.HEAD), reverse("staff:veteran-reveal", args=[towns.ours.pk])
    assert towns.ours.phone not in there.post(url, {"field": "phone", "reason": ""}).content.decode()
    html = there.post(url, {"field": "phone", "reason": "电话回访"}).content.decode()
    assert towns.ours.phone in html
    row = AccessLog.objects.get(kind=AccessKind.REVEAL)
    assert (row.field, row.reason) == ("手机号码", "电话回访")


def test_record_is_opened_once_per_person(towns: Any, client_for: Any) -> None:
    there, number = client_for(towns.clerk), make_id_number()
    data = {
        "name": "周文斌",
        "id_number": number,
        "phone": make_phone(),
        "station": towns.stations["睦洲镇"].pk,
    }
    there.post(reverse("staff:veteran-new"), data)
    assert Veteran.objects.get(name="周文斌").id_last4 == number[-4:]
    again = there.post(reverse("staff:veteran-new"), {**data, "phone": make_phone()})
    assert "已有档案" in again.content.decode()
    foreign = there.post(
        reverse("staff:veteran-new"),
        {**data, "id_number": make_id_number(), "station": towns.stations["司前镇"].pk},
    )
    assert "station" in foreign.context["form"].errors


def test_staff_act_on_behalf_of_veteran(towns: Any, client_for: Any) -> None:
    there, fair = client_for(towns.clerk), make_fair()
    there.post(reverse("staff:veteran-register", args=[towns.ours.pk]), {"fair": fair.pk})
    assert Registration.objects.get().veteran == towns.ours
    position = make_position(title="叉车司机")
    there.post(reverse("staff:veteran-declare", args=[towns.ours.pk]), {"position": position.pk})
    assert Placement.objects.filter(veteran=towns.ours, position=position).exists()


def test_employer_is_verified_or_refused(client_as: Any) -> None:
    there = client_as(StationRole.REVIEWER)
    good, bad, foreign_place = (make_employer(verified=False) for _ in range(3))
    url = reverse("staff:employer", args=[good.pk])
    assert "至少勾选一项" in there.post(url, {"decision": "verify"}).content.decode()
    there.post(url, {"decision": "verify", "evidence": ["licence"]})
    there.post(reverse("staff:employer", args=[bad.pk]), {"decision": "refuse", "reason": "执照不清晰"})
    for employer in (good, bad):
        employer.refresh_from_db()
    assert (good.state, bad.state) == (VerificationState.VERIFIED, VerificationState.REFUSED)
    neighbour = client_as(StationRole.REVIEWER, "蓬江区")
    url = reverse("staff:employer", args=[foreign_place.pk])
    assert neighbour.post(url, {"decision": "verify", "evidence": ["licence"]}).status_code == 404


def test_invalid_credit_code_needs_reason(client_as: Any) -> None:
    employer = make_employer(verified=False, uscc="91350203M0001QAY9B")
    page = client_as(StationRole.REVIEWER).post(
        reverse("staff:employer", args=[employer.pk]), {"decision": "verify", "evidence": ["licence"]}
    )
    assert "uscc_override_reason" in page.context["decisions"]["verify"].form.errors


def test_position_is_approved_or_refused(client_as: Any) -> None:
    there = client_as(StationRole.REVIEWER)
    good, bad = (make_position(state=PositionState.IN_REVIEW) for _ in range(2))
    there.post(reverse("staff:position", args=[good.pk]), {"decision": "approve"})
    there.post(reverse("staff:position", args=[bad.pk]), {"decision": "refuse", "words": "职责太笼统"})
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state) == (PositionState.OPEN, PositionState.REFUSED)
    again = there.post(reverse("staff:position", args=[good.pk]), {"decision": "approve"})
    assert "刚刚有变化" in again.content.decode()
    url = reverse("staff:position", args=[good.pk])
    assert client_as(StationRole.REVIEWER, "蓬江区").get(url).status_code == 404


def test_booth_is_confirmed_or_refused_once(client_as: Any) -> None:
    there, fair = client_as(StationRole.CLERK), make_fair()
    first, second, third = (
        Booth.objects.create(fair=fair, employer=make_employer(), state=BoothState.REQUESTED)
        for _ in range(3)
    )
    there.post(reverse("staff:booth", args=[first.pk]), {"decision": "confirm", "number": "A01"})
    occupied = there.post(reverse("staff:booth", args=[second.pk]), {"decision": "confirm", "number": "a01"})
    assert "已被占用" in occupied.content.decode()
    there.post(reverse("staff:booth", args=[second.pk]), {"decision": "confirm"})
    there.post(reverse("staff:booth", args=[third.pk]), {"decision": "refuse", "reason": "展位已满"})
    states = list(Booth.objects.order_by("pk").values_list("state", "number"))
    assert states == [("confirmed", "A01"), ("confirmed", "A02"), ("refused", "")]
    url = reverse("staff:booth", args=[first.pk])
    assert client_as(StationRole.CLERK, "蓬江区").get(url).status_code == 404


def test_placement_steps_and_corrections(towns: Any, client_for: Any) -> None:
    there, today = client_for(towns.clerk), timezone.localdate()
    url = reverse("staff:placement", args=[towns.our_intention.pk])
    there.post(url, {"step": "offer", "on": today})
    bad = there.post(url, {"step": "retain_1m", "on": today})
    assert "step" in bad.context["form"].errors
    there.post(url, {"step": "onboard", "on": today, "close_others": "on"})
    towns.our_intention.refresh_from_db()
    assert towns.our_intention.state == PlacementState.ONBOARDED
    fix = reverse("staff:placement-correct", args=[towns.our_intention.pk])
    assert "note" in there.post(fix, {"to_state": "offered"}).context["correct_form"].errors
    there.post(fix, {"to_state": "offered", "note": "点错了"})
    towns.our_intention.refresh_from_db()
    assert towns.our_intention.state == PlacementState.OFFERED


def test_fair_report_is_limited_to_organiser_and_above(towns: Any, client_as: Any) -> None:
    fair = make_fair(organiser=towns.stations["新会区"])
    url = reverse("staff:fair", args=[fair.pk])
    assert client_as(StationRole.CLERK).get(url).status_code == 200
    assert client_as(StationRole.OPERATOR, "江门市").get(url).status_code == 200
    for place in ("睦洲镇", "蓬江区"):
        assert client_as(StationRole.CLERK, place).get(url).status_code == 404


def test_helper_gets_door_shift_by_phone(client_as: Any) -> None:
    there, fair, helper = client_as(StationRole.CLERK), make_fair(), make_user("志愿者")
    url = reverse("staff:fair", args=[fair.pk])
    assert "还没有登录过" in there.post(url, {"phone": make_phone()}).content.decode()
    there.post(url, {"phone": helper.phone})
    assert DoorShift.objects.get().user == helper


@pytest.mark.parametrize(
    "name", ["day", "veterans", "placements", "employers", "positions", "booths", "fairs"]
)
def test_list_query_count_is_constant(towns: Any, client_as: Any, same_queries: Any, name: Any) -> None:
    ranking_index.rebuild()
    there = client_as(StationRole.OPERATOR, "江门市")

    def grow() -> None:
        for number in range(4):
            veteran = make_veteran(station=towns.stations["睦洲镇"], name=f"新人{number}")
            placements.declare(veteran=veteran, position=make_position(), by=towns.clerk)
            make_employer(verified=False)
            make_position(state=PositionState.IN_REVIEW)
            Booth.objects.create(fair=make_fair(), employer=make_employer())
        make_due()

    grow()
    same_queries(lambda: there.get(reverse(f"staff:{name}")), grow)


def test_fair_report_query_count_is_constant(client_as: Any, same_queries: Any) -> None:
    fair = make_fair()
    there = client_as(StationRole.OPERATOR, "江门市")

    def grow() -> None:
        for _ in range(3):
            make_booth(fair, make_position())
            make_registration(fair, make_veteran())

    grow()
    same_queries(lambda: there.get(reverse("staff:fair", args=[fair.pk])), grow)
