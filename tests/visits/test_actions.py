"""Visits and return registrations: permissions, validation, corrections, and effects on the record."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.models import AppendOnlyError, AuditEvent
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.visits import actions
from portal.visits.enums import Need, ReturnDocument, VisitMethod
from portal.visits.models import ReturnRegistration, Visit, VisitNeed
from tests.factories import make_id_number, make_phone, make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture
def stations() -> Any:
    return make_stations()


@pytest.fixture
def clerk(stations: Any) -> Any:
    return make_staff(stations["睦洲镇"], name="李秀珍")


@pytest.fixture
def neighbour(stations: Any) -> Any:
    return make_staff(stations["司前镇"], name="梁伟强")


@pytest.fixture
def veteran(stations: Any) -> Any:
    return make_veteran(station=stations["睦洲镇"])


def today() -> date:
    return timezone.localdate()


def record_visit(veteran: Any, by: Any, **changes: Any) -> Visit:
    values: dict[str, Any] = {"held_on": today(), "method": VisitMethod.HOME, "reached": True}
    return actions.record_visit(veteran=veteran, by=by, **(values | changes))


def correct(visit: Any, by: Any, reason: Any = "日期写错", **changes: Any) -> Visit:
    values: dict[str, Any] = {"held_on": visit.held_on, "method": visit.method, "reached": visit.reached}
    return actions.correct_visit(visit=visit, by=by, reason=reason, **(values | changes))


def last_visit_day(veteran: Any) -> date | None:
    return Veteran.objects.values_list("last_visited_on", flat=True).get(pk=veteran.pk)


def test_visit_keeps_its_station_after_a_move_and_its_needs(veteran: Any, clerk: Any, stations: Any) -> None:
    record_visit(veteran, clerk, needs=[Need.JOB, Need.TRAINING], findings="想学叉车")
    Veteran.objects.filter(pk=veteran.pk).update(station=stations["司前镇"])
    visit = Visit.objects.get()
    assert visit.station == stations["睦洲镇"]
    assert [row.need for row in visit.needs.all()] == [Need.JOB, Need.TRAINING]
    event = AuditEvent.objects.get(verb="visits.recorded")
    assert event.data["method"] == "home"
    assert "想学叉车" not in str(event.data)


def test_findings_are_encrypted_at_rest(veteran: Any, clerk: Any) -> None:
    visit = record_visit(veteran, clerk, findings="腰伤复发")
    with connection.cursor() as cursor:
        cursor.execute("SELECT findings FROM visits_visit WHERE id = %s", [visit.pk])
        assert "腰伤" not in cursor.fetchone()[0]
    assert Visit.objects.get().findings == "腰伤复发"


def test_last_visit_day_is_the_latest_day_with_contact(veteran: Any, clerk: Any) -> None:
    assert last_visit_day(veteran) is None
    early, late = today() - timedelta(days=40), today() - timedelta(days=3)
    record_visit(veteran, clerk, held_on=late)
    record_visit(veteran, clerk, held_on=early)
    record_visit(veteran, clerk, reached=False)
    assert last_visit_day(veteran) == late


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": date(2999, 1, 1)}, "held_on"),
        ({"next_on": date(2001, 1, 1)}, "next_on"),
        ({"findings": "曾在某某12345部队服役"}, "findings"),
        ({"needs": [Need.NONE, Need.JOB]}, "needs"),
        ({"method": "letter"}, "method"),
    ],
)
def test_invalid_value_is_an_error_of_its_field(veteran: Any, clerk: Any, changes: Any, field: Any) -> None:
    with pytest.raises(ValidationError) as error:
        record_visit(veteran, clerk, **changes)
    assert field in error.value.error_dict
    assert last_visit_day(veteran) is None


def test_only_staff_of_the_record_write_visits(veteran: Any, neighbour: Any, stations: Any) -> None:
    account = make_user()
    own = make_veteran(station=stations["睦洲镇"], account=account)
    reviewer = make_staff(stations["新会区"], StationRole.REVIEWER)
    for by, record in ((neighbour, veteran), (account, own), (reviewer, veteran)):
        with pytest.raises(PermissionDenied):
            record_visit(record, by)
    visit = record_visit(veteran, make_staff(stations["新会区"], StationRole.HEAD))
    with pytest.raises(PermissionDenied):
        correct(visit, neighbour)


def test_correction_replaces_the_visit_and_the_row_stays(veteran: Any, clerk: Any) -> None:
    visit = record_visit(veteran, clerk)
    corrected_day = today() - timedelta(days=9)
    correction = correct(visit, clerk, held_on=corrected_day)
    assert last_visit_day(veteran) == corrected_day
    assert list(Visit.objects.current()) == [correction]
    assert Visit.objects.count() == 2
    with pytest.raises(ValidationError, match="已经更正过"):
        correct(visit, clerk)
    with pytest.raises(ValidationError, match="更正原因"):
        correct(correction, clerk, reason=" ")
    with pytest.raises(AppendOnlyError):
        visit.save()


def test_withdrawn_visit_no_longer_counts(veteran: Any, clerk: Any) -> None:
    correction = correct(record_visit(veteran, clerk), clerk, reason="记错了人", withdrawn=True)
    assert last_visit_day(veteran) is None
    assert not Visit.objects.current().exists()
    with pytest.raises(ValidationError):
        correct(correction, clerk)


def test_next_contact_is_due_until_the_next_attempt(veteran: Any, clerk: Any) -> None:
    before = today() - timedelta(days=20)
    first = record_visit(veteran, clerk, held_on=before, next_on=today())
    assert list(Visit.objects.next_contact_due(today())) == [first]
    assert not Visit.objects.next_contact_due(today() - timedelta(days=1)).exists()
    mistaken = record_visit(veteran, clerk, reached=False)
    assert not Visit.objects.next_contact_due(today()).exists()
    correct(mistaken, clerk, reason="记错了人", withdrawn=True)
    assert list(Visit.objects.next_contact_due(today())) == [first]


def test_visits_are_visible_to_staff_of_the_record_and_to_the_person(
    veteran: Any, clerk: Any, neighbour: Any, stations: Any
) -> None:
    account = make_user()
    own = make_veteran(station=stations["睦洲镇"], account=account)
    record_visit(veteran, clerk)
    mine = record_visit(own, clerk)
    counts = {
        clerk: 2,
        neighbour: 0,
        account: 1,
        make_staff(stations["江门市"], StationRole.OPERATOR): 2,
        make_staff(stations["南安村"]): 0,
        make_staff(stations["江门市"], StationRole.AUDITOR): 0,
    }
    for user, count in counts.items():
        assert Visit.objects.visible_to(user).count() == count
    assert Visit.objects.visible_to(account).get() == mine
    Veteran.objects.update(station=stations["司前镇"])  # visits move with the record
    assert Visit.objects.visible_to(clerk).count() == 0
    assert Visit.objects.visible_to(neighbour).count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "letter"},
        {"next_on": date(2001, 1, 1)},
        {"reason": "没有更正的对象"},
        {"withdrawn": True},
    ],
)
def test_database_refuses_an_inconsistent_visit(veteran: Any, clerk: Any, changes: Any) -> None:
    values = {"held_on": today(), "method": "home", "reached": True}
    row = Visit(veteran=veteran, station=veteran.station, by=clerk, **(values | changes))
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_database_refuses_unknown_and_repeated_needs(veteran: Any, clerk: Any) -> None:
    visit = record_visit(veteran, clerk, needs=[Need.JOB])
    for need in ("money", Need.JOB):
        with pytest.raises(IntegrityError), transaction.atomic():
            VisitNeed.objects.create(visit=visit, need=need)


# Return registrations


def register(clerk: Any, **changes: Any) -> ReturnRegistration:
    values: dict[str, Any] = {
        "station": Station.objects.get(region__name="睦洲镇"),
        "id_number": make_id_number(),
        "phone": make_phone(),
        "left_on": today() - timedelta(days=30),
        "documents": [ReturnDocument.ID_CARD, ReturnDocument.DISCHARGE],
        "needs": [Need.JOB],
        "fields": {"name": "周文斌", "branch": "army"},
    }
    return actions.register_return(by=clerk, **(values | changes))


def test_return_registration_opens_a_record_with_visit_wish_and_number(clerk: Any) -> None:
    registration = register(clerk, needs=[Need.JOB, Need.TRAINING], wish_text="想开货车")
    assert ReturnRegistration.objects.get() == registration
    veteran = Veteran.objects.get()
    assert (veteran.name, veteran.last_visited_on, veteran.source) == ("周文斌", today(), "station")
    assert (veteran.wish.text, veteran.wish.wants_training) == ("想开货车", True)
    assert (registration.visit.method, registration.visit.reached) == (VisitMethod.STATION, True)
    assert registration.visit.need_labels == ["找工作", "学技能、参加培训"]
    assert registration.label == f"{today().year}-0001"
    assert register(clerk).number == 2


def test_return_registration_keeps_values_of_an_existing_wish(clerk: Any, stations: Any) -> None:
    veteran = make_veteran(station=stations["睦洲镇"], wish={"text": "保安", "lowest_pay": 5000})
    register(clerk, veteran=veteran, needs=[Need.BUSINESS], fields={})
    wish = Veteran.objects.get(pk=veteran.pk).wish
    assert (wish.text, wish.lowest_pay, wish.wants_business) == ("保安", 5000, True)


def test_same_return_is_registered_once(clerk: Any, veteran: Any) -> None:
    register(clerk, veteran=veteran, fields={})
    with pytest.raises(ValidationError, match="已经办过"):
        register(clerk, veteran=Veteran.objects.get(), fields={})


def test_invalid_return_registration_writes_nothing(clerk: Any) -> None:
    invalid_values: list[dict[str, Any]] = [
        {"documents": []},
        {"documents": ["passport"]},
        {"needs": [Need.NONE, Need.JOB]},
    ]
    for changes in invalid_values:
        with pytest.raises(ValidationError), transaction.atomic():
            register(clerk, **changes)
    assert not Veteran.objects.exists()
    assert not Visit.objects.exists()


def test_return_is_registered_at_own_stations_only(neighbour: Any, veteran: Any) -> None:
    with pytest.raises(PermissionDenied):
        register(neighbour)
    with pytest.raises(PermissionDenied):
        register(neighbour, veteran=veteran, fields={})
    with pytest.raises(ValidationError, match="不能晚于"):
        register(neighbour, left_on=today() + timedelta(days=1))


def test_database_refuses_repeated_numbers_and_a_return_before_the_exit(clerk: Any) -> None:
    registration = register(clerk)
    other = Visit.objects.create(
        veteran=registration.veteran,
        station=registration.station,
        by=clerk,
        held_on=today(),
        method="station",
        reached=True,
    )
    values = {
        "veteran": registration.veteran, "station": registration.station, "visit": other, "by": clerk,
        "registered_on": today(), "left_on": today(), "documents": ["id_card"],
        "year": registration.year, "number": 2,
    }  # fmt: skip
    inconsistent_values: tuple[dict[str, Any], ...] = (
        {"number": registration.number},
        {"number": 0},
        {"left_on": registration.left_on},
        {"left_on": today() + timedelta(days=1)},
        {"visit": registration.visit},
    )
    for changes in inconsistent_values:
        with pytest.raises(IntegrityError), transaction.atomic():
            ReturnRegistration.objects.create(**(values | changes))


def test_registrations_move_with_the_record(clerk: Any, neighbour: Any) -> None:
    registration = register(clerk)
    assert ReturnRegistration.objects.visible_to(clerk).get() == registration
    assert not ReturnRegistration.objects.visible_to(neighbour).exists()
