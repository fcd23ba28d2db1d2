from django.db import models


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "已上传"
    CHECKING = "checking", "检查中"
    CHECKED = "checked", "已检查"
    RUNNING = "running", "导入中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"
    FAILED = "failed", "未能完成"
    UNDOING = "undoing", "撤销中"
    UNDONE = "undone", "已撤销"


# States in which a worker processes the run.
BUSY_STATES = frozenset({ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING})


class RowOutcome(models.TextChoices):
    CREATED = "created", "新建"
    UPDATED = "updated", "更新"
    UNCHANGED = "unchanged", "无变化"
    BAD = "bad", "有问题"
