"""Actions on the station network. A closed station keeps its row, names and areas, each with dates.

`by` is the acting user; it is typed Any because users belong to a package above this one.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.core import audit
from portal.core.locking import locked
from portal.core.models import Region
from portal.stations.enums import StationLevel
from portal.stations.events import regions_moved, station_ended
from portal.stations.models import Station, StationArea, StationName

LEVELS = list(StationLevel)


def begin_history(stations: Iterable[Station]) -> None:
    """Store the name and the region of new stations, valid from their opening day."""
    stations = list(stations)
    StationName.objects.bulk_create(
        (StationName(station=s, name=s.name, starts_on=s.opened_on) for s in stations), batch_size=500
    )
    StationArea.objects.bulk_create(
        (StationArea(station=s, region_id=s.region_id, starts_on=s.opened_on) for s in stations),
        batch_size=500,
    )


@transaction.atomic
def open_station(
    *,
    name: str,
    level: StationLevel,
    region: Region,
    parent: Station,
    by: Any,
    on: date,
    address: str = "",
    phone: str = "",
    opening_hours: str = "",
) -> Station:
    """Open a station for a region below `parent` on the day `on`.

    Raises:
        ValidationError: by field; the region has a station, the levels do not match or the day is not allowed
    """
    parent = _lock(parent)[0]
    _check_day(on, parent)
    station = _open(name, level, region, parent, on, address, phone, opening_hours)
    audit.record(by=by, verb="stations.opened", target=station, on=on.isoformat(), region=region.code)
    return station


@transaction.atomic
def rename_station(*, station: Station, name: str, by: Any, on: date) -> Station:
    """Rename a station from the day `on`.

    Raises:
        ValidationError: the station is closed, the name is the same, or the day is not allowed.
    """
    station = _lock(station)[0]
    _check_day(on, station)
    name = name.strip()
    if name == station.name:
        raise ValidationError({"name": "新名称和现在的名称一样。"})
    before, station.name = station.name, name
    station.full_clean(exclude=["path", "depth", "numchild"])
    station.save(update_fields=["name", "updated_at"])
    station.names.filter(ends_on=None).update(ends_on=on)
    StationName.objects.create(station=station, name=name, starts_on=on)
    audit.record(by=by, verb="stations.renamed", target=station, on=on.isoformat(), before=before, after=name)
    return station


@transaction.atomic
def change_contact(*, station: Station, address: str, phone: str, opening_hours: str, by: Any) -> Station:
    """Change address, phone and opening hours of a station.

    Raises:
        ValidationError: by field, or the station is closed.
    """
    station = _lock(station)[0]
    _check_open(station)
    new = {"address": address.strip(), "phone": phone.strip(), "opening_hours": opening_hours.strip()}
    changed_fields = [field for field, value in new.items() if getattr(station, field) != value]
    for field in changed_fields:
        setattr(station, field, new[field])
    if changed_fields:
        station.full_clean(exclude=["path", "depth", "numchild"])
        station.save(update_fields=[*changed_fields, "updated_at"])
        audit.record(by=by, verb="stations.contact_changed", target=station, fields=changed_fields)
    return station


@transaction.atomic
def merge_station(*, station: Station, into: Station, by: Any, on: date) -> Station:
    """Merge `station` into another from the day `on`; its regions and people move there.

    Raises:
        ValidationError: see `check_end`.
    """
    station, into = _lock(station, into)
    check_end(station, into, on)
    regions = list(station.areas.filter(ends_on=None).values_list("region_id", flat=True))
    _end(station, into, on)
    StationArea.objects.bulk_create(
        StationArea(station=into, region_id=code, starts_on=on) for code in regions
    )
    audit.record(by=by, verb="stations.merged", target=station, on=on.isoformat(), station=into.pk)
    station_ended.send(sender=Station, station=station, into=into, on=on, by=by)
    return station


@transaction.atomic
def close_station(*, station: Station, into: Station, by: Any, on: date) -> Station:
    """Close a station from the day `on`; its people move to `into`.

    Its regions have no station until one is opened there.

    Raises:
        ValidationError: see `check_end`.
    """
    station, into = _lock(station, into)
    check_end(station, into, on)
    _end(station, into, on)
    audit.record(by=by, verb="stations.closed", target=station, on=on.isoformat(), station=into.pk)
    station_ended.send(sender=Station, station=station, into=into, on=on, by=by)
    return station


@transaction.atomic
def split_station(
    *, station: Station, name: str, level: StationLevel, regions: Collection[Region], by: Any, on: date
) -> Station:
    """Open a new station for some regions of `station` on the day `on`.

    A station of the same level becomes its sibling, one of the next level its child.

    Raises:
        ValidationError: see `check_split`, and by field as when a station opens.
    """
    station = _lock(station)[0]
    check_split(station, level, regions, on)
    parent = station.get_parent() if level == station.level else station
    codes = [region.code for region in regions]
    StationArea.objects.filter(station=station, region__in=codes, ends_on=None).update(ends_on=on)
    first, *others = sorted(regions, key=lambda region: (len(region.code), region.code))
    new = _open(name, level, first, parent, on)
    StationArea.objects.bulk_create(
        StationArea(station=new, region=region, starts_on=on) for region in others
    )
    audit.record(
        by=by, verb="stations.split", target=station, on=on.isoformat(), station=new.pk, region=codes
    )
    regions_moved.send(sender=Station, station=station, into=new, regions=codes, on=on, by=by)
    return new


def check_end(station: Station, into: Station, on: date) -> None:
    """Check that `station` can end on the day `on` with its people moving to `into`.

    Raises:
        ValidationError: `into` is the station itself or below it, stations below are still open, one of the
            two is closed, or the day is not allowed.
    """
    _check_day(on, station)
    if into.pk == station.pk:
        raise ValidationError({"into": "不能并入自己，请选择另一个服务站。"})
    if into.path.startswith(station.path):
        raise ValidationError({"into": "不能并入自己的下级服务站。"})
    if not into.is_open:
        raise ValidationError({"into": f"{into.name}已经停用，不能接收。"})
    if on < into.opened_on:
        raise ValidationError({"on": f"{into.name}到 {into.opened_on:%Y-%m-%d} 才启用。"})
    below = station.get_children().filter(closed_on=None).count()
    if below:
        raise ValidationError(f"还有 {below} 个下级服务站在用，请先处理下级服务站。")


def check_split(station: Station, level: StationLevel, regions: Collection[Region], on: date) -> None:
    """Check that `regions` can leave `station` for a new one of `level` on the day `on`.

    Raises:
        ValidationError: by field.
    """
    _check_day(on, station)
    if not regions:
        raise ValidationError({"regions": "请至少选择一个划出的区划。"})
    if level not in (station.level, _below(station.level)):
        raise ValidationError({"level": "新站只能和原站同级，或者低一级。"})
    if level == station.level and station.is_root():
        raise ValidationError({"level": "市级服务中心只有一个，新站请选低一级。"})
    splittable = set(regions_to_split(station).values_list("code", flat=True))
    for region in regions:
        if region.code not in splittable:
            raise ValidationError({"regions": f"{region.name}不能从{station.name}划出。"})


def regions_to_split(station: Station) -> Any:
    """Return the regions that may leave a station.

    These are its areas except the region it is named after, and regions below its areas that have no station.
    """
    area_codes = list(station.areas.filter(ends_on=None).values_list("region_id", flat=True))
    others = [code for code in area_codes if code != station.region_id]
    below = Region.objects.filter(parent__in=area_codes).exclude(
        pk__in=StationArea.objects.filter(ends_on=None).values("region")
    )
    return Region.objects.filter(pk__in=[*others, *below.values_list("pk", flat=True)])


def _below(level: str) -> StationLevel | None:
    place = LEVELS.index(StationLevel(level)) + 1
    return LEVELS[place] if place < len(LEVELS) else None


def _open(
    name: str,
    level: StationLevel,
    region: Region,
    parent: Station,
    on: date,
    address: str = "",
    phone: str = "",
    opening_hours: str = "",
) -> Station:
    if level != _below(parent.level):
        raise ValidationError({"level": "级别要比上级服务站低一级。"})
    areas = StationArea.objects.filter(region=region)
    current_area = areas.filter(ends_on=None).select_related("station").first()
    if current_area is not None:
        raise ValidationError({"region": f"{region.name}已经由{current_area.station.name}服务。"})
    if areas.filter(ends_on__gt=on).exists():
        raise ValidationError({"on": f"{region.name}在这一天还由别的服务站服务。"})
    station = Station(
        name=name.strip(),
        level=level,
        region=region,
        address=address.strip(),
        phone=phone.strip(),
        opening_hours=opening_hours.strip(),
        opened_on=on,
    )
    station.full_clean(exclude=["path", "depth", "numchild"])
    station = parent.add_child(instance=station)
    begin_history([station])
    return station


def _end(station: Station, into: Station, on: date) -> None:
    station.closed_on, station.succeeded_by = on, into
    station.save(update_fields=["closed_on", "succeeded_by", "updated_at"])
    station.names.filter(ends_on=None).update(ends_on=on)
    station.areas.filter(ends_on=None).update(ends_on=on)


def _lock(*stations: Station) -> list[Station]:
    """Lock stations, in the order of their keys, and return them in the order given."""
    for station in sorted(stations, key=lambda station: station.pk):
        locked(station)
    return list(stations)


def _check_open(station: Station) -> None:
    if not station.is_open:
        raise ValidationError(f"{station.name}已于 {station.closed_on:%Y-%m-%d} 停用，不能再变更。")


def _check_day(on: date, station: Station) -> None:
    """Check that a change takes effect today or earlier, and not before the station's latest change.

    So the moves of every record stay in the order of their days.
    """
    _check_open(station)
    if on > timezone.localdate():
        raise ValidationError({"on": "生效日期不能晚于今天，请到当天再登记。"})
    if on < station.opened_on:
        raise ValidationError({"on": f"{station.name}到 {station.opened_on:%Y-%m-%d} 才启用。"})
    days = [*station.names.values_list("starts_on", flat=True)]
    days += [
        day for pair in station.areas.values_list("starts_on", "ends_on") for day in pair if day is not None
    ]
    latest = max(days, default=station.opened_on)
    if on < latest:
        raise ValidationError({"on": f"{station.name}在 {latest:%Y-%m-%d} 有过变更，不能登记更早的日期。"})
