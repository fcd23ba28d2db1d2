"""Scheduled jobs: packages register them when the apps are ready, `manage.py tick` runs those that are due.

The row of a job (`ScheduledJobState`) holds when it is due next. A clock claims the row for LEASE before it
runs the job, so two clocks never run one job at once, and a job whose clock was killed is due again when the
lease ends. A job must therefore be able to run twice and to be interrupted anywhere.
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

from portal.core.models import ScheduledJobState

LEASE = timedelta(minutes=15)
# Delay before the retry of a failed job; it doubles with each failure, up to the job's interval.
FIRST_RETRY = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[], Any]


_jobs: dict[str, Job] = {}


def register(name: str, *, every: timedelta, run: Callable[[], Any]) -> None:
    """Register a job; call it from an AppConfig's `ready`.

    Args:
        name: 'package.verb', at most 60 characters, stored; registering a name again replaces the job.
        every: interval from the start of one run to the start of the next.
        run: callable without arguments; it may run twice or be interrupted anywhere.
    """
    _jobs[name] = Job(name, every, run)


def jobs() -> list[Job]:
    """Return the registered jobs in the order of their names."""
    return [_jobs[name] for name in sorted(_jobs)]


def _claim(job: Job, now: datetime) -> bool:
    """Claim the job for LEASE; return False when it is not due or another clock has claimed it."""
    ScheduledJobState.objects.get_or_create(name=job.name, defaults={"next_at": now})
    due_rows = ScheduledJobState.objects.filter(name=job.name, next_at__lte=now)
    return due_rows.update(next_at=now + LEASE, started_at=now) == 1


def run_due(now: datetime | None = None) -> Iterator[tuple[str, Any]]:
    """Run every job that is due, one after the other.

    A job that raises is logged and retried later; the others run all the same.

    Yields:
        (name of the job, its return value or the exception that it raised).
    """
    for job in jobs():
        started_at = now or timezone.now()
        if not _claim(job, started_at):
            continue
        row = ScheduledJobState.objects.filter(name=job.name)
        try:
            result = job.run()
        except Exception as error:
            logger.exception("periodic job %s failed", job.name)
            failures = row.values_list("failures", flat=True).get() + 1
            delay = min(FIRST_RETRY * 2 ** min(failures - 1, 10), job.every)
            row.update(
                next_at=(now or timezone.now()) + delay, failures=failures, error=type(error).__name__[:80]
            )
            yield job.name, error
        else:
            row.update(
                next_at=started_at + job.every, finished_at=now or timezone.now(), failures=0, error=""
            )
            yield job.name, result


def run_until(stop: threading.Event, *, every: float) -> None:
    """Run the jobs that are due every `every` seconds, until `stop` is set."""
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
    """Run the jobs that are due every `every` seconds from a thread while the context is open."""
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
