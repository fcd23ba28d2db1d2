"""Import runs, their rows, and remembered column mappings."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.encryption import EncryptedTextField
from portal.core.models import TimestampedModel
from portal.imports.enums import BUSY_STATES, ImportState, RowOutcome
from portal.stations.models import Station

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

UNDO_WITHIN = timedelta(days=1)
# A busy run without progress for this long has lost its worker; a chunk takes seconds.
STALLED_AFTER = timedelta(minutes=3)


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: "User | AnonymousUser") -> "ImportRunQuerySet":
        """Return the user's own imports: the files hold personal data."""
        return self.filter(by=user) if isinstance(user, User) and user.is_active else self.none()


class ImportRun(TimestampedModel):
    """An uploaded spreadsheet and the progress of its import.

    `done` counts processed rows. Each chunk commits its rows and counters together, so an interrupted run can
    be resumed.
    """

    by = models.ForeignKey(User, models.PROTECT, related_name="import_runs", verbose_name="上传人")
    kind = models.CharField("类别", max_length=20)
    station = models.ForeignKey(
        Station, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="默认服务站"
    )
    # Primary key of the object that the rows belong to (an employer for positions); its model depends on
    # `kind`.
    subject_id = models.BigIntegerField("对象编号", null=True, blank=True)
    file_name = models.CharField("文件名", max_length=120)
    size = models.PositiveIntegerField("字节数", default=0)
    content_sha256 = models.CharField("内容校验值", max_length=64, db_index=True)
    stored_as = models.CharField("存放名", max_length=60, blank=True)
    # Headers and first rows, encrypted JSON, for the column mapping and the preview.
    head = EncryptedTextField("表头和前几行", blank=True)
    header_row = models.PositiveSmallIntegerField("表头行", default=0)
    columns = models.JSONField("列对应", default=dict, blank=True)
    state = models.CharField("状态", max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    total = models.PositiveIntegerField("总行数", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    created = models.PositiveIntegerField("新建", default=0)
    updated = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    bad = models.PositiveIntegerField("有问题", default=0)
    cancel_requested = models.BooleanField("要求取消", default=False)
    error = models.CharField("说明", max_length=200, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "表格导入"
        verbose_name_plural = "表格导入"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done=F("created") + F("updated") + F("unchanged") + F("bad")),
                name="import_run_counts_add_up",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def layout(self) -> dict[str, Any]:
        """Return what was found in the file, as `head_json` writes it; empty after its deletion."""
        layout: dict[str, Any] = json.loads(self.head) if self.head else {}
        return layout

    @property
    def headers(self) -> list[str]:
        return self.layout.get("headers", [])

    @property
    def first_rows(self) -> list[tuple[int, list[str]]]:
        """Return row number and cells of the first rows."""
        return [(number, cells) for number, cells in self.layout.get("rows", ())]

    @property
    def worksheet(self) -> str | None:
        """Return the name of the worksheet; None while it is to be chosen, or if not noted."""
        return None if self.choices else self.layout.get("worksheet")

    @property
    def choices(self) -> list[str]:
        """Return the names of the worksheets that could be meant, until one is chosen."""
        return self.layout.get("choices", [])

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY_STATES

    @property
    def is_stalled(self) -> bool:
        """Return whether the run is busy without progress for minutes, so that it may be resumed."""
        return self.is_busy and self.updated_at < timezone.now() - STALLED_AFTER

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def can_be_undone(self) -> bool:
        return (
            self.state in {ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED}
            and bool(self.created or self.updated)
            and self.finished_at is not None
            and timezone.now() < self.finished_at + UNDO_WITHIN
        )

    @property
    def undo_until(self) -> datetime | None:
        return self.finished_at + UNDO_WITHIN if self.finished_at else None


class ImportRow(models.Model):
    """A row that was created, updated or refused; unchanged rows are only counted.

    `cells` of a bad row, for the workbook of bad rows, and `before`, the replaced values for the undo, are
    encrypted JSON.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    outcome = models.CharField("结果", max_length=10, choices=RowOutcome.choices)
    target_id = models.BigIntegerField("对象编号", null=True, blank=True)
    code = models.CharField("问题类别", max_length=20, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)
    cells = EncryptedTextField("原内容", blank=True)
    before = EncryptedTextField("导入前", blank=True)
    at = models.DateTimeField("时间", default=timezone.now)
    undone = models.BooleanField("已撤销", default=False)
    kept_reason = models.CharField("未撤销原因", max_length=100, blank=True)

    class Meta:
        verbose_name = "导入行"
        verbose_name_plural = "导入行"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_unique")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="import_row_outcome")]

    @property
    def cell_texts(self) -> list[str]:
        return json.loads(self.cells) if self.cells else []


class ColumnMapping(TimestampedModel):
    """The column mapping that a user chose last for these headers."""

    user = models.ForeignKey(User, models.CASCADE, related_name="column_mappings")
    kind = models.CharField("类别", max_length=20)
    signature = models.CharField("表头校验值", max_length=64)
    columns = models.JSONField("列对应", default=dict)

    class Meta:
        verbose_name = "列对应"
        verbose_name_plural = "列对应"
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "signature"], name="column_mapping_unique")
        ]
