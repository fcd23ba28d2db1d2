"""Days of birth and service, visits, certificates and plans: bounded by every path."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts.actions import appoint, end_appointment
from portal.accounts.roles import StationRole
from portal.core.validators import validate_id_number
from portal.follow_ups.covers import arrange_cover
from portal.veterans import actions
from portal.veterans.models import Certificate, Wish
from portal.visits.actions import record_visit, register_return
from portal.visits.enums import VisitMethod
from tests.factories import (
    make_fair,
    make_id_number,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)
from tests.imports.record_imports import person, take_in, workbook_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
FAR = [date(1, 1, 1), date(9999, 12, 31)]


@pytest.fixture
def clerk() -> Any:
    return make_staff(make_stations()["睦洲镇"], StationRole.HEAD)


def _fields(call: Any, **values: Any) -> list[str]:
    """Return the fields beside which the action refuses."""
    with pytest.raises(ValidationError) as refusal:
        call(**values)
    return list(refusal.value.message_dict)


@pytest.mark.parametrize(
    ("entered_on", "left_on", "field"),
    [
        (date(1, 1, 1), None, "entered_on"),
        (date(1995, 1, 1), None, "entered_on"),  # born in 1985
        (TODAY + timedelta(days=1), None, "entered_on"),
        (None, date(2099, 1, 1), "left_on"),
        (None, date(1990, 1, 1), "left_on"),
        (date(2010, 12, 1), date(2005, 12, 1), "left_on"),
    ],
)
def test_service_days_are_refused_beside_their_field(
    clerk: Any, entered_on: date | None, left_on: date | None, field: str
) -> None:
    values = {"entered_on": entered_on, "left_on": left_on}
    veteran = make_veteran()
    assert _fields(actions.update_record, veteran=veteran, by=clerk, section="service", values=values) == [
        field
    ]


def test_record_of_a_child_is_refused() -> None:
    born = TODAY - timedelta(days=15 * 365)
    with pytest.raises(ValidationError, match="出生日期"):
        validate_id_number(make_id_number(born))


@pytest.mark.parametrize("day", FAR)
def test_days_of_no_time_are_refused_beside_their_field(clerk: Any, day: date) -> None:
    veteran = make_veteran(certificates=("driving_a2",))
    visit = {"veteran": veteran, "by": clerk, "method": VisitMethod.HOME, "reached": True}
    assert _fields(record_visit, held_on=day, **visit) == ["held_on"]
    assert _fields(record_visit, held_on=TODAY, next_on=day, **visit) == ["next_on"]
    details = {"driving_a2": {"valid_until": day}}
    assert _fields(actions.set_certificate_details, veteran=veteran, by=clerk, details=details) == [
        "valid_until"
    ]
    assert _fields(actions.set_wish, veteran=veteran, by=clerk, start_date=day) == ["start_date"]
    assert Wish(veteran=veteran).start_date is None
    assert Certificate.objects.get().valid_until is None


@pytest.mark.parametrize("day", FAR)
def test_staff_days_are_bounded(clerk: Any, day: date) -> None:
    station, newcomer = make_stations()["睦洲镇"], make_user("新人")
    operator = make_staff(make_stations()["江门市"], StationRole.OPERATOR)
    arguments: dict[str, Any] = {"user": newcomer, "station": station, "role": StationRole.CLERK}
    assert _fields(appoint, by=operator, starts_on=day, **arguments) == ["starts_on"]
    appointment = appoint(by=operator, **arguments)
    assert _fields(end_appointment, appointment=appointment, by=operator, last_day=day) == ["last_day"]
    days = {"starts_on": min(day, TODAY), "ends_on": max(day, TODAY)}
    assert _fields(arrange_cover, clerk=clerk, cover=operator, by=clerk, **days)[0] in days


def test_return_long_ago_is_refused(clerk: Any) -> None:
    values = {"documents": ["id_card"], "needs": [], "fields": {}}
    assert _fields(
        register_return, veteran=make_veteran(), by=clerk, left_on=date(1, 1, 1),
        registered_on=date(2001, 1, 1), **values,
    ) == ["registered_on"]  # fmt: skip


def test_imported_service_days_are_bounded(clerk: Any) -> None:
    early, late = date(1980, 1, 1), TODAY + timedelta(days=30)
    people = [person(entered_on=day) for day in (early, late, "2005年12月")]
    run = take_in(clerk, workbook_of(*people, columns=[*people[0]]))
    assert (run.created, run.bad) == (1, 2)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_at": timezone.now().replace(year=1)}, "starts_at"),
        ({"ends_at": timezone.now().replace(year=9998)}, "ends_at"),
        ({"ends_at": timezone.now() + timedelta(days=100)}, "ends_at"),
        ({"registration_opens_at": timezone.now().replace(year=1999)}, "registration_opens_at"),
        ({"registration_closes_at": timezone.now() + timedelta(days=30)}, "registration_closes_at"),
    ],
)
def test_days_of_a_fair_are_bounded(values: dict[str, Any], field: str) -> None:
    fair = make_fair()
    for name, value in values.items():
        setattr(fair, name, value)
    with pytest.raises(ValidationError) as refusal:
        fair.clean()
    assert field in refusal.value.message_dict
