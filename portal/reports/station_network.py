"""Station network as of a day: stations, their names, records and staff, and their history."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db.models import Count, Prefetch

from portal.accounts.models import Appointment
from portal.employers.models import Employer
from portal.follow_ups.enums import FollowUpState
from portal.follow_ups.models import FollowUp
from portal.stations.models import Station, StationArea
from portal.veterans.models import Veteran
from portal.veterans.record_moves import records_living_in


@dataclass(frozen=True, slots=True)
class StationOnDay:
    """Station on a day. records: of the station itself; records_below: of its whole subtree."""

    station: Station
    name: str
    regions: tuple[str, ...]
    records: int
    records_below: int
    staff: int


def stations_on(station: Station, day: date) -> list[StationOnDay]:
    """Return the station and its children as of `day`, in a fixed number of queries.

    The list is empty when the station did not exist on that day.
    """
    areas = StationArea.objects.on(day).select_related("region")
    stations = (
        Station.objects.in_subtrees([station.path])
        .filter(depth__lte=station.depth + 1)
        .open_on(day)
        .named_on(day)
        .prefetch_related(Prefetch("areas", areas, to_attr="areas_then"))
    )
    records = Veteran.objects.count_by_station(day)
    appointments = (
        Appointment.objects.current(day).values("station").annotate(people=Count("user", distinct=True))
    )
    staff = {row["station"]: row["people"] for row in appointments}
    below: Counter[str] = Counter()
    length = len(station.path) + Station.steplen
    for pk, path in Station.objects.in_subtrees([station.path]).values_list("pk", "path"):
        below[path[:length]] += records[pk]
        if path != station.path:
            below[station.path] += records[pk]
    return [
        StationOnDay(
            station=one,
            name=one.name_then or one.name,
            regions=tuple(area.region.name for area in one.areas_then),
            records=records[one.pk],
            records_below=below[one.path],
            staff=staff.get(one.pk, 0),
        )
        for one in stations
    ]


def station_history(station: Station) -> list[tuple[date, str]]:
    """Return (day, Chinese description) of the changes of a station and its children, latest first."""
    changes = [(station.opened_on, f"{station.name}启用")]
    names = list(station.names.all())
    changes += [(new.starts_on, f"更名：{old.name} → {new.name}") for old, new in pairwise(names)]
    for area in station.areas.select_related("region"):
        if area.starts_on > station.opened_on:
            changes.append((area.starts_on, f"接管{area.region.name}"))
        if area.ends_on is not None and area.ends_on != station.closed_on:
            changes.append((area.ends_on, f"划出{area.region.name}"))
    for child in station.get_children().select_related("succeeded_by"):
        if child.opened_on > station.opened_on:
            changes.append((child.opened_on, f"下级{child.name}启用"))
        changes += _closing(child, f"下级{child.name}")
    changes += [
        (one.closed_on, f"接收{one.name}的档案") for one in station.predecessors.all() if one.closed_on
    ]
    changes += _closing(station, station.name)
    return sorted(changes, key=lambda row: row[0], reverse=True)


def _closing(station: Station, label: str) -> list[tuple[date, str]]:
    if station.closed_on is None:
        return []
    into = f"，档案转{station.succeeded_by.name}" if station.succeeded_by else ""
    return [(station.closed_on, f"{label}停用{into}")]


@dataclass(frozen=True, slots=True)
class AffectedRows:
    """Present numbers of rows that move or end when a station closes or hands over regions."""

    records: int
    follow_ups: int
    appointments: int
    employers: int


def count_affected_rows(station: Station, regions: Sequence[str] | None = None) -> AffectedRows:
    """Count the rows affected when a station closes, or when it hands over `regions` (codes)."""
    pending_calls = FollowUp.objects.filter(station=station, state=FollowUpState.PENDING)
    if regions is not None:
        records = records_living_in(station, regions)
        return AffectedRows(
            records.count(), pending_calls.filter(placement__veteran__in=records).count(), 0, 0
        )
    return AffectedRows(
        records=Veteran.objects.filter(station=station).count(),
        follow_ups=pending_calls.count(),
        appointments=Appointment.objects.current().filter(station=station).count(),
        employers=Employer.objects.filter(station=station).count(),
    )
