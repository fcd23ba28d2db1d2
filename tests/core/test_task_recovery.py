"""Tasks outlive their worker: started again after its death, tried again after a failure."""

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

from portal.core import task_recovery
from portal.core.models import WorkerHeartbeat

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
def queue(settings) -> None:
    calls.clear()
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def work() -> None:
    call_command("work", "--batch", "--no-startup-delay", "--interval", "0", "--no-reload")


def row() -> DBTaskResult:
    return DBTaskResult.objects.get()


def test_what_died_with_its_worker_is_started_again_and_what_lives_is_left_alone() -> None:
    for worker in ("dead", "alive"):
        note.enqueue(worker)
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).first().claim(worker)
    task_recovery.record_heartbeat("alive")
    WorkerHeartbeat.objects.create(worker="dead", at=timezone.now() - 2 * task_recovery.HEARTBEAT_TIMEOUT)
    assert task_recovery.requeue_orphaned_tasks() == 1
    work()
    assert calls == ["dead"]
    states = dict(DBTaskResult.objects.values_list("args_kwargs__args__0", "status"))
    assert states == {"dead": TaskResultStatus.SUCCESSFUL, "alive": TaskResultStatus.RUNNING}


def test_a_task_that_fails_waits_longer_each_time_and_is_given_up_in_the_end() -> None:
    fail.enqueue("x")
    waits = []
    for _ in range(task_recovery.MAX_ATTEMPTS):
        DBTaskResult.objects.update(run_after=timezone.now())
        began = timezone.now()
        work()
        waits.append(round((row().run_after - began).total_seconds()))
    assert len(calls) == task_recovery.MAX_ATTEMPTS
    assert waits[:-1] == [wait.total_seconds() for wait in task_recovery.RETRY_DELAYS]
    assert row().status == TaskResultStatus.FAILED
    assert "not now" in row().traceback


def test_a_task_whose_workers_die_each_time_is_given_up() -> None:
    note.enqueue("poison")
    for number in range(task_recovery.MAX_ATTEMPTS):
        row().claim(f"worker {number}")
        task_recovery.requeue_orphaned_tasks()
    assert row().status == TaskResultStatus.FAILED
    assert calls == []


def test_tasks_that_come_and_go_leave_no_line_in_the_log() -> None:
    level = logging.getLogger("django_tasks").level
    note.enqueue("x")
    work()
    assert logging.getLogger("django_tasks").level == level


def test_a_worker_that_ends_in_order_leaves_no_beat() -> None:
    work()
    assert not WorkerHeartbeat.objects.exists()


def test_old_successes_are_forgotten() -> None:
    note.enqueue("x")
    work()
    assert task_recovery.delete_old_results() == 0
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert task_recovery.delete_old_results() == 1


HANGS = """
import time
from django_tasks_db.models import DBTaskResult
from portal.core.task_recovery import heartbeat
from portal.ranking.tasks import refresh_posting

refresh_posting.enqueue(0)
with heartbeat("hangs"):
    DBTaskResult.objects.get().claim("hangs")
    print("claimed", flush=True)
    time.sleep(60)
"""
LOOKS = """
from django.utils import timezone
from portal.core import working
from portal.core.models import WorkerHeartbeat

at_once = working.requeue_orphaned_tasks()
WorkerHeartbeat.objects.update(at=timezone.now() - 2 * working.HEARTBEAT_TIMEOUT)
print(at_once, working.requeue_orphaned_tasks())
"""


def test_a_killed_process_is_seen_to_be_dead(tmp_path) -> None:
    """A real one, killed while it has a task in hand."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
        "PORTAL_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
    }  # fmt: skip
    run = partial(subprocess.Popen, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    manage = [sys.executable, "manage.py"]
    with run([*manage, "migrate", "--verbosity", "0"]) as migrating:
        assert migrating.wait() == 0
    with run([*manage, "shell", "--no-imports", "-c", HANGS]) as hanging:
        assert hanging.stdout.readline() == b"claimed\n"
        hanging.kill()
    with run([*manage, "shell", "--no-imports", "-c", LOOKS]) as looking:
        assert looking.stdout.read() == b"0 1\n"
