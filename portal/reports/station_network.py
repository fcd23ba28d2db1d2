"""The station network as of a day: what existed, under which name, with how many files and staff."""

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
    """A station on a day. `files` are its own, `files_below` those of all stations in its subtree too."""

    station: Station
    name: str
    regions: tuple[str, ...]
    files: int
    files_below: int
    staff: int


def stations_on(station: Station, day: date) -> list[StationOnDay]:
    """The station itself and its children as they stood on `day`, in a fixed number of queries; empty if the
    station did not exist on that day.
    """
    areas = StationArea.objects.on(day).select_related("region")
    shown = (
        Station.objects.in_subtrees([station.path])
        .filter(depth__lte=station.depth + 1)
        .open_on(day)
        .named_on(day)
        .prefetch_related(Prefetch("areas", areas, to_attr="areas_then"))
    )
    files = Veteran.objects.count_by_station(day)
    posts = Appointment.objects.current(day).values("station").annotate(people=Count("user", distinct=True))
    staff = {row["station"]: row["people"] for row in posts}
    below: Counter[str] = Counter()
    length = len(station.path) + Station.steplen
    for pk, path in Station.objects.in_subtrees([station.path]).values_list("pk", "path"):
        below[path[:length]] += files[pk]
        if path != station.path:
            below[station.path] += files[pk]
    return [
        StationOnDay(
            station=one,
            name=one.name_then or one.name,
            regions=tuple(area.region.name for area in one.areas_then),
            files=files[one.pk],
            files_below=below[one.path],
            staff=staff.get(one.pk, 0),
        )
        for one in shown
    ]


def station_history(station: Station) -> list[tuple[date, str]]:
    """What happened to a station and to those right below it, the latest first."""
    told = [(station.opened_on, f"{station.name}启用")]
    names = list(station.names.all())
    told += [(new.starts_on, f"更名：{old.name} → {new.name}") for old, new in pairwise(names)]
    for area in station.areas.select_related("region"):
        if area.starts_on > station.opened_on:
            told.append((area.starts_on, f"接管{area.region.name}"))
        if area.ends_on is not None and area.ends_on != station.closed_on:
            told.append((area.ends_on, f"划出{area.region.name}"))
    for child in station.get_children().select_related("succeeded_by"):
        if child.opened_on > station.opened_on:
            told.append((child.opened_on, f"下级{child.name}启用"))
        told += _end(child, f"下级{child.name}")
    told += [(one.closed_on, f"接收{one.name}的档案") for one in station.predecessors.all() if one.closed_on]
    told += _end(station, station.name)
    return sorted(told, key=lambda row: row[0], reverse=True)


def _end(station: Station, words: str) -> list[tuple[date, str]]:
    if station.closed_on is None:
        return []
    into = f"，档案转{station.succeeded_by.name}" if station.succeeded_by else ""
    return [(station.closed_on, f"{words}停用{into}")]


@dataclass(frozen=True, slots=True)
class AffectedRows:
    """What follows when a station ends or gives regions away; what is counted now."""

    files: int
    follow_ups: int
    posts: int
    employers: int


def count_affected_rows(station: Station, regions: Sequence[str] | None = None) -> AffectedRows:
    """Of the end of a station; with `regions` (codes) of giving these away."""
    waiting = FollowUp.objects.filter(station=station, state=FollowUpState.PENDING)
    if regions is not None:
        files = records_living_in(station, regions)
        return AffectedRows(files.count(), waiting.filter(placement__veteran__in=files).count(), 0, 0)
    return AffectedRows(
        files=Veteran.objects.filter(station=station).count(),
        follow_ups=waiting.count(),
        posts=Appointment.objects.current().filter(station=station).count(),
        employers=Employer.objects.filter(station=station).count(),
    )
