"""The task queue's missing half: a worker says that it lives, a task that died with its worker is started
again, and one that failed is tried again later.

django-tasks-db leaves a task RUNNING for ever when its worker is killed, and tries none twice. So each of our
tasks must be able to run twice: it reads the state of its record first, and does nothing when that is done.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal.core.models import WorkerHeartbeat

HEARTBEAT_INTERVAL = timedelta(seconds=10)
HEARTBEAT_TIMEOUT = timedelta(seconds=60)
# What has come to nothing so often is left for somebody to look at: its row says FAILED and why.
MAX_ATTEMPTS = 6
# Before the second start, the third … ; the last one serves for all that follow.
RETRY_DELAYS = (
    timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30),
    timedelta(hours=2),
)  # fmt: skip

logger = logging.getLogger(__name__)


def record_heartbeat(worker: str) -> None:
    """Note that `worker` lives."""
    WorkerHeartbeat.objects.update_or_create(worker=worker, defaults={"at": timezone.now()})


@contextmanager
def heartbeat(worker: str) -> Iterator[None]:
    """Inside, a thread notes every few seconds that `worker` lives; afterwards it is known to be gone."""
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(HEARTBEAT_INTERVAL.total_seconds()):
            try:
                record_heartbeat(worker)
            except DatabaseError as error:  # busy or restarting: the next record_heartbeat will do
                logger.warning("worker %s could not say that it lives: %s", worker, error)
            finally:
                connection.close()

    record_heartbeat(worker)
    thread = threading.Thread(target=go_on, name="record_heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(HEARTBEAT_INTERVAL.total_seconds())
        WorkerHeartbeat.objects.filter(worker=worker).delete()


def requeue_orphaned_tasks() -> int:
    """Start again what died with its worker; how many tasks. Forgets workers long gone."""
    now = timezone.now()
    alive = set(
        WorkerHeartbeat.objects.filter(at__gt=now - HEARTBEAT_TIMEOUT).values_list("worker", flat=True)
    )
    restarted = 0
    # A worker's first record_heartbeat comes before its first task: no mark of life means that it is gone.
    for row in DBTaskResult.objects.running().only("pk", "worker_ids", "started_at"):
        if row.worker_ids and row.worker_ids[-1] in alive:
            continue
        # Only if it is still as it was read: it may have ended, or begun again elsewhere, meanwhile.
        same = DBTaskResult.objects.filter(
            pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at
        )
        if len(row.worker_ids) >= MAX_ATTEMPTS:
            same.update(
                status=TaskResultStatus.FAILED, finished_at=now, traceback="its worker died each time"
            )
            logger.error("task %s: its worker died %d times", row.pk, MAX_ATTEMPTS)
        else:
            restarted += same.update(status=TaskResultStatus.READY)
    WorkerHeartbeat.objects.filter(Q(at__lte=now - timedelta(days=1))).delete()
    return restarted


def retry_failed_task(task_result: Any) -> None:
    """Have a task that failed wait for its next start; only the database's queue keeps tasks."""
    queued = isinstance(task_result.task.get_backend(), DatabaseBackend)
    if not queued or task_result.status != TaskResultStatus.FAILED:
        return
    row = DBTaskResult.objects.filter(pk=task_result.id, status=TaskResultStatus.FAILED).first()
    if row is None or len(row.worker_ids) >= MAX_ATTEMPTS:
        return
    wait = RETRY_DELAYS[min(len(row.worker_ids), len(RETRY_DELAYS)) - 1]
    DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY, run_after=timezone.now() + wait, finished_at=None
    )
    logger.warning("task %s failed (%s): again in %s", row.task_path, row.exception_class_path, wait)


def delete_old_results(keep: timedelta = timedelta(days=30)) -> int:
    """Take tasks that succeeded long ago out of the queue's table; how many."""
    old = DBTaskResult.objects.successful().filter(finished_at__lt=timezone.now() - keep)
    return old.delete()[0]
