"""Files follow their stations: what happens to them when the network changes."""

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

BATCH = 2_000


def records_living_in(station: Station, regions: Sequence[str]) -> VeteranQuerySet:
    """Files of a station whose people live in one of `regions` (codes) or below."""
    inside = reduce(or_, (Q(living_region__code__startswith=code) for code in regions), Q(pk__in=[]))
    return Veteran.objects.filter(inside, station=station)


@transaction.atomic
def move_records(
    *, files: VeteranQuerySet, station: Station, into: Station, on: date, reason: MoveReason, by: Any
) -> int:
    """Move those of `files` that are at `station` to `into` as of the day `on`; how many. A batch at a time:
    the number of queries hardly grows with the files.
    """
    moved = list(files.filter(station=station).order_by("pk").values_list("pk", flat=True))
    if not moved:
        return 0
    for start in range(0, len(moved), BATCH):
        batch = moved[start : start + BATCH]
        Veteran.objects.filter(pk__in=batch).update(station=into, updated_at=timezone.now())
    audit.record(
        by=by, verb="veterans.moved", target=into, before=station.pk, after=into.pk, count=len(moved)
    )
    veteran_records_changed.send(sender=Veteran)
    announce_move(files=moved, station=station, into=into, on=on, reason=reason, by=by)
    return len(moved)


def announce_move(
    *, files: Iterable[int], station: Station, into: Station, on: date, reason: MoveReason, by: Any
) -> None:
    """Write down that these files (their numbers), which stand at `into` already, came there from `station`,
    and tell the rooms above.
    """
    files, label = list(files), str(by) if by is not None else "系统"
    RecordMove.objects.bulk_create(
        (
            RecordMove(
                veteran_id=pk, from_station=station, to_station=into, on=on, reason=reason, by_label=label
            )
            for pk in files
        ),
        batch_size=BATCH,
    )
    veteran_records_moved.send(
        sender=Veteran, from_station=station, to_station=into, on=on, by=by, files=files
    )


def announce_moves(moves: Iterable[tuple[int, int, int]], *, reason: MoveReason, by: Any) -> None:
    """`announce_move` today for (file, from, to) of many, all by their numbers."""
    together: dict[tuple[int, int], list[int]] = defaultdict(list)
    for file, before, after in moves:
        together[before, after].append(file)
    if not together:
        return
    stations = Station.objects.in_bulk({pk for pair in together for pk in pair})
    for (before, after), files in together.items():
        announce_move(
            files=files, station=stations[before], into=stations[after], on=timezone.localdate(),
            reason=reason, by=by,
        )  # fmt: skip


def station_for_record(veteran: Veteran) -> Station:
    """The station that should keep the file: the one it is at while that looks after the place where the
    person lives, or a place inside it; else whichever does. Where no station does: the one it is at.
    """
    if veteran.living_region_id is None:
        return veteran.station
    serving = Station.objects.serving(veteran.living_region_id)
    if serving is None or veteran.station.path.startswith(serving.path):
        return veteran.station
    return serving
