"""Records that veterans hide from single employers."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.employers.models.employer import Employer
from portal.veterans.models import Veteran


class HiddenRecordQuerySet(models.QuerySet["HiddenRecord"]):
    def in_force(self) -> "HiddenRecordQuerySet":
        return self.filter(shown_again_at=None)

    def for_employer(self, employer: "Employer | models.OuterRef") -> "HiddenRecordQuerySet":
        """Select the records that are hidden from an employer now."""
        return self.in_force().filter(employer=employer)


class HiddenRecord(models.Model):
    """A veteran's record hidden from one employer; the row is kept when it is shown again."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="hidings", verbose_name="退役军人")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="hidings", verbose_name="用人单位")
    hidden_at = models.DateTimeField("隐藏时间", default=timezone.now)
    hidden_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办理人")
    shown_again_at = models.DateTimeField("恢复时间", null=True, blank=True)
    shown_again_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="恢复办理人"
    )

    objects = HiddenRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "对单位隐藏档案"
        verbose_name_plural = "对单位隐藏档案"
        ordering = ["-pk"]
        constraints = [
            # Employer first: pages of candidates exclude hidden records by this index.
            models.UniqueConstraint(
                fields=["employer", "veteran"], condition=Q(shown_again_at=None), name="hidden_record_once"
            ),
            models.CheckConstraint(
                condition=Q(shown_again_at=None, shown_again_by=None)
                | Q(
                    shown_again_at__gte=models.F("hidden_at"),
                    shown_again_at__isnull=False,
                    shown_again_by__isnull=False,
                ),
                name="hidden_record_shown_after_hidden",
            ),
        ]
