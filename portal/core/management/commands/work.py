"""The task worker of django-tasks-db, which also says that it lives (see portal.core.task_recovery)."""

from typing import Any

from django_tasks_db.management.commands import db_worker

from portal.core.task_recovery import beating


class Command(db_worker.Command):
    help = "Run background tasks"

    def configure_logging(self, verbosity: int) -> None:
        """The settings say what is logged: a line for each task would bury the codes that a demo prints."""

    def handle(self, *, worker_id: str, **options: Any) -> None:
        with beating(worker_id):
            super().handle(worker_id=worker_id, **options)
