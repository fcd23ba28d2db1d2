"""Age, years of service and masked number of a record, and worklists of records."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.veterans.enums import CloseReason
from portal.veterans.models import Veteran
from tests.factories import make_staff, make_stations, make_veteran

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1985, 5, 1), date(2026, 4, 30), 40),
        (date(1985, 5, 1), date(2026, 5, 1), 41),
        (date(1985, 5, 1), date(2026, 6, 1), 41),
        (date(1985, 5, 20), date(2026, 6, 1), 41),
        (date(1985, 5, 1), date(1985, 5, 1), 0),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
    ],
)
def test_age_grows_on_the_birthday(born: date, day: date, age: int) -> None:
    assert Veteran(birth_date=born).age_on(day) == age


@pytest.mark.parametrize(
    ("entered_on", "left_on", "years"),
    [
        (date(2004, 9, 1), date(2016, 9, 1), 12),
        (date(2004, 9, 1), date(2016, 8, 31), 11),
        (date(2004, 9, 1), date(2004, 12, 1), 0),
        (date(2004, 9, 1), date(2005, 9, 1), 1),
        (None, date(2016, 9, 1), 0),
        (date(2004, 9, 1), None, 0),
        (date(2016, 9, 1), date(2004, 9, 1), 0),
    ],
)
def test_only_full_years_of_service_count(entered_on: date | None, left_on: date | None, years: int) -> None:
    assert Veteran(entered_on=entered_on, left_on=left_on).years_served == years


def test_masked_number_shows_four_digits_or_nothing() -> None:
    assert Veteran(id_last4="123X").masked_id == "**************123X"
    assert Veteran(id_last4="").masked_id == ""


def test_worklist_of_a_station_holds_no_record_outside_the_own_area() -> None:
    stations = make_stations()
    own = make_veteran(station=stations["睦洲镇"])
    below = make_veteran(station=stations["南安村"])
    make_veteran(station=stations["司前镇"])
    clerk = make_staff(stations["睦洲镇"])
    records = Veteran.objects
    assert set(records.followed_by(clerk)) == {own, below}
    assert list(records.followed_by(clerk, at=stations["南安村"])) == [below]
    assert not records.followed_by(clerk, at=stations["司前镇"]).exists()
    assert not records.followed_by(clerk, at=stations["新会区"]).exists(), "above is outside as well"


def test_staff_whose_account_is_closed_follow_nobody() -> None:
    stations = make_stations()
    make_veteran(station=stations["睦洲镇"])
    clerk = make_staff(stations["睦洲镇"])
    clerk.is_active = False
    assert not Veteran.objects.followed_by(clerk).exists()
    assert not Veteran.objects.visible_to(clerk).exists()


def closed_record(**fields: Any) -> Veteran:
    return make_veteran(closed_on=DAY, close_reason=CloseReason.DIED, **fields)


def test_closed_records_wait_for_no_visit() -> None:
    overdue, new = make_veteran(last_visited_on=DAY - timedelta(days=1)), make_veteran()
    make_veteran(last_visited_on=DAY)
    closed_record(last_visited_on=DAY - timedelta(days=1))
    closed_record()
    assert list(Veteran.objects.not_visited_since(DAY)) == [overdue]
    assert list(Veteran.objects.never_visited()) == [new]


def test_longest_wait_for_a_visit_comes_first() -> None:
    waits = [make_veteran(last_visited_on=DAY - timedelta(days=days)) for days in (20, 40, 30)]
    assert list(Veteran.objects.not_visited_since(DAY)) == [waits[1], waits[2], waits[0]]


def test_duplicates_are_looked_for_among_open_records_with_a_phone() -> None:
    twins = [make_veteran(name="周海", phone_hash="a" * 64) for _ in range(2)]
    closed_record(name="周海", phone_hash="a" * 64)
    for name in ("李明", "王强"):
        make_veteran(name=name, phone="", phone_hash="")
    assert [row["records"] for row in Veteran.objects.same_phone()] == [2]
    assert [(row["birth_date"], row["records"]) for row in Veteran.objects.same_person()] == [
        (twins[0].birth_date, 2)
    ]


def test_records_past_retention_are_closed_by_the_day_and_not_anonymised() -> None:
    due = closed_record()
    make_veteran()
    make_veteran(closed_on=DAY + timedelta(days=1), close_reason=CloseReason.DIED)
    closed_record(anonymised_at=timezone.now(), id_hash=None)
    assert list(Veteran.objects.past_retention(DAY)) == [due]
