"""Stored and published names stay as they are, whatever code is called.

`stored_contracts.json` lists the names as they were before the renaming (commit c208740). New names may join
them; none of these may go or change.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from portal.core import audit
from portal.core.models import AuditEvent
from portal.core.stored_names import stored_task_path
from tests.house.stored_contracts import LISTING, find_missing

ROOT = Path(__file__).parents[2]
LISTED: dict[str, Any] = json.loads(LISTING.read_text(encoding="utf-8"))
# Listed, and rightly gone.
EXEMPT_LABELS = {
    "models: employers.EmployerPaper": "merged into documents; its events and merges name the employer",
}


@pytest.fixture(scope="module")
def present() -> dict[str, Any]:
    """The listing of the code of today, from a process that ran no other test."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    process = subprocess.run(
        [sys.executable, "-m", "tests.house.stored_contracts"],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-4000:]
    return json.loads(process.stdout)


@pytest.mark.must("house.1")
@pytest.mark.parametrize("section", sorted(LISTED))
def test_stored_names_are_unchanged(section: str, present: dict[str, Any]) -> None:
    missing = find_missing(LISTED[section], present.get(section), f"{section}: ")
    assert [line for line in missing if line not in EXEMPT_LABELS] == []


@pytest.mark.must("house.1")
@pytest.mark.django_db
def test_audit_event_names_the_type_of_its_target_as_before() -> None:
    for model in apps.get_models():
        audit.record(by=None, verb="house.1", target=model(pk=1))
    written_types = set(AuditEvent.objects.filter(verb="house.1").values_list("target_type", flat=True))
    exempt_types = {line.rpartition(" ")[2].lower() for line in EXEMPT_LABELS}
    assert {label.lower() for label in LISTED["models"]} - exempt_types <= written_types


@pytest.mark.must("house.1")
@pytest.mark.parametrize("path", sorted(LISTED["tasks"]))
def test_queued_task_is_found_by_its_stored_path(path: str) -> None:
    task: Any = DBTaskResult(task_path=path, backend_name="default").task
    assert isinstance(task, Task)
    assert stored_task_path(task.module_path) == path


@pytest.mark.parametrize(
    ("listed", "present", "missing"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": 1}, {}, ["x: a"]),
        ({"a": 1}, {"a": 2}, ["x: a: 1 is now 2"]),
        (["a", "b"], ["b", "c"], ['x: "a"']),
        ([["a", "b"]], [["b", "c"], ["a", "b", "c"]], []),
        ([{"a": "甲"}], [{"a": "乙"}, {"a": "甲", "b": "丙"}], []),
        ([{"a": "甲"}], [{"a": "乙"}], ['x: {"a": "甲"}']),
    ],
)
def test_comparison_reports_what_is_gone(listed: Any, present: Any, missing: list[str]) -> None:
    assert find_missing(listed, present, "x: ") == missing
