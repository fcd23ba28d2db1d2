"""Bounds of visits and return registrations: days, readers, numbers, documents."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.veterans.enums import CloseReason
from portal.veterans.models import Veteran
from portal.visits import actions
from portal.visits.enums import Need, ReturnDocument, VisitMethod
from portal.visits.models import ReturnRegistration, Visit
from tests.factories import make_staff, make_stations, make_user, make_veteran

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def record_visit(veteran: Any, by: Any, **changes: Any) -> Visit:
    values: dict[str, Any] = {"held_on": today(), "method": VisitMethod.HOME, "reached": True}
    return actions.record_visit(veteran=veteran, by=by, **(values | changes))


def register(veteran: Any, by: Any, **changes: Any) -> ReturnRegistration:
    values: dict[str, Any] = {
        "left_on": today() - timedelta(days=30),
        "documents": [ReturnDocument.ID_CARD],
        "needs": [Need.NONE],
        "fields": {},
    }
    return actions.register_return(veteran=veteran, by=by, **(values | changes))


@pytest.fixture
def head() -> Any:
    """Staff of the county, above both towns."""
    return make_staff(make_stations()["新会区"], StationRole.HEAD)


def test_next_contact_is_after_the_day_of_the_visit(head: Any) -> None:
    veteran = make_veteran()
    with pytest.raises(ValidationError, match="之后") as refusal:
        record_visit(veteran, head, next_on=today())
    assert list(refusal.value.message_dict) == ["next_on"]
    assert record_visit(veteran, head, next_on=today() + timedelta(days=1)).pk


def test_closed_accounts_and_visitors_read_no_visit(head: Any) -> None:
    account = make_user()
    veteran = make_veteran(account=account)
    register(veteran, head)
    for manager in (Visit.objects, ReturnRegistration.objects):
        assert manager.visible_to(account).count() == 1
        assert not manager.visible_to(AnonymousUser()).exists()
    for user in (account, head):
        user.is_active = False
        assert not Visit.objects.visible_to(user).exists()
        assert not ReturnRegistration.objects.visible_to(user).exists()


def test_person_reads_visits_of_a_record_merged_into_the_own(head: Any) -> None:
    account = make_user()
    own, twin = make_veteran(account=account), make_veteran()
    visit = record_visit(twin, head)
    assert not Visit.objects.visible_to(account).exists()
    Veteran.objects.filter(pk=twin.pk).update(
        merged_into=own, closed_on=today(), close_reason=CloseReason.MERGED
    )
    assert Visit.objects.visible_to(account).get() == visit


def test_same_visit_sent_twice_is_one_unless_something_differs(
    head: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    veteran, start = make_veteran(), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: start)  # however slow the machine
    values: dict[str, Any] = {"findings": "想学叉车", "needs": [Need.JOB], "once": True}
    first = record_visit(veteran, head, **values)
    assert record_visit(veteran, head, **values) == first
    assert Visit.objects.count() == 1
    for changes in (
        {"findings": "想学电焊"},
        {"needs": [Need.JOB, Need.TRAINING]},
        {"reached": False},
        {"method": VisitMethod.PHONE},
        {"held_on": today() - timedelta(days=1)},
        {"next_on": today() + timedelta(days=9)},
        {"once": False},
    ):
        count = Visit.objects.count()
        record_visit(veteran, head, **(values | changes))
        assert Visit.objects.count() == count + 1, changes


def test_same_visit_a_minute_later_or_by_a_colleague_is_another(
    head: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    veteran = make_veteran()
    first = record_visit(veteran, head, once=True)
    assert record_visit(veteran, make_staff(make_stations()["睦洲镇"]), once=True) != first
    assert record_visit(make_veteran(), head, once=True) != first
    later = first.created_at + actions.REPEATED_WITHIN
    monkeypatch.setattr(timezone, "now", lambda: later - timedelta(seconds=1))
    assert record_visit(veteran, head, held_on=first.held_on, once=True) == first
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert record_visit(veteran, head, held_on=first.held_on, once=True) != first


def test_numbers_of_registrations_start_at_one_at_each_station_and_in_each_year(head: Any) -> None:
    stations = make_stations()
    year = today().year
    last_year = {"registered_on": date(year - 1, 12, 31), "left_on": date(year - 1, 12, 1)}
    people = [make_veteran(station=stations["睦洲镇"]) for _ in range(3)]
    labels = [register(person, head, **last_year).label for person in people[:2]]
    assert labels == [f"{year - 1}-0001", f"{year - 1}-0002"]
    assert register(people[2], head).label == f"{year}-0001"
    assert register(make_veteran(station=stations["司前镇"]), head).label == f"{year}-0001"


def test_registration_on_the_last_day_of_service_is_allowed(head: Any) -> None:
    assert register(make_veteran(), head, left_on=today()).pk


@pytest.mark.parametrize("documents", [[], ["passport"], [ReturnDocument.ID_CARD, ReturnDocument.ID_CARD]])
def test_documents_of_a_registration_are_known_and_named_once(head: Any, documents: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        register(make_veteran(), head, documents=documents)
    assert list(refusal.value.message_dict) == ["documents"]
    assert not Visit.objects.exists()


def test_registration_without_need_of_work_leaves_no_wish(head: Any) -> None:
    veteran = make_veteran()
    register(veteran, head, wish_text="想开货车")
    assert not hasattr(Veteran.objects.get(pk=veteran.pk), "wish")
