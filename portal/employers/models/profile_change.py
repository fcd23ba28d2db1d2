"""Pending change of facts that staff have verified."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.validators import validate_no_unit_name
from portal.employers.enums import (
    ChangeState,
)
from portal.employers.models.employer import Employer


class ProfileChangeQuerySet(models.QuerySet["ProfileChange"]):
    def pending(self) -> "ProfileChangeQuerySet":
        return self.filter(state=ChangeState.WAITING)


class ProfileChange(models.Model):
    """Pending change of facts that staff have verified (name, nature, region, permit).

    The verified facts stay in force, and positions stay public, until staff accept the change.
    """

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="changes", verbose_name="单位")
    before = models.JSONField("原信息")
    after = models.JSONField("新信息")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING)
    reason = models.CharField("原因", max_length=200, blank=True, validators=[validate_no_unit_name])
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)

    objects = ProfileChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "单位信息变更"
        verbose_name_plural = "单位信息变更"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["employer"],
                condition=Q(state=ChangeState.WAITING),
                name="profile_change_waiting_once",
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.WAITING, settled_at=None)
                | (~Q(state=ChangeState.WAITING) & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="profile_change_settled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ChangeState.REFUSED) | ~Q(reason=""),
                name="profile_change_refused_has_reason",
            ),
        ]
