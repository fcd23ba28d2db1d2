"""Appointments of a station's staff: create, end and transfer."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.actions import end_appointment
from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog, Appointment
from portal.accounts.roles import StationRole
from portal.fairs.actions import assign_door_shift
from tests.factories import make_fair, make_staff, make_stations, make_user, make_veteran
from tests.web.staff.network.conftest import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def stations(db: None) -> Any:
    return make_stations()


def staff_url(station: Any) -> str:
    return reverse("staff:network-staff", args=[station.pk])


def appointment_url(appointment: Appointment) -> str:
    return reverse("staff:network-appointment", args=[appointment.pk])


def last_appointment(user: Any) -> Appointment:
    return user.appointments.order_by("-pk")[0]


def form_data(user: Any, role: Any = StationRole.CLERK) -> dict[str, str]:
    return {"phone": user.phone, "role": role, "starts_on": f"{timezone.localdate()}"}


def test_head_appoints_clerk_in_own_subtree(stations: Any, client: Client) -> None:
    sign_in_client(client, make_staff(stations["睦洲镇"], StationRole.HEAD))
    person = make_user("新来的")
    client.post(staff_url(stations["南安村"]), form_data(person))
    assert last_appointment(person).station == stations["南安村"]
    again = client.post(staff_url(stations["南安村"]), form_data(person))
    assert "已经担任" in again.content.decode()
    unknown = client.post(staff_url(stations["南安村"]), form_data(person) | {"phone": "13700000001"})
    assert "还没有登录过" in unknown.content.decode()
    head = client.post(staff_url(stations["南安村"]), form_data(person, StationRole.HEAD))
    assert "role" in head.context["form"].errors


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (StationRole.CLERK, "睦洲镇"),
        (StationRole.REVIEWER, "睦洲镇"),
        (StationRole.HEAD, "南安村"),
        (StationRole.HEAD, "司前镇"),
        (StationRole.OPERATOR, "南安村"),
        (StationRole.OPERATOR, "司前镇"),
    ],
)
def test_appointments_outside_own_subtree_are_refused(
    stations: Any, client: Client, role: Any, place: Any
) -> None:
    clerk = make_staff(stations["睦洲镇"])
    sign_in_client(client, make_staff(stations[place], role))
    assert client.post(staff_url(stations["睦洲镇"]), form_data(make_user("某人"))).status_code == 403
    assert client.get(appointment_url(last_appointment(clerk))).status_code == 403
    last = {"do": "end", "last_day": f"{timezone.localdate()}"}
    assert client.post(appointment_url(last_appointment(clerk)), last).status_code == 403
    assert last_appointment(clerk).ends_on is None


def test_head_cannot_end_appointment_of_head(stations: Any, client: Client) -> None:
    sign_in_client(client, make_staff(stations["新会区"], StationRole.HEAD))
    other = make_staff(stations["睦洲镇"], StationRole.HEAD)
    assert client.get(appointment_url(last_appointment(other))).status_code == 403


def test_operator_appoints_every_role_and_sees_past_appointments(stations: Any, client: Client) -> None:
    sign_in_client(client, make_staff(stations["江门市"], StationRole.OPERATOR))
    clerk = make_staff(stations["睦洲镇"], name="前任")
    client.post(
        appointment_url(last_appointment(clerk)), {"do": "end", "last_day": f"{timezone.localdate()}"}
    )
    person = make_user("新来的")
    for role in StationRole:
        client.post(staff_url(stations["睦洲镇"]), form_data(person, role))
    assert person.appointments.count() == len(StationRole)
    Appointment.objects.filter(user=clerk).update(ends_on=timezone.localdate() - timedelta(days=1))
    text = client.get(staff_url(stations["睦洲镇"])).content.decode()
    assert "前任" in text
    assert "已结束" in text
    assert "只管一场招聘会、一天" in text


def test_transferred_clerk_is_refused_and_logged(stations: Any, client: Client) -> None:
    operator = make_staff(stations["江门市"], StationRole.OPERATOR)
    clerk = make_staff(stations["睦洲镇"], name="李秀珍")
    file = make_veteran(station=stations["睦洲镇"])
    sign_in_client(client, operator)
    on = timezone.localdate() - timedelta(days=7)
    client.post(
        appointment_url(last_appointment(clerk)),
        {"do": "move", "station": stations["司前镇"].pk, "on": f"{on}"},
    )
    before, after = clerk.appointments.order_by("pk")
    assert (before.ends_on, after.starts_on) == (on - timedelta(days=1), on)
    assert (after.station, after.role) == (stations["司前镇"], StationRole.CLERK)
    sign_in_client(client, clerk)
    assert client.get(reverse("staff:veteran", args=[file.pk])).status_code == 403
    assert AccessLog.objects.get(file_id=file.pk).kind == AccessKind.REFUSED


def test_transfer_is_limited_to_stations_with_permission(stations: Any, client: Client) -> None:
    sign_in_client(client, make_staff(stations["睦洲镇"], StationRole.HEAD))
    clerk = make_staff(stations["睦洲镇"])
    on = f"{timezone.localdate()}"
    answer = client.post(
        appointment_url(last_appointment(clerk)), {"do": "move", "station": stations["司前镇"].pk, "on": on}
    )
    assert "station" in answer.context["transfer_form"].errors
    client.post(
        appointment_url(last_appointment(clerk)), {"do": "move", "station": stations["南安村"].pk, "on": on}
    )
    assert last_appointment(clerk).station == stations["南安村"]


def test_last_operator_cannot_end_own_appointment(stations: Any) -> None:
    operator = make_staff(stations["江门市"], StationRole.OPERATOR)
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="最后一项管理员任职"):
        end_appointment(appointment=last_appointment(operator), by=operator, last_day=today)
    with pytest.raises(ValidationError, match="不能早于"):
        end_appointment(appointment=last_appointment(operator), by=None, last_day=today - timedelta(days=900))


def test_staff_list_query_count_is_constant(stations: Any, client: Client, same_queries: Any) -> None:
    sign_in_client(client, make_staff(stations["江门市"], StationRole.OPERATOR))
    make_staff(stations["睦洲镇"])
    same_queries(staff_url(stations["睦洲镇"]), lambda: [make_staff(stations["睦洲镇"]) for _ in range(12)])


def test_helper_opens_only_own_door_on_own_day(stations: Any, client: Client) -> None:
    fair, other = make_fair(), make_fair()
    helper = make_user("志愿者")
    file = make_veteran(station=stations["睦洲镇"])
    operator = make_staff(stations["江门市"], StationRole.OPERATOR)
    door_shift = assign_door_shift(fair=fair, user=helper, by=operator)
    type(door_shift).objects.filter(pk=door_shift.pk).update(day=timezone.localdate())
    sign_in_client(client, helper)

    def status(path: str) -> int:
        return client.get(path).status_code

    assert status(f"/door/{fair.pk}/") == 200
    assert status(f"/door/{other.pk}/") == 404
    for path in ("/desk/", "/desk/veterans/", f"/desk/veterans/{file.pk}/", "/desk/network/"):
        assert status(path) == 403
    assert client.get("/api/v1/veterans").json()["count"] == 0
    assert status(f"/api/v1/veterans/{file.pk}") in {403, 404}
    type(door_shift).objects.filter(pk=door_shift.pk).update(day=timezone.localdate() - timedelta(days=1))
    assert status(f"/door/{fair.pk}/") == 404
