"""Tests of the stored paths of background tasks."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from portal.core import stored_names
from portal.core.stored_names import TASK_PATHS

calls: list[str] = []
CURRENT_PATH = f"{__name__}.collect"
STORED_PATH = "portal.old_room.tasks.collect"


@task()
def collect(word: str) -> None:
    calls.append(word)


@pytest.fixture
def renamed_task(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Task:
    """A task that was stored under another path before its module was renamed."""
    calls.clear()
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    monkeypatch.setitem(stored_names.TASK_PATHS, CURRENT_PATH, STORED_PATH)
    monkeypatch.setitem(stored_names._TASK_PATHS_TODAY, STORED_PATH, CURRENT_PATH)
    return collect


def work() -> None:
    call_command("work", "--batch", "--no-startup-delay", "--interval", "0", "--no-reload")


def stored_path() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT task_path FROM {DBTaskResult._meta.db_table}")
        (path,) = cursor.fetchone()
    return path


@pytest.mark.parametrize("path", sorted(TASK_PATHS))
def test_every_path_of_the_table_is_a_task(path: str) -> None:
    assert isinstance(import_string(path), Task)


def test_no_two_tasks_share_a_stored_path() -> None:
    assert len(set(TASK_PATHS.values())) == len(TASK_PATHS)


@pytest.mark.django_db(transaction=True)
def test_queue_stores_the_old_path_and_the_worker_runs_the_task(renamed_task: Task) -> None:
    result = renamed_task.enqueue("now")
    assert stored_path() == STORED_PATH
    assert result.task.module_path == CURRENT_PATH
    work()
    assert calls == ["now"]
    row = DBTaskResult.objects.get()
    assert (row.status, row.task_path) == (TaskResultStatus.SUCCESSFUL, CURRENT_PATH)
    assert stored_path() == STORED_PATH


@pytest.mark.django_db(transaction=True)
def test_worker_runs_a_row_that_was_queued_before_the_renaming(renamed_task: Task) -> None:
    renamed_task.enqueue("earlier")
    DBTaskResult.objects.update(task_path=STORED_PATH)
    work()
    assert calls == ["earlier"]


@pytest.mark.django_db(transaction=True)
def test_saving_and_refreshing_a_row_keeps_the_stored_path(renamed_task: Task) -> None:
    renamed_task.enqueue("twice")
    row = DBTaskResult.objects.defer("task_path").get()
    row.save()
    assert stored_path() == STORED_PATH
    assert row.task_path == CURRENT_PATH
    row.refresh_from_db()
    row.save()
    assert stored_path() == STORED_PATH
    assert row.task_path == CURRENT_PATH
