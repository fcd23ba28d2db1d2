"""Tests of restarting tasks whose worker died and of retrying tasks that failed."""

import logging
import os
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks import task
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from portal.core import task_recovery
from portal.core.models import WorkerHeartbeat
from tests.harness.optional import require

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
calls: list[str] = []


@task()
def note(word: str) -> None:
    calls.append(word)


@task()
def fail(word: str) -> None:
    calls.append(word)
    raise RuntimeError("not now")


@pytest.fixture(autouse=True)
def queue(settings: Settings) -> None:
    calls.clear()
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def work() -> None:
    call_command("work", "--batch", "--no-startup-delay", "--interval", "0", "--no-reload")


def row() -> DBTaskResult:
    return DBTaskResult.objects.get()


def test_task_of_dead_worker_is_requeued_and_task_of_living_worker_is_kept() -> None:
    for worker in ("dead", "alive"):
        note.enqueue(worker)
        require(DBTaskResult.objects.filter(status=TaskResultStatus.READY).first()).claim(worker)
    task_recovery.record_heartbeat("alive")
    WorkerHeartbeat.objects.create(worker="dead", at=timezone.now() - 2 * task_recovery.HEARTBEAT_TIMEOUT)
    assert task_recovery.requeue_orphaned_tasks() == 1
    work()
    assert calls == ["dead"]
    states = dict(DBTaskResult.objects.values_list("args_kwargs__args__0", "status"))
    assert states == {"dead": TaskResultStatus.SUCCESSFUL, "alive": TaskResultStatus.RUNNING}


@pytest.mark.parametrize("change", ["ended", "started elsewhere"])
def test_task_that_changed_since_it_was_read_is_left_alone(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    note.enqueue("x")
    row().claim("dead")
    rows_read_before = list(DBTaskResult.objects.running().only("pk", "worker_ids", "started_at"))
    if change == "ended":
        DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    else:
        DBTaskResult.objects.update(started_at=timezone.now() + timedelta(seconds=1))
    status = row().status
    rows = type("Rows", (), {"only": lambda self, *names: rows_read_before})()
    monkeypatch.setattr(type(DBTaskResult.objects), "running", lambda manager: rows)
    assert task_recovery.requeue_orphaned_tasks() == 0
    assert row().status == status


def test_failed_task_waits_longer_before_each_retry_until_the_last_attempt() -> None:
    fail.enqueue("x")
    delays = []
    for _ in range(task_recovery.MAX_ATTEMPTS):
        DBTaskResult.objects.update(run_after=timezone.now())
        started_at = timezone.now()
        work()
        delays.append(round((row().run_after - started_at).total_seconds()))
    assert len(calls) == task_recovery.MAX_ATTEMPTS
    assert delays[:-1] == [delay.total_seconds() for delay in task_recovery.RETRY_DELAYS]
    assert row().status == TaskResultStatus.FAILED
    assert "not now" in row().traceback


def test_task_whose_workers_die_each_time_fails_after_the_last_attempt() -> None:
    note.enqueue("poison")
    for number in range(task_recovery.MAX_ATTEMPTS):
        row().claim(f"worker {number}")
        task_recovery.requeue_orphaned_tasks()
    assert row().status == TaskResultStatus.FAILED
    assert calls == []


def test_worker_keeps_the_log_level_of_the_settings() -> None:
    level = logging.getLogger("django_tasks").level
    note.enqueue("x")
    work()
    assert logging.getLogger("django_tasks").level == level


def test_worker_that_ends_in_order_leaves_no_heartbeat() -> None:
    work()
    assert not WorkerHeartbeat.objects.exists()


def test_old_results_of_successful_tasks_are_deleted() -> None:
    note.enqueue("x")
    work()
    assert task_recovery.delete_old_results() == 0
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert task_recovery.delete_old_results() == 1


CLAIM_AND_HANG = """
import time
from django_tasks_db.models import DBTaskResult
from portal.core.task_recovery import heartbeat
from portal.ranking.tasks import refresh_position

refresh_position.enqueue(0)
with heartbeat("hangs"):
    DBTaskResult.objects.get().claim("hangs")
    print("claimed", flush=True)
    time.sleep(60)
"""
REQUEUE_TWICE = """
from django.utils import timezone
from portal.core import task_recovery
from portal.core.models import WorkerHeartbeat

before_timeout = task_recovery.requeue_orphaned_tasks()
WorkerHeartbeat.objects.update(at=timezone.now() - 2 * task_recovery.HEARTBEAT_TIMEOUT)
print(before_timeout, task_recovery.requeue_orphaned_tasks())
"""


def test_task_of_killed_process_is_requeued_after_the_timeout(tmp_path: Path) -> None:
    """A real process, killed while it runs a task."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
        "PORTAL_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
    }  # fmt: skip
    run = partial(subprocess.Popen, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    manage = [sys.executable, "manage.py"]
    with run([*manage, "migrate", "--verbosity", "0"]) as migrating:
        assert migrating.wait() == 0
    with run([*manage, "shell", "--no-imports", "-c", CLAIM_AND_HANG]) as hanging:
        assert require(hanging.stdout).readline() == b"claimed\n"
        hanging.kill()
    with run([*manage, "shell", "--no-imports", "-c", REQUEUE_TWICE]) as looking:
        assert require(looking.stdout).read() == b"0 1\n"
