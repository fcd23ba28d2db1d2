"""Claim of a record by a user (认领)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.validators import validate_no_unit_name
from portal.stations.models import in_subtrees
from portal.veterans.enums import (
    ClaimState,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

from portal.veterans.models.veteran import Veteran


class RecordClaimQuerySet(models.QuerySet["RecordClaim"]):
    def visible_to(self, user: "User | AnonymousUser") -> "RecordClaimQuerySet":
        """Select claims on records of the user's stations and below, and the user's own claims."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(
            in_subtrees("veteran__station", user.station_paths(Permission.OPEN_RECORDS)) | Q(user=user)
        )

    def pending(self) -> "RecordClaimQuerySet":
        return self.filter(state=ClaimState.WAITING).order_by("asked_at", "pk")


class RecordClaim(models.Model):
    """Claim of a user to be the person of a record that has no account yet (认领)."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="claims", verbose_name="档案")
    user = models.ForeignKey(User, models.PROTECT, related_name="record_claims", verbose_name="认领人")
    state = models.CharField("状态", max_length=10, choices=ClaimState.choices, default=ClaimState.WAITING)
    asked_at = models.DateTimeField("认领时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    reason = models.CharField("原因", max_length=120, blank=True, validators=[validate_no_unit_name])

    objects = RecordClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "档案认领"
        verbose_name_plural = "档案认领"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["veteran"],
                condition=Q(state=ClaimState.WAITING),
                name="claim_waiting_once_per_record",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state=ClaimState.WAITING), name="claim_waiting_once_per_user"
            ),
            models.CheckConstraint(
                condition=Q(state=ClaimState.WAITING, decided_at=None)
                | (~Q(state=ClaimState.WAITING) & Q(decided_at__isnull=False)),
                name="claim_settled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.REFUSED) | ~Q(reason=""), name="claim_refused_has_reason"
            ),
        ]
