"""Base models, the audit log, worker and job state, and the national code tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from portal.core.enums import RegionLevel
from portal.core.region_codes import region_code_chain
from portal.core.text_folding import fold_name


class TimestampedModel(models.Model):
    """Base of models with the times of creation and of the last change."""

    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        abstract = True


class NameKeyField(models.CharField):
    """The folded form of a name in another field, by which names are searched and compared.

    Every write of a row computes it. A model with one is a `NameKeyModel`; a bulk write of chosen columns
    must choose it beside the name.
    """

    def __init__(self, *args: Any, source: str = "name", **kwargs: Any) -> None:
        self.source = source
        super().__init__(
            *args, **{"max_length": 80, "blank": True, "editable": False, "default": "", **kwargs}
        )

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        # Compatibility forms of one character may be several, so the key can be longer than the name.
        key = fold_name(getattr(model_instance, self.source))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key


class NameKeyModel(models.Model):
    """Base of models whose `name` has a `name_key`: a save of the name saves its key."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **kwargs)


class AppendOnlyError(Exception):
    """A row of a log was to be changed or deleted."""


class AppendOnlyModel(models.Model):
    """Base of logs: rows are written once, never changed or deleted.

    The database refuses it too: the migration that creates the table ends with
    `portal.core.migration_operations.GuardAppendOnly`. Encrypted columns alone can be written again, for key
    rotation and for anonymising.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted")


class AuditEvent(AppendOnlyModel):
    """One event of the audit log, written by `portal.core.audit.record` inside the action's transaction.

    Actor and target are stored by number and label, not by foreign key: the log outlives them, and this
    package stands below all others.
    """

    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    actor_id = models.BigIntegerField("操作人编号", null=True, blank=True, db_index=True)
    actor_label = models.CharField("操作人", max_length=80)
    verb = models.CharField("操作", max_length=60, db_index=True)
    target_type = models.CharField("对象类型", max_length=60)
    target_id = models.CharField("对象编号", max_length=40)
    data = models.JSONField("内容", default=dict, blank=True)

    class Meta:
        verbose_name = "操作日志"
        verbose_name_plural = "操作日志"
        ordering = ["-id"]
        indexes = [models.Index(fields=["target_type", "target_id"], name="audit_target")]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.verb} {self.target_type} {self.target_id}"


class AuditLink(AppendOnlyModel):
    """Link of one event in the hash chain, written after the event's commit by `audit.link_new_events`.

    Linking inside the actions' own transactions would make every action wait for every other.
    """

    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="link", verbose_name="操作")
    # Keyed hash of the event's content and of the previous link: 64 hex digits.
    digest = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "操作日志校验"
        verbose_name_plural = "操作日志校验"
        ordering = ["id"]


class ScheduledJobState(models.Model):
    """State of a scheduled job: when it is due next; see `portal.core.scheduled_jobs`."""

    name = models.CharField("任务", max_length=60, primary_key=True)
    next_at = models.DateTimeField("下次运行", db_index=True)
    started_at = models.DateTimeField("上次开始", null=True)
    finished_at = models.DateTimeField("上次完成", null=True)
    failures = models.PositiveSmallIntegerField("连续失败次数", default=0)
    error = models.CharField("上次错误", max_length=80, blank=True)

    class Meta:
        verbose_name = "定时任务"
        verbose_name_plural = "定时任务"


class WorkerHeartbeat(models.Model):
    """Last heartbeat of a task worker; see `portal.core.task_recovery`."""

    worker = models.CharField("进程", max_length=64, primary_key=True)
    at = models.DateTimeField("最近心跳")

    class Meta:
        verbose_name = "后台进程心跳"
        verbose_name_plural = "后台进程心跳"


class RegionQuerySet(models.QuerySet["Region"]):
    def counties_of(self, city_code: str) -> "RegionQuerySet":
        return self.filter(level=RegionLevel.COUNTY, parent_id=city_code)

    def full_name(self, code: str) -> str:
        """Return the full name, e.g. '广东省江门市新会区'; '' for an unknown code. One query."""
        return "".join(
            self.filter(code__in=region_code_chain(code)).order_by("code").values_list("name", flat=True)
        )

    def within(self, code: str) -> "RegionQuerySet":
        """Restrict to the region of this code and all regions below it."""
        return self.filter(code__startswith=code)


class Region(models.Model):
    """An administrative division (行政区划); code by GB/T 2260, see `portal.core.region_codes`."""

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=40)
    level = models.CharField("级别", max_length=10, choices=RegionLevel.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "行政区划"
        verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def location(self) -> tuple[float, float] | None:
        """(latitude, longitude) of the region's approximate centre in degrees, None when unknown."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


class Occupation(models.Model):
    """An entry of the national classification of occupations (职业分类大典 2022); occupations are level 4."""

    code = models.CharField("职业代码", max_length=10, primary_key=True)
    name = models.CharField("职业名称", max_length=60, db_index=True)
    level = models.PositiveSmallIntegerField("层级", db_index=True)
    tasks = models.TextField("主要工作任务", blank=True)

    class Meta:
        verbose_name = "职业"
        verbose_name_plural = "职业"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Specialty(models.Model):
    """A military specialty (军事专业): public vocabulary only, no unit and no equipment model."""

    code = models.CharField("代码", max_length=40, primary_key=True)
    name = models.CharField("名称", max_length=40)
    branch = models.CharField("军兵种", max_length=40, blank=True)
    occupations = models.TextField("对应民用职业", blank=True)

    class Meta:
        verbose_name = "军事专业"
        verbose_name_plural = "军事专业"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
