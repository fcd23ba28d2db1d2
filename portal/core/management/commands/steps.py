"""Run several commands in one process, skipping those whose inputs have not changed."""

import hashlib
import json
import os
import shlex
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

# Setting that names the folder a command fills: the command runs again when the folder is gone.
OUTPUTS = {"collectstatic": "STATIC_ROOT", "index_positions": "MATCHING_INDEX_DIR"}
FINGERPRINTS_FILE = (
    "steps.json"  # in the data folder: step -> fingerprint of its inputs when it last went well
)


class Command(BaseCommand):
    """`steps "migrate --no-input" "load_reference :: matching/data/*"`

    The words after `::` are globs below the project's folder: the step is skipped while these files and the
    database are those of its last run. A step without globs always runs, and must be quick when there is
    nothing to do.
    """

    help = "Run commands one after the other; those with ':: GLOB …' only when these files changed"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("steps", nargs="+", metavar="'COMMAND ARGS :: GLOB …'")
        parser.add_argument("--then", help="a command to go on with; in a new process if a step was run")

    def handle(self, *, steps: list[str], then: str | None, **options: Any) -> None:
        has_run = self._run_steps(steps)
        if not then:
            return
        self.stdout.flush()
        if has_run:  # what the steps loaded would stay in the memory of whatever comes
            os.execv(sys.executable, [sys.executable, "manage.py", *shlex.split(then)])  # noqa: S606
        call_command(*shlex.split(then))

    def _run_steps(self, steps: list[str]) -> bool:
        """Run each step that is not current; True when one of those that name their inputs was run."""
        has_run = False
        path = settings.DATA_DIR / FINGERPRINTS_FILE
        fingerprints = json.loads(path.read_text()) if path.exists() else {}
        for step in steps:
            line, _, globs = step.partition("::")
            words = shlex.split(line)
            output = OUTPUTS.get(words[0])
            is_lost = output is not None and not Path(getattr(settings, output)).exists()
            if globs and not is_lost and fingerprints.get(step) == fingerprint(globs.split()):
                self.stdout.write(f"  {words[0]}: up to date")
                continue
            started_at = time.monotonic()
            call_command(*words)
            if globs:
                has_run = True
                # Read again: the database may be there only since this step.
                fingerprints[step] = fingerprint(globs.split())
                draft = path.with_suffix(".new")
                draft.write_text(json.dumps(fingerprints, indent=1))
                draft.replace(path)
            self.stdout.write(f"  {words[0]}: {time.monotonic() - started_at:.1f} s")
        return has_run


def fingerprint(globs: Iterable[str]) -> str:
    """Hex digest of the names, sizes and times of these files, and of which database it is."""
    digest = hashlib.sha256(_database().encode())
    for pattern in globs:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            if path.is_file():
                stat = path.stat()
                digest.update(
                    f"{path.relative_to(settings.BASE_DIR)} {stat.st_size} {stat.st_mtime_ns}\n".encode()
                )
    return digest.hexdigest()


def _database() -> str:
    """Tells one database from another: when its first migration was applied; '' for an empty one."""
    try:
        first = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return ""
    return min((str(row.applied) for row in first.values()), default="")
