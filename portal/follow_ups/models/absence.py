"""Absences of people (暂不联系)."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.encryption import EncryptedTextField, is_written
from portal.core.models import TimestampedModel
from portal.core.validators import validate_no_unit_name
from portal.follow_ups.enums import AbsenceReason
from portal.stations.models import in_subtrees
from portal.veterans.models import Veteran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, user: "User | AnonymousUser") -> "AbsenceQuerySet":
        """Visible to staff of the person's station or of one above."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(in_subtrees("veteran__station", user.station_paths(Permission.OPEN_RECORDS)))

    def in_force(self, day: date | None = None) -> "AbsenceQuerySet":
        """Filter to absences that include `day` (default: today)."""
        return self.filter(ended_at=None, until__gte=day or timezone.localdate())


class Absence(TimestampedModel):
    """Period in which a person is not called; follow-ups due before its end wait for the day after."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="absences", verbose_name="退役军人")
    reason = models.CharField("原因", max_length=12, choices=AbsenceReason.choices)
    note = EncryptedTextField("说明", max_length=200, blank=True, validators=[validate_no_unit_name])
    until = models.DateField("到哪天为止")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记录人")
    # Ended early or replaced.
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "暂不联系"
        verbose_name_plural = "暂不联系"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=AbsenceReason.OTHER) | Q(is_written("note")),
                name="absence_other_has_note",
            ),
            models.UniqueConstraint(
                fields=["veteran"], condition=Q(ended_at__isnull=True), name="absence_one_at_a_time"
            ),
        ]
