from datetime import timedelta
from typing import Any

from django.apps import AppConfig


def _retry_when_failed(sender: type, task_result: Any, **kwargs: Any) -> None:
    from portal.core.task_recovery import retry_failed_task

    retry_failed_task(task_result)


class CoreConfig(AppConfig):
    name = "portal.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from django_tasks_db.compat import task_finished

        from portal.core import key_lookups, log_filters, scheduled_jobs, task_paths, task_recovery

        key_lookups.register_lookups()
        log_filters.redact_all_records()
        task_paths.connect_receivers()
        task_finished.connect(_retry_when_failed, dispatch_uid="core.try_again")
        scheduled_jobs.register(
            "core.restart_orphans", every=timedelta(seconds=30), run=task_recovery.requeue_orphaned_tasks
        )
        scheduled_jobs.register(
            "core.forget_old_tasks", every=timedelta(days=1), run=task_recovery.delete_old_results
        )
