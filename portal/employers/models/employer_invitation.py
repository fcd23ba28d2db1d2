"""Invitation, by phone number, to act for an employer."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.encryption import EncryptedTextField
from portal.employers.enums import (
    EmployerRole,
    InvitationState,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

from portal.employers.models.employer import Employer


class InvitationQuerySet(models.QuerySet["EmployerInvitation"]):
    def pending(self) -> "InvitationQuerySet":
        """Select invitations that are unanswered and not expired."""
        return self.filter(state=InvitationState.WAITING, expires_at__gt=timezone.now())

    def visible_to(self, user: "User | AnonymousUser") -> "InvitationQuerySet":
        """Select invitations to the user's phone number (proved at sign-in) or of the user's employers."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(Q(phone_hash=user.phone_hash) | Q(employer__in=Employer.objects.with_member(user)))

    def to(self, user: User) -> "InvitationQuerySet":
        return self.filter(phone_hash=user.phone_hash)


class EmployerInvitation(models.Model):
    """Invitation, by phone number, to act for an employer; a membership begins when it is accepted."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="invitations", verbose_name="单位")
    phone = EncryptedTextField("手机号码")
    phone_hash = models.CharField("手机号码检索值", max_length=64, db_index=True)
    role = models.CharField("角色", max_length=10, choices=EmployerRole.choices)
    state = models.CharField(
        "状态", max_length=10, choices=InvitationState.choices, default=InvitationState.WAITING
    )
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="邀请人")
    invited_at = models.DateTimeField("邀请时间", default=timezone.now)
    expires_at = models.DateTimeField("失效时间")
    settled_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "成员邀请"
        verbose_name_plural = "成员邀请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "phone_hash"],
                condition=Q(state=InvitationState.WAITING),
                name="invitation_waiting_once",
            ),
            models.CheckConstraint(
                condition=Q(state=InvitationState.WAITING, settled_at=None)
                | (~Q(state=InvitationState.WAITING) & Q(settled_at__isnull=False)),
                name="invitation_settled_has_time",
            ),
        ]
