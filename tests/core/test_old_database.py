"""Tests of the refusal of a database from before the migrations were reset."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from portal.core.old_database import is_from_before_reset

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "migration",
    [("sheets", "0001_initial"), ("notices", "0001_initial"), ("veterans", "0002_veteran_updated")],
)
def test_migrate_refuses_a_database_with_a_removed_migration(migration: tuple[str, str]) -> None:
    assert not is_from_before_reset(connection)
    MigrationRecorder(connection).record_applied(*migration)
    assert is_from_before_reset(connection)
    with pytest.raises(CommandError, match="before the migrations were reset"):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db
def test_migrate_accepts_the_database_of_today() -> None:
    call_command("migrate", verbosity=0)


def test_make_run_ends_with_one_clear_line_on_an_old_data_folder(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "portal.sqlite3") as database:
        database.execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied text)"
        )
        database.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('core', '0001_initial', '2026-01-01'), ('sheets', '0001_initial', '2026-01-01')"
        )
    database.close()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    process = subprocess.run(
        [sys.executable, "manage.py", "steps", "migrate --no-input --verbosity 0 :: */migrations/*.py"],
        cwd=ROOT,
        env={**environment, "PORTAL_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings.dev"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    (line,) = process.stderr.splitlines()
    assert "before the migrations were reset" in line
    assert str(tmp_path) in line
    assert "请删除数据目录" in line
