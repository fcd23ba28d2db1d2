"""Run background tasks, with a heartbeat (see portal.core.task_recovery) and, if wanted, the clock."""

from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from django_tasks_db.management.commands import db_worker

from portal.core import scheduled_jobs
from portal.core.task_recovery import heartbeat

CLOCK_SECONDS = 15.0


class Command(db_worker.Command):
    help = "Run background tasks"
    requires_system_checks: list[str] = []  # they import every view, which no task needs

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--with-clock", action="store_true", help="run scheduled jobs too, like `tick`")

    def configure_logging(self, verbosity: int) -> None:
        """Leave logging to the settings: a line for each task would bury the codes that a demo prints."""

    def handle(self, *, worker_id: str, **options: Any) -> None:
        with_clock = options.pop("with_clock", False)
        with heartbeat(worker_id), scheduled_jobs.clock(CLOCK_SECONDS) if with_clock else nullcontext():
            super().handle(worker_id=worker_id, **options)
