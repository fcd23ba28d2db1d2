"""Queue rows keep the stored path of a task while its module and function may be renamed.

`DBTaskResult.task_path` holds what `portal.core.stored_names.TASK_PATHS` says; an instance in memory holds
today's path, which django-tasks imports. The receivers below translate between the two.
"""

from typing import Any

from django.db.models.signals import post_init, post_save, pre_save
from django_tasks_db.models import DBTaskResult

from portal.core.stored_names import stored_task_path, task_path_today


def _is_saved(instance: DBTaskResult, update_fields: Any) -> bool:
    is_included = update_fields is None or "task_path" in update_fields
    return is_included and "task_path" not in instance.get_deferred_fields()


def _translate_loaded(instance: DBTaskResult, **_kwargs: Any) -> None:
    if "task_path" not in instance.get_deferred_fields():
        instance.task_path = task_path_today(instance.task_path)


def _translate_before_save(instance: DBTaskResult, update_fields: Any = None, **_kwargs: Any) -> None:
    if _is_saved(instance, update_fields):
        instance.task_path = stored_task_path(instance.task_path)


def _translate_after_save(instance: DBTaskResult, update_fields: Any = None, **_kwargs: Any) -> None:
    if _is_saved(instance, update_fields):
        instance.task_path = task_path_today(instance.task_path)


def connect_receivers() -> None:
    """Connect the translation to the queue's model; call once when the apps are ready."""
    post_init.connect(_translate_loaded, sender=DBTaskResult, dispatch_uid="core.task_path_loaded")
    pre_save.connect(_translate_before_save, sender=DBTaskResult, dispatch_uid="core.task_path_saved")
    post_save.connect(_translate_after_save, sender=DBTaskResult, dispatch_uid="core.task_path_kept")
