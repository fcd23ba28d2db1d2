"""Heartbeat of task workers; restart of tasks whose worker died and retry of tasks that failed.

django-tasks-db leaves a task RUNNING for ever when its worker is killed, and retries none. Every task of the
portal must therefore be able to run twice: it reads the state of its record first.
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
# After this many starts a task is left FAILED, with the cause, for an operator.
MAX_ATTEMPTS = 6
# Delay before the second attempt, the third …; the last one serves for all that follow.
RETRY_DELAYS = (
    timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30),
    timedelta(hours=2),
)  # fmt: skip

logger = logging.getLogger(__name__)


def record_heartbeat(worker: str) -> None:
    """Store the current time as the last heartbeat of `worker`."""
    WorkerHeartbeat.objects.update_or_create(worker=worker, defaults={"at": timezone.now()})


@contextmanager
def heartbeat(worker: str) -> Iterator[None]:
    """Record the heartbeat of `worker` every HEARTBEAT_INTERVAL from a thread; delete it at the end."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(HEARTBEAT_INTERVAL.total_seconds()):
            try:
                record_heartbeat(worker)
            except DatabaseError as error:  # busy or restarting: the next heartbeat will do
                logger.warning("no heartbeat of worker %s: %s", worker, error)
            finally:
                connection.close()

    record_heartbeat(worker)
    thread = threading.Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(HEARTBEAT_INTERVAL.total_seconds())
        WorkerHeartbeat.objects.filter(worker=worker).delete()


def requeue_orphaned_tasks() -> int:
    """Queue running tasks again whose worker died; delete heartbeats older than a day.

    Returns:
        The number of tasks queued again.
    """
    now = timezone.now()
    alive = set(
        WorkerHeartbeat.objects.filter(at__gt=now - HEARTBEAT_TIMEOUT).values_list("worker", flat=True)
    )
    requeued_count = 0
    # A worker's first heartbeat comes before its first task, so a worker without one is dead.
    for row in DBTaskResult.objects.running().only("pk", "worker_ids", "started_at"):
        if row.worker_ids and row.worker_ids[-1] in alive:
            continue
        # Only while the row is as it was read: the task may have ended or started elsewhere since.
        unchanged = DBTaskResult.objects.filter(
            pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at
        )
        if len(row.worker_ids) >= MAX_ATTEMPTS:
            unchanged.update(
                status=TaskResultStatus.FAILED, finished_at=now, traceback="its worker died each time"
            )
            logger.error("task %s: its worker died %d times", row.pk, MAX_ATTEMPTS)
        else:
            requeued_count += unchanged.update(status=TaskResultStatus.READY)
    WorkerHeartbeat.objects.filter(Q(at__lte=now - timedelta(days=1))).delete()
    return requeued_count


def retry_failed_task(task_result: Any) -> None:
    """Queue a failed task again after its back-off; only tasks of the database backend are kept.

    Args:
        task_result: the django-tasks TaskResult of the attempt that ended.
    """
    is_queued = isinstance(task_result.task.get_backend(), DatabaseBackend)
    if not is_queued or task_result.status != TaskResultStatus.FAILED:
        return
    row = DBTaskResult.objects.filter(pk=task_result.id, status=TaskResultStatus.FAILED).first()
    if row is None or len(row.worker_ids) >= MAX_ATTEMPTS:
        return
    delay = RETRY_DELAYS[min(len(row.worker_ids), len(RETRY_DELAYS)) - 1]
    DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY, run_after=timezone.now() + delay, finished_at=None
    )
    logger.warning("task %s failed (%s): again in %s", row.task_path, row.exception_class_path, delay)


def delete_old_results(keep: timedelta = timedelta(days=30)) -> int:
    """Delete results of tasks that succeeded longer than `keep` ago; return their number."""
    old = DBTaskResult.objects.successful().filter(finished_at__lt=timezone.now() - keep)
    return old.delete()[0]
