"""Covers between clerks (代班)."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.core.models import TimestampedModel
from portal.stations.models import in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class CoverQuerySet(models.QuerySet["Cover"]):
    def visible_to(self, user: "User | AnonymousUser") -> "CoverQuerySet":
        """Visible to the two clerks, and to staff of a station at or above the absent clerk's."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        appointments = (
            Appointment.objects.current()
            .with_permission(Permission.OPEN_RECORDS)
            .filter(in_subtrees("station", user.station_paths(Permission.OPEN_RECORDS)))
        )
        return self.filter(Q(clerk=user) | Q(cover=user) | Q(clerk__in=appointments.values("user")))

    def on(self, day: date | None = None) -> "CoverQuerySet":
        """Filter to covers that include `day` (default: today)."""
        day = day or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Cover(TimestampedModel):
    """Period in which one clerk makes another's calls (代班)."""

    clerk = models.ForeignKey(User, models.PROTECT, related_name="covered", verbose_name="不在岗人员")
    cover = models.ForeignKey(User, models.PROTECT, related_name="covers", verbose_name="代班人员")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")  # the last day
    reason = models.CharField("原因", max_length=120, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="安排人")

    objects = CoverQuerySet.as_manager()

    class Meta:
        verbose_name = "代班安排"
        verbose_name_plural = "代班安排"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="cover_ends_later"),
            models.CheckConstraint(condition=~Q(clerk=models.F("cover")), name="cover_is_another"),
        ]
