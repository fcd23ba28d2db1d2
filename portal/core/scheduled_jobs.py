"""Work that comes round: rooms register a job when they are ready, `manage.py tick` runs what is due.

A job has a row (`PeriodicRun`) that says when it is due next. Whoever runs it claims the row first, for
LEASE: two clocks never run one job at once, and a job whose clock was killed half-way is due again when the
lease ends. So a job must be able to run twice, and to go on from where it was cut off.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, close_old_connections, connections
from django.utils import timezone

from portal.core.models import PeriodicRun

LEASE = timedelta(minutes=15)
# After a failure a job is tried again sooner than its turn, later with each failure.
FIRST_RETRY = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[], Any]


_jobs: dict[str, Job] = {}


def register(name: str, *, every: timedelta, run: Callable[[], Any]) -> None:
    """Have `run` called every so often. Call it from an AppConfig's `ready`.

    Args:
        name: 'room.verb', at most 60 characters; the same name again replaces the job.
        every: from the start of one run to the start of the next.
        run: takes nothing; may run twice or be cut off anywhere.
    """
    _jobs[name] = Job(name, every, run)


def jobs() -> list[Job]:
    return [_jobs[name] for name in sorted(_jobs)]


def _claim(job: Job, now: datetime) -> bool:
    """Take the job if it is due and nobody else has it."""
    PeriodicRun.objects.get_or_create(name=job.name, defaults={"next_at": now})
    due = PeriodicRun.objects.filter(name=job.name, next_at__lte=now)
    return due.update(next_at=now + LEASE, started_at=now) == 1


def run_due(now: datetime | None = None) -> Iterator[tuple[str, Any]]:
    """Run every job that is due, one after the other; yields each job's name and what it returned or raised.

    A job that raises is written to the log and tried again later; the others run all the same.
    """
    for job in jobs():
        began = now or timezone.now()
        if not _claim(job, began):
            continue
        row = PeriodicRun.objects.filter(name=job.name)
        try:
            said = job.run()
        except Exception as error:
            logger.exception("periodic job %s failed", job.name)
            failures = row.values_list("failures", flat=True).get() + 1
            wait = min(FIRST_RETRY * 2 ** min(failures - 1, 10), job.every)
            row.update(
                next_at=(now or timezone.now()) + wait, failures=failures, error=type(error).__name__[:80]
            )
            yield job.name, error
        else:
            row.update(next_at=began + job.every, finished_at=now or timezone.now(), failures=0, error="")
            yield job.name, said


def run_until(stop: threading.Event, *, every: float) -> None:
    """Run what is due every so many seconds, until `stop` is set."""
    while not stop.is_set():
        close_old_connections()
        try:
            for _ in run_due():
                pass
        except OperationalError as error:  # a busy or restarting database: the next round catches up
            logger.warning("clock: %s", error)
        stop.wait(every)


@contextmanager
def clock(every: float) -> Iterator[None]:
    """Inside, a thread runs what is due every so many seconds; it may be cut off anywhere."""
    stop = threading.Event()

    def run() -> None:
        try:
            run_until(stop, every=every)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, name="clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(every)
