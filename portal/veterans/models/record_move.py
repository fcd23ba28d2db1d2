"""Move of a record from one station to another."""

from django.db import models
from django.db.models import Q

from portal.core.models import AppendOnlyModel
from portal.stations.models import Station
from portal.veterans.enums import (
    MoveReason,
)
from portal.veterans.models.veteran import Veteran


class RecordMove(AppendOnlyModel):
    """Move of a record between stations; from the day `on` it counts at the second one."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="moves", verbose_name="档案")
    from_station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="原服务站")
    to_station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="接收服务站")
    on = models.DateField("生效日期", db_index=True)
    at = models.DateTimeField("记录时间", auto_now_add=True)
    reason = models.CharField("原因", max_length=10, choices=MoveReason.choices)
    by_label = models.CharField("经办人", max_length=80, blank=True)

    class Meta:
        verbose_name = "档案转移"
        verbose_name_plural = "档案转移"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_station=models.F("to_station")), name="record_move_changes_station"
            )
        ]
