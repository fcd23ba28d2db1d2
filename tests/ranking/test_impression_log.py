"""Impression log: written after the response, once a day, with consent; exported, kept and deleted with the
person's other rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.actions import give_consent, withdraw_consent
from portal.accounts.enums import ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core import scheduled_jobs
from portal.core.reference import load_reference
from portal.imports.row_changes import referenced_ids
from portal.positions.models import Position
from portal.ranking import impression_log, ranking_index
from portal.ranking.enums import Surface
from portal.ranking.models import Impression
from portal.reports.personal_data import collect_personal_data
from portal.veterans.enums import CloseReason
from portal.veterans.models import Veteran
from portal.veterans.record_closing import close_record
from portal.veterans.record_merges import merge_records, undo_merge
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db


def agreeing(**fields: Any) -> Any:
    account = make_user()
    veteran = make_veteran(specialties=("driver",), certificates=("driving_a2",), account=account, **fields)
    for purpose in (ConsentPurpose.MATCHING, ConsentPurpose.EMPLOYER_CARD):
        give_consent(user=account, purpose=purpose, wording="告知", by=account)
    return veteran


@pytest.fixture
def driver() -> Any:
    make_stations()  # with the places' coordinates
    load_reference()
    return agreeing()


@pytest.fixture
def position_rows(driver: Any) -> Any:
    created = [make_position(employer=make_employer(member=make_user())) for _ in range(4)]
    ranking_index.rebuild()
    ranking_index.rebuild_people()
    return created


def rows(**conditions: Any) -> Any:
    return list(Impression.objects.filter(**conditions).order_by("rank"))


def test_a_list_is_written_down_as_it_was_shown(driver: Any, position_rows: Any, client_for: Any) -> None:
    answer = client_for(driver.account).get(reverse("veteran:positions"))
    listed = answer.context["found"].items
    written_rows = rows(surface=Surface.ME_POSITIONS)
    assert [row.position for row in written_rows] == [item.position for item in listed]
    assert [row.rank for row in written_rows] == [1, 2, 3, 4]
    assert len({row.list_id for row in written_rows}) == 1
    first, item = written_rows[0], listed[0]
    assert (first.version, first.propensity, first.veteran, first.day) == (
        "tfidf", 1.0, driver, timezone.localdate(),
    )  # fmt: skip
    assert first.score == pytest.approx(item.match.score)
    parts = first.wish + first.service + first.own_words + first.certificate
    other = sum(reason.share for reason in item.match.reasons if reason.kind == "other")
    assert parts + other == pytest.approx(first.score)
    assert first.pay == 8000
    assert first.km == pytest.approx(13.4, abs=0.5)  # 睦洲镇 to 新会区
    assert first.pay_margin is None


def test_each_list_says_where_it_stood(driver: Any, position_rows: Any, client_for: Any) -> None:
    station = make_stations()["睦洲镇"]
    clerk = make_staff(station, StationRole.CLERK)
    manager = make_staff(make_stations()["新会区"], StationRole.OPERATOR)
    fair = make_fair(organiser=make_stations()["新会区"])
    booth = make_booth(fair, position_rows[0])
    make_registration(fair, driver)
    member = position_rows[0].employer.memberships.get().user
    own = client_for(driver.account)
    own.get(reverse("veteran:home"))
    own.get(reverse("veteran:fair", args=[fair.pk]))
    client_for(clerk).get(reverse("staff:veteran", args=[driver.pk]))
    client_for(clerk).get(reverse("staff:candidates", args=[position_rows[1].pk]))
    client_for(manager).get(reverse("staff:booth-candidates", args=[booth.pk]))
    client_for(member).get(reverse("employer:candidates", args=[position_rows[0].pk]))
    counts = {surface: len(rows(surface=surface)) for surface in Surface}
    assert counts == {
        Surface.ME_HOME: 3,
        Surface.ME_POSITIONS: 0,
        Surface.ME_FAIR: 1,
        Surface.DESK_FILE: 4,
        Surface.DESK_PEOPLE: 1,
        Surface.DESK_BOOTH: 1,
        Surface.COMPANY_PEOPLE: 1,
    }
    assert {row.context for row in rows(surface__in=[Surface.ME_FAIR, Surface.DESK_BOOTH])} == {fair.pk}


def test_a_day_counts_once_and_the_first_look_stays(driver: Any, position_rows: Any, client_for: Any) -> None:
    client = client_for(driver.account)
    client.get(reverse("veteran:positions"))
    before = rows()
    client.get(reverse("veteran:positions"))
    client.head(reverse("veteran:positions"))
    assert [(row.pk, row.list_id) for row in rows()] == [(row.pk, row.list_id) for row in before]
    Impression.objects.update(day=timezone.localdate() - timedelta(days=1))
    client.get(reverse("veteran:positions"))
    assert len(rows()) == 2 * len(before)


def test_one_insert_a_list_and_nothing_when_only_asked_for_the_head(
    driver: Any, position_rows: Any, client_for: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client_for(driver.account).head(reverse("veteran:positions"))
    assert rows() == []
    client = client_for(driver.account)

    def count_flush_queries(places: Any) -> None:
        impression_log.queue_list(Surface.ME_POSITIONS, places)
        with django_assert_num_queries(4):  # who agreed; the insert between savepoints
            impression_log.write_queue()

    item = client.get(reverse("veteran:positions")).context["found"].items[0]
    Impression.objects.all().delete()
    place = impression_log.ListEntry(driver.pk, item.position.pk, 1, item.measures)
    count_flush_queries([place])
    Impression.objects.all().delete()
    count_flush_queries(
        [
            impression_log.ListEntry(driver.pk, position.pk, rank, item.measures)
            for rank, position in enumerate(position_rows, 1)
        ]
    )
    assert len(rows()) == 4


def test_without_consent_nothing_is_written_and_what_was_goes(
    driver: Any, position_rows: Any, client_for: Any
) -> None:
    client = client_for(driver.account)
    client.get(reverse("veteran:positions"))
    assert rows()
    withdraw_consent(consent=driver.account.consents.get(purpose=ConsentPurpose.MATCHING), by=driver.account)
    count = len(rows())
    Impression.objects.update(day=timezone.localdate() - timedelta(days=1))
    client.get(reverse("veteran:positions"))
    assert len(rows()) == count
    assert Impression.objects.agreed().count() == 0
    assert impression_log.purge_expired() == count
    assert rows() == []


def test_a_busy_database_costs_a_row_and_no_page(
    driver: Any,
    position_rows: Any,
    client_for: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def busy(*args: Any, **options: Any) -> None:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(Impression.objects.__class__, "bulk_create", busy)
    assert client_for(driver.account).get(reverse("veteran:positions")).status_code == 200
    assert "were not written" in caplog.text
    assert rows() == []


def test_old_rows_are_purged_when_their_turn_comes(
    driver: Any, position_rows: Any, client_for: Any, settings: Any
) -> None:
    client_for(driver.account).get(reverse("veteran:positions"))
    settings.IMPRESSION_DAYS = 30
    old = rows()[0]
    Impression.objects.filter(pk=old.pk).update(day=timezone.localdate() - timedelta(days=31))
    assert "recommendations.purge_impressions" in {job.name for job in scheduled_jobs.jobs()}
    assert impression_log.purge_expired() == 1
    assert old.pk not in {row.pk for row in rows()}
    assert len(rows()) == 3


def test_person_reads_and_exports_own_impressions(driver: Any, position_rows: Any, client_for: Any) -> None:
    client = client_for(driver.account)
    page = client.get(reverse("veteran:positions"))
    assert "展示过哪些岗位" in page.content.decode()
    (section,) = [part for part in collect_personal_data(driver) if part.title == "岗位展示记录"]
    assert len(section.rows) == 4
    texts = dict(section.rows[0])
    assert texts["位置"] == "推荐岗位"
    assert {"显示位次", "排序版本", "文字相近程度", "距离（公里）"} <= set(texts)
    assert set(Impression.objects.visible_to(driver.account)) == set(rows())
    assert not Impression.objects.visible_to(make_staff(make_stations()["江门市"], StationRole.OPERATOR))


def test_rows_go_with_a_merge_and_come_back(driver: Any, position_rows: Any, client_for: Any) -> None:
    client_for(driver.account).get(reverse("veteran:positions"))
    head = make_staff(make_stations()["睦洲镇"], StationRole.HEAD)
    target = make_veteran(name=driver.name)
    merge = merge_records(target=target, source=driver, by=head)
    assert {row.veteran_id for row in rows()} == {target.pk}
    undo_merge(merge=merge, by=head)
    assert {row.veteran_id for row in rows()} == {driver.pk}


def test_an_anonymous_file_has_none(driver: Any, position_rows: Any, client_for: Any, settings: Any) -> None:
    client_for(driver.account).get(reverse("veteran:positions"))
    head = make_staff(make_stations()["睦洲镇"], StationRole.HEAD)
    close_record(veteran=driver, by=head, reason=CloseReason.DIED)
    Veteran.objects.filter(pk=driver.pk).update(closed_on=timezone.localdate() - timedelta(days=366 * 4))
    call_command("anonymise_files")
    assert rows() == []


def test_seeing_a_position_does_not_use_it(driver: Any, position_rows: Any, client_for: Any) -> None:
    client_for(driver.account).get(reverse("veteran:positions"))
    assert referenced_ids(Position, [position.pk for position in position_rows]) == set()
    Position.objects.filter(pk=position_rows[0].pk).delete()
    assert len(rows()) == 3
