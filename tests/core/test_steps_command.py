"""`manage.py steps`: what is current is left out, and nothing else."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.core.management.commands import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with one input file, an empty data folder, and commands that only say their name."""
    settings.BASE_DIR, settings.DATA_DIR = tmp_path / "project", tmp_path / "data"
    settings.STATIC_ROOT = tmp_path / "data" / "static"
    settings.BASE_DIR.mkdir()
    settings.STATIC_ROOT.mkdir(parents=True)
    (settings.BASE_DIR / "input.csv").write_text("one")
    monkeypatch.setattr(steps, "call_command", lambda *words: ran.append(words))
    ran.clear()
    return settings.BASE_DIR


ran: list[tuple[str, ...]] = []


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("steps", *words, stdout=out)
    return out.getvalue()


def test_step_with_globs_runs_again_only_when_its_files_change(project: Path) -> None:
    step = "load_reference --quick :: *.csv"
    run(step)
    assert "load_reference: up to date" in run(step)
    assert ran == [("load_reference", "--quick")]
    (project / "input.csv").write_text("other")
    run(step)
    (project / "more.csv").write_text("new")
    run(step)
    os.utime(project / "more.csv", ns=(1, 1))
    run(step)
    assert len(ran) == 4


def test_step_without_globs_always_runs(project: Path) -> None:
    run("index_positions")
    run("index_positions")
    assert ran == [("index_positions",), ("index_positions",)]


def test_step_runs_again_for_another_database(project: Path) -> None:
    run("load_reference :: *.csv")
    first = MigrationRecorder.Migration.objects.order_by("applied")[0]
    first.applied = timezone.now() - timedelta(days=1)
    first.save()
    run("load_reference :: *.csv")
    assert len(ran) == 2


def test_step_runs_again_when_its_output_folder_is_gone(project: Path, settings: Any) -> None:
    run("collectstatic :: *.csv")
    settings.STATIC_ROOT.rmdir()
    run("collectstatic :: *.csv")
    assert len(ran) == 2


def test_failed_step_runs_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*words: str) -> None:
        raise ValueError("no")

    with monkeypatch.context() as patch:
        patch.setattr(steps, "call_command", fail)
        with pytest.raises(ValueError, match="no"):
            run("load_reference :: *.csv")
    run("load_reference :: *.csv")
    assert ran == [("load_reference",)]
