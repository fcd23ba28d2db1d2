"""A clock that is killed again and again while many follow-ups fall due, on a database of its own.

`python -m tests.scale.due_follow_ups FOLLOW_UPS KILLS` with PORTAL_DATA (and DATABASE_URL) set prints JSON of
the database afterwards.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

A_PLACEMENT = 4  # calls of each
LONGEST_LIFE = 20.0  # seconds of a clock that gets nothing done


def make(duties: int) -> list[tuple[int, str, int]]:
    """Fill the database; (number, day to call, levels above its station) of each call."""
    from django.core.management import call_command
    from django.utils import timezone

    from portal.follow_ups.models import FollowUp
    from portal.placements.models import Placement, PlacementTransition
    from tests.factories import make_employer, make_position, make_staff, make_stations, make_veteran

    call_command("migrate", verbosity=0)
    life(None)  # what else the clock runs is done before, and takes no time of the lives that are cut off
    stations, today = make_stations(), timezone.localdate()
    clerks = [make_staff(station) for station in stations.values()]
    people = [make_veteran(station=list(stations.values())[i % len(stations)]) for i in range(50)]
    employer = make_employer()
    positions = [make_position(employer=employer) for _ in range(duties // A_PLACEMENT // len(people))]
    placements = Placement.objects.bulk_create(
        [
            Placement(veteran=p, position=position, recorded_by=clerks[0])
            for p in people
            for position in positions
        ]
    )
    PlacementTransition.objects.bulk_create(
        PlacementTransition(
            placement=placement,
            sequence=1,
            step="declare",
            to_state="intended",
            happened_on=today,
            by=clerks[0],
            station=placement.veteran.station,
        )
        for placement in placements
    )
    calls = FollowUp.objects.bulk_create(
        FollowUp(
            placement=placement,
            kind="after_fair",
            due_on=(day := today - timedelta(days=(i * A_PLACEMENT + n) % 20 + n)),
            call_on=day,
            station=placement.veteran.station,
        )
        for i, placement in enumerate(placements)
        for n in range(A_PLACEMENT)
    )
    depths = {station.pk: station.depth for station in stations.values()}
    return [(call.pk, call.call_on.isoformat(), depths[call.station_id] - 1) for call in calls]


def life(left: int | None, longest: float = LONGEST_LIFE, after: float = 0) -> float:
    """One clock, from its start until it is killed: `after` seconds after fewer than `left` calls wait, or
    when `longest` is over (`left` None: until it has done its work). How long it took until then.
    """
    from django.core.management import call_command
    from django.db import connections

    from portal.core.models import ScheduledJobState

    # The lease of the one that was killed has ended; a quarter of an hour is not waited for here.
    ScheduledJobState.objects.filter(name="placements.duties").delete()
    connections.close_all()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.nice(19)  # on a crowded machine the one who kills comes first
        try:
            with Path(os.devnull).open("w") as nowhere:
                call_command("tick", "--once", stdout=nowhere)
        finally:
            os._exit(0)
    if left is None:
        os.waitpid(child, 0)
        return 0
    # Nobody waits for the child meanwhile: should it end by itself, the signal still finds it.
    while count_waiting() >= left and time.monotonic() - began < longest:
        time.sleep(0.001)
    seconds = time.monotonic() - began
    if count_waiting() < left:
        time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return seconds


def count_waiting() -> int:
    """Calls that have not fallen due."""
    from portal.follow_ups.models import FollowUp

    return FollowUp.objects.filter(fell_due_at=None).count()


def kill_often(duties: int, kills: int, rng: random.Random) -> dict[str, Any]:
    """Kill that many clocks at random moments, so that the work lasts until the last of them: some a moment
    after their first batch, as often as the work is behind; the others on their way to it, which is as long
    as the shortest one seen.
    """
    write_count, while_waiting, way = 0, 0, LONGEST_LIFE
    for n in range(kills):
        left = count_waiting()
        while_waiting += left > 0
        if (duties - left) / duties <= n / (kills * 1.1):
            seconds = life(left, after=rng.uniform(0, 0.01))
        else:
            seconds = life(left, rng.uniform(0, way))
        if count_waiting() < left:
            write_count, way = write_count + 1, min(way, seconds)
    return {"wrote": write_count, "while_waiting": while_waiting}


def main(duties: int, kills: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    django.setup()
    from portal.accounts.models import Appointment
    from portal.follow_ups.models import FollowUpEvent
    from portal.notifications.models import Notification

    calls = make(duties)
    results = kill_often(len(calls), kills, random.Random(7))
    life(None)
    events = FollowUpEvent.objects.order_by("pk").values_list("follow_up", "kind", "on")
    print(
        json.dumps(
            {
                **results,
                "calls": calls,
                "events": [(pk, kind, on.isoformat()) for pk, kind, on in events],
                "clerks": [
                    (appointment.user_id, appointment.station.numchild > 0)
                    for appointment in Appointment.objects.select_related("station")
                ],
                "told": list(Notification.objects.values_list("user", "key")),
            }
        )
    )


main(int(sys.argv[1]), int(sys.argv[2]))
