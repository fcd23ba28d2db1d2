"""Merge of two records of one person."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.veterans.enums import (
    EmploymentStatus,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

from portal.veterans.models.veteran import Veteran


class RecordMergeQuerySet(models.QuerySet["RecordMerge"]):
    def visible_to(self, user: "User | AnonymousUser") -> "RecordMergeQuerySet":
        """Select merges whose two records the user may see."""
        visible = Veteran.objects.visible_to(user)
        return self.filter(target__in=visible, source__in=visible)


class RecordMerge(models.Model):
    """Merge of record `source` into record `target`, with what its undo needs; stores no field values."""

    target = models.ForeignKey(Veteran, models.PROTECT, related_name="merges", verbose_name="保留的档案")
    source = models.ForeignKey(Veteran, models.PROTECT, related_name="+", verbose_name="并入的档案")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("合并时间", auto_now_add=True)
    moved_rows = models.JSONField("转移的记录", default=list)
    filled_fields = models.JSONField("补全的字段", default=list)
    status_before = models.CharField("并入前就业状况", max_length=14, choices=EmploymentStatus.choices)
    account_moved = models.BooleanField("账号随档案转移", default=False)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )

    objects = RecordMergeQuerySet.as_manager()

    class Meta:
        verbose_name = "档案合并"
        verbose_name_plural = "档案合并"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at=None), name="merge_once_per_record"
            ),
            models.CheckConstraint(condition=~Q(target=models.F("source")), name="merge_of_two"),
        ]
