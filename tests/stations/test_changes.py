"""Changes of the network: what is refused, what follows, and what held on which day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent, Region
from portal.employers.models import Employer
from portal.follow_ups.models import FollowUp
from portal.placements import actions as placements
from portal.stations import actions
from portal.stations.enums import StationLevel
from portal.stations.models import Station, StationArea, StationName
from portal.veterans.actions import open_record
from portal.veterans.models import RecordMove, Veteran
from tests.factories import (
    make_employer,
    make_fair,
    make_id_number,
    make_phone,
    make_position,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 1)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def tree() -> dict[str, Station]:
    """The usual tree with a second village, 北安村, below 睦洲镇."""
    stations = make_stations()
    region = Region.objects.create(code="440705109202", name="北安村", level="village", parent_id="440705109")
    stations["北安村"] = actions.open_station(
        name="北安村退役军人服务站",
        level=StationLevel.VILLAGE,
        region=region,
        parent=stations["睦洲镇"],
        by=None,
        on=date(2020, 1, 1),
    )
    return stations


@pytest.fixture
def by() -> Any:
    return make_user("城操作")


def old(station: Station, name: str = "陈建国", **fields: Any) -> Veteran:
    """A file that has been there since 2021."""
    veteran = make_veteran(station=station, name=name, **fields)
    created_at = timezone.now().replace(year=2021, month=3, day=1)
    Veteran.objects.filter(pk=veteran.pk).update(created_at=created_at)
    return veteran


def test_counts_of_a_past_day_use_the_stations_of_that_day(tree: dict[str, Station], by: Any) -> None:
    south, north = tree["南安村"], tree["北安村"]
    for station, n in ((south, 3), (north, 2)):
        for _ in range(n):
            old(station)
    actions.merge_station(station=south, into=north, by=by, on=DAY)
    make_veteran(station=north)  # opened today: no part of June 2025
    then, after = Veteran.objects.count_by_station(BEFORE), Veteran.objects.count_by_station(DAY)
    assert (then[south.pk], then[north.pk]) == (3, 2)
    assert (after[south.pk], after[north.pk]) == (0, 5)
    assert Veteran.objects.count_by_station(timezone.localdate())[north.pk] == 6
    assert set(Station.objects.open_on(BEFORE)) - set(Station.objects.open_on(DAY)) == {south}
    assert Station.objects.serving("440705109201", BEFORE) == south
    assert Station.objects.serving("440705109201", DAY) == north


def test_counts_of_each_day_survive_two_merges(tree: dict[str, Station], by: Any) -> None:
    south, north, town = tree["南安村"], tree["北安村"], tree["睦洲镇"]
    old(south), old(north), old(town)
    actions.merge_station(station=south, into=north, by=by, on=DAY)
    later = DAY + timedelta(days=30)
    actions.merge_station(station=north, into=town, by=by, on=later)
    for day, totals in ((BEFORE, (1, 1, 1)), (DAY, (0, 2, 1)), (later, (0, 0, 3))):
        counts = Veteran.objects.count_by_station(day)
        assert (counts[south.pk], counts[north.pk], counts[town.pk]) == totals


def test_records_and_calls_of_a_merged_station_move(tree: dict[str, Station], by: Any) -> None:
    south, north = tree["南安村"], tree["北安村"]
    clerk = make_staff(south)
    veteran = old(south)
    placement = placements.declare(veteran=veteran, position=make_position(), by=clerk)
    step = placement.transitions.get()
    employer = make_employer(station=south)
    over = timezone.now() - timedelta(days=30)
    fair = make_fair(organiser=south)
    past = make_fair(organiser=south, starts_at=over - timedelta(hours=4), ends_at=over)
    fair.save_revision()
    merged_station = actions.merge_station(station=south, into=north, by=by, on=DAY)

    assert (merged_station.closed_on, merged_station.succeeded_by) == (DAY, north)
    assert {f.station for f in FollowUp.objects.filter(placement=placement)} == {north}
    step.refresh_from_db()
    assert step.station == south  # the log says where the person belonged at the time
    assert Employer.objects.get(pk=employer.pk).station == north
    appointment = clerk.appointments.get()
    assert appointment.ends_on == max(BEFORE, appointment.starts_on)
    fair.refresh_from_db(), past.refresh_from_db()
    assert (fair.organiser, past.organiser) == (north, south)
    assert fair.latest_revision.as_object().organiser == north
    move = RecordMove.objects.get()
    assert (move.veteran, move.from_station, move.to_station, move.on) == (veteran, south, north, DAY)
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {
        "stations.merged",
        "veterans.moved",
        "accounts.post_ended",
        "employers.handed_over",
        "cms.fairs_handed_over",
    } <= verbs


def test_closed_station_accepts_no_new_record(tree: dict[str, Station], by: Any) -> None:
    actions.close_station(station=tree["南安村"], into=tree["睦洲镇"], by=by, on=DAY)
    closed_station = Station.objects.get(pk=tree["南安村"].pk)
    with pytest.raises(ValidationError, match="停用"):
        open_record(
            by=by, station=closed_station, name="陈建国", id_number=make_id_number(), phone=make_phone()
        )


def test_moved_record_is_visible_to_the_new_clerk_only(tree: dict[str, Station], by: Any) -> None:
    before, after = make_staff(tree["南安村"]), make_staff(tree["北安村"])
    veteran = old(tree["南安村"])
    actions.merge_station(station=tree["南安村"], into=tree["北安村"], by=by, on=DAY)
    assert Veteran.objects.visible_to(after).get() == veteran
    assert not Veteran.objects.visible_to(before).exists()


def test_closing_moves_the_people_and_leaves_the_region_unserved(tree: dict[str, Station], by: Any) -> None:
    south, town = tree["南安村"], tree["睦洲镇"]
    veteran = old(south)
    actions.close_station(station=south, into=town, by=by, on=DAY)
    veteran.refresh_from_db()
    assert veteran.station == town
    assert not StationArea.objects.filter(region="440705109201", ends_on=None).exists()
    assert Station.objects.serving("440705109201") == town  # the nearest above
    again = actions.open_station(
        name="南安村退役军人服务站（新）",
        level=StationLevel.VILLAGE,
        region=south.region,
        parent=town,
        by=by,
        on=DAY,
    )
    assert Station.objects.serving("440705109201") == again


def test_split_moves_the_people_of_its_regions(tree: dict[str, Station], by: Any) -> None:
    south, north = tree["南安村"], tree["北安村"]
    theirs = old(south, living_region=south.region)
    ours = old(north, living_region=north.region)
    actions.merge_station(station=south, into=north, by=by, on=DAY)
    later = DAY + timedelta(days=60)
    new = actions.split_station(
        station=north,
        name="南安村退役军人服务站",
        level=StationLevel.VILLAGE,
        regions=[south.region],
        by=by,
        on=later,
    )
    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert (theirs.station, ours.station) == (new, north)
    assert new.get_parent() == tree["睦洲镇"]
    assert Station.objects.serving(south.region_id) == new
    assert Station.objects.serving(south.region_id, DAY) == north
    for day, totals in ((BEFORE, (1, 1, 0)), (DAY, (0, 2, 0)), (later, (0, 1, 1))):
        counts = Veteran.objects.count_by_station(day)
        assert (counts[south.pk], counts[north.pk], counts[new.pk]) == totals


def test_split_below_may_take_a_village_without_a_station(tree: dict[str, Station], by: Any) -> None:
    town = tree["睦洲镇"]
    region = Region.objects.create(code="440705109203", name="西安村", level="village", parent=town.region)
    person, other = old(town, living_region=region), old(town)
    new = actions.split_station(
        station=town, name="西安村退役军人服务站", level=StationLevel.VILLAGE, regions=[region], by=by, on=DAY
    )
    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.station, other.station) == (new, town)
    assert new.get_parent() == town


def test_new_name_is_valid_from_its_day(tree: dict[str, Station], by: Any) -> None:
    town = tree["睦洲镇"]
    actions.rename_station(station=town, name="睦洲镇退役军人之家", by=by, on=DAY)
    names = [
        Station.objects.named_on(day).get(pk=town.pk).name_then for day in (date(2018, 1, 1), BEFORE, DAY)
    ]
    assert names == [None, "睦洲镇退役军人服务站", "睦洲镇退役军人之家"]
    assert Station.objects.get(pk=town.pk).name == "睦洲镇退役军人之家"


def test_contact_change_is_audited_by_field(tree: dict[str, Station], by: Any) -> None:
    town = tree["睦洲镇"]
    actions.change_contact(
        station=town, address="睦洲大道1号", phone="0750-1234567", opening_hours="周一至周五", by=by
    )
    assert AuditEvent.objects.get(verb="stations.contact_changed").data == {
        "fields": ["address", "phone", "opening_hours"]
    }
    with pytest.raises(ValidationError):
        actions.change_contact(station=town, address="12345部队旁", phone="", opening_hours="", by=by)


def _day(n: int) -> date:
    return timezone.localdate() + timedelta(days=n)


@pytest.mark.parametrize(
    ("station", "into", "on", "words"),
    [
        ("南安村", "南安村", DAY, "不能并入自己"),
        ("睦洲镇", "南安村", DAY, "不能并入自己的下级"),
        ("睦洲镇", "司前镇", DAY, "下级服务站在用"),
        ("南安村", "北安村", _day(1), "不能晚于今天"),
        ("南安村", "北安村", date(2018, 1, 1), "才启用"),
        ("南安村", "北安村", date(2019, 6, 1), "才启用"),
    ],
)
@pytest.mark.parametrize("act", [actions.merge_station, actions.close_station])
def test_impossible_end_is_refused_with_a_message(
    tree: dict[str, Station], by: Any, act: Any, station: Any, into: Any, on: Any, words: Any
) -> None:
    with pytest.raises(ValidationError, match=words):
        act(station=tree[station], into=tree[into], by=by, on=on)
    assert not Station.objects.exclude(closed_on=None).exists()


def test_closed_station_cannot_be_changed(tree: dict[str, Station], by: Any) -> None:
    south, north = tree["南安村"], tree["北安村"]
    actions.merge_station(station=south, into=north, by=by, on=DAY)
    for act in (
        lambda: actions.merge_station(station=south, into=north, by=by, on=DAY),
        lambda: actions.rename_station(station=south, name="新名", by=by, on=DAY),
        lambda: actions.change_contact(station=south, address="", phone="", opening_hours="", by=by),
        lambda: actions.close_station(station=north, into=south, by=by, on=DAY),
    ):
        with pytest.raises(ValidationError, match="停用"):
            act()


def test_change_before_the_latest_change_is_refused(tree: dict[str, Station], by: Any) -> None:
    actions.merge_station(station=tree["南安村"], into=tree["北安村"], by=by, on=DAY)
    with pytest.raises(ValidationError, match="有过变更"):
        actions.close_station(station=tree["北安村"], into=tree["睦洲镇"], by=by, on=BEFORE)


def test_opening_refuses_a_served_region_and_a_wrong_level(tree: dict[str, Station], by: Any) -> None:
    village = {"name": "某站", "by": by, "on": DAY}
    with pytest.raises(ValidationError, match="已经由北安村退役军人服务站服务"):
        actions.open_station(
            level=StationLevel.VILLAGE, region=tree["北安村"].region, parent=tree["睦洲镇"], **village
        )
    free = Region.objects.create(code="440705109203", name="西安村", level="village", parent_id="440705109")
    with pytest.raises(ValidationError, match="低一级"):
        actions.open_station(level=StationLevel.VILLAGE, region=free, parent=tree["新会区"], **village)


@pytest.mark.parametrize("regions", [[], ["440705109"], ["440705102"], ["440705109201"]])
def test_split_refuses_regions_that_may_not_leave(tree: dict[str, Station], by: Any, regions: Any) -> None:
    with pytest.raises(ValidationError):
        actions.split_station(
            station=tree["睦洲镇"],
            name="新站",
            level=StationLevel.VILLAGE,
            regions=list(Region.objects.filter(pk__in=regions)),
            by=by,
            on=DAY,
        )


def test_database_allows_one_station_per_region_and_one_current_name(tree: dict[str, Station]) -> None:
    town = tree["睦洲镇"]
    for row in (
        StationArea(station=tree["司前镇"], region=town.region, starts_on=DAY),
        StationName(station=town, name="另一名", starts_on=DAY),
        StationName(station=town, name="反了", starts_on=DAY, ends_on=BEFORE),
        Station(name="重", level="town", region=town.region, opened_on=DAY, path="0009", depth=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Station.objects.filter(pk=town.pk).update(succeeded_by=tree["司前镇"])


def test_merge_takes_the_same_number_of_queries_for_many_records(tree: dict[str, Station], by: Any) -> None:
    south, north, town = tree["南安村"], tree["北安村"], tree["睦洲镇"]
    old(south)
    with CaptureQueriesContext(connection) as few:
        actions.merge_station(station=south, into=north, by=by, on=DAY)
    for _ in range(30):
        old(north)
    with CaptureQueriesContext(connection) as many:
        actions.merge_station(station=north, into=town, by=by, on=DAY)
    assert len(many) == len(few)


def test_appointments_at_a_closed_station_end(tree: dict[str, Station], by: Any) -> None:
    today = timezone.localdate()
    clerk = make_staff(tree["南安村"], StationRole.HEAD)
    actions.close_station(station=tree["南安村"], into=tree["睦洲镇"], by=by, on=today)
    assert clerk.appointments.get().ends_on == today - timedelta(days=1)
    assert not clerk.is_station_staff
