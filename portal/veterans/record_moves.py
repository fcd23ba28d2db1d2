"""Moves of records between stations: when the network changes and when a person moves house."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.core import audit
from portal.stations.models import Station
from portal.veterans.enums import MoveReason
from portal.veterans.events import veteran_records_changed, veteran_records_moved
from portal.veterans.models import RecordMove, Veteran, VeteranQuerySet

BATCH_SIZE = 2_000


def records_living_in(station: Station, regions: Sequence[str]) -> VeteranQuerySet:
    """Return the station's records of people who live in one of `regions` (codes) or below."""
    inside = reduce(or_, (Q(living_region__code__startswith=code) for code in regions), Q(pk__in=[]))
    return Veteran.objects.filter(inside, station=station)


@transaction.atomic
def move_records(
    *, records: VeteranQuerySet, station: Station, into: Station, on: date, reason: MoveReason, by: Any
) -> int:
    """Move those of `records` that are at `station` to `into` as of the day `on`, in batches.

    Returns:
        How many records were moved.
    """
    veteran_ids = list(records.filter(station=station).order_by("pk").values_list("pk", flat=True))
    if not veteran_ids:
        return 0
    for start in range(0, len(veteran_ids), BATCH_SIZE):
        batch = veteran_ids[start : start + BATCH_SIZE]
        Veteran.objects.filter(pk__in=batch).update(station=into, updated_at=timezone.now())
    audit.record(
        by=by, verb="veterans.moved", target=into, before=station.pk, after=into.pk, count=len(veteran_ids)
    )
    veteran_records_changed.send(sender=Veteran)
    announce_move(veteran_ids=veteran_ids, station=station, into=into, on=on, reason=reason, by=by)
    return len(veteran_ids)


def announce_move(
    *, veteran_ids: Iterable[int], station: Station, into: Station, on: date, reason: MoveReason, by: Any
) -> None:
    """Log that records, already at `into`, came there from `station`, and send `veteran_records_moved`."""
    veteran_ids, label = list(veteran_ids), str(by) if by is not None else "系统"
    RecordMove.objects.bulk_create(
        (
            RecordMove(
                veteran_id=pk, from_station=station, to_station=into, on=on, reason=reason, by_label=label
            )
            for pk in veteran_ids
        ),
        batch_size=BATCH_SIZE,
    )
    veteran_records_moved.send(
        sender=Veteran, veteran_ids=veteran_ids, from_station=station, to_station=into, on=on, by=by
    )


def announce_moves(moves: Iterable[tuple[int, int, int]], *, reason: MoveReason, by: Any) -> None:
    """Log and announce moves as of today, given as keys (record, from station, to station)."""
    by_stations: dict[tuple[int, int], list[int]] = defaultdict(list)
    for veteran_id, old_station, new_station in moves:
        by_stations[old_station, new_station].append(veteran_id)
    if not by_stations:
        return
    stations = Station.objects.in_bulk({pk for pair in by_stations for pk in pair})
    for (old_station, new_station), veteran_ids in by_stations.items():
        announce_move(
            veteran_ids=veteran_ids, station=stations[old_station], into=stations[new_station],
            on=timezone.localdate(), reason=reason, by=by,
        )  # fmt: skip


def station_for_record(veteran: Veteran) -> Station:
    """Return the station that should keep the record.

    It stays where it is while that station, or one above it, serves the living region; else the serving
    station gets it. Where no station serves the region, the record stays.
    """
    if veteran.living_region_id is None:
        return veteran.station
    serving = Station.objects.serving(veteran.living_region_id)
    if serving is None or veteran.station.path.startswith(serving.path):
        return veteran.station
    return serving
