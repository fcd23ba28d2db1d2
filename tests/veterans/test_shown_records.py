"""A list that shows records writes into the access log of each person, once a day and in one statement."""

from datetime import date
from unittest.mock import patch

import pytest
from pytest_django import DjangoAssertNumQueries

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.veterans.models import Veteran
from portal.veterans.shown_records import log_shown
from tests.factories import make_staff, make_stations, make_user, make_veteran

pytestmark = [pytest.mark.django_db, pytest.mark.must("hold.5")]


@pytest.mark.parametrize("count", [1, 45])
def test_list_is_logged_in_one_statement(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    station = make_stations()["睦洲镇"]
    clerk = make_staff(station)
    veterans = [make_veteran(station=station) for _ in range(count)]
    with django_assert_num_queries(1):
        log_shown(by=clerk, veterans=veterans, place="档案列表")
    entries = AccessLog.objects.filter(actor=clerk, kind=AccessKind.LISTED, reason="档案列表")
    assert set(entries.values_list("file_id", flat=True)) == {veteran.pk for veteran in veterans}


def test_empty_list_writes_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    clerk = make_staff(make_stations()["睦洲镇"])
    with django_assert_num_queries(0):
        log_shown(by=clerk, veterans=[], place="档案列表")
    assert not AccessLog.objects.exists()


def test_same_list_on_the_same_day_adds_nothing_and_another_list_or_day_does() -> None:
    station = make_stations()["睦洲镇"]
    clerk, colleague = make_staff(station), make_staff(station, name="梁伟强")
    veteran = make_veteran(station=station)
    for reader, place, day in (
        (clerk, "档案列表", date(2026, 11, 28)),
        (clerk, "档案列表", date(2026, 11, 28)),
        (clerk, "回访清单", date(2026, 11, 28)),
        (clerk, "档案列表", date(2026, 11, 29)),
        (colleague, "档案列表", date(2026, 11, 29)),
    ):
        with patch("portal.accounts.actions.timezone.localdate", return_value=day):
            log_shown(by=reader, veterans=[veteran], place=place)
    assert AccessLog.objects.filter(file_id=veteran.pk).count() == 4


def test_own_record_is_left_out() -> None:
    person = make_user("陈建国")
    make_veteran(account=person)
    log_shown(by=person, veterans=Veteran.objects.all(), place="档案列表")
    assert not AccessLog.objects.exists()
