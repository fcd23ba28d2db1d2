"""API tokens of programs, and request counts of API callers."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.permissions import can_change_network
from portal.accounts.roles import Permission
from portal.api_tokens.enums import TokenScope
from portal.core.models import TimestampedModel
from portal.employers.enums import EmployerRole
from portal.employers.models import Employer, EmployerMembership
from portal.stations.models import in_subtrees


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable_at(self, now: datetime | None = None) -> "ApiTokenQuerySet":
        """Return tokens neither revoked nor expired whose creator may still issue such a token."""
        now = now or timezone.now()
        ownership = EmployerMembership.objects.filter(
            employer=OuterRef("employer_id"), user=OuterRef("created_by"), role=EmployerRole.OWNER
        )
        appointment = (
            Appointment.objects.current(timezone.localdate(now))
            .with_permission(Permission.CHANGE_NETWORK)
            .filter(user=OuterRef("created_by"))
        )
        return self.filter(
            Exists(ownership) | Q(Exists(appointment), employer=None),
            revoked_at=None,
            expires_at__gt=now,
            created_by__is_active=True,
        )

    def visible_to(self, user: User) -> "ApiTokenQuerySet":
        """Return the tokens of the user's employers and reviewed subtrees.

        Owners see those of their employers; city operators also tokens without an employer.
        """
        own_employers = EmployerMembership.objects.filter(user=user, role=EmployerRole.OWNER).values(
            "employer"
        )
        condition = Q(employer__in=own_employers)
        paths = user.station_paths(Permission.REVIEW_EMPLOYERS)
        if paths:
            condition |= in_subtrees("employer__station", paths)
        if can_change_network(user):
            condition |= Q(employer=None)
        return self.filter(condition)


class ApiToken(TimestampedModel):
    """Credential of a program, which acts for its employer, or without one reads public data.

    Only a keyed hash of the secret is stored; the secret is shown once.
    """

    employer = models.ForeignKey(
        Employer, models.PROTECT, null=True, blank=True, related_name="tokens", verbose_name="用人单位"
    )
    name = models.CharField("名称", max_length=40)
    scope = models.CharField("权限", max_length=8, choices=TokenScope.choices, default=TokenScope.READ)
    # First characters of the secret, to identify the token a program uses.
    prefix = models.CharField("开头", max_length=12)
    digest = models.CharField("检索值", max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="创建人")
    expires_at = models.DateTimeField("失效时间")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="吊销人"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "接口令牌"
        verbose_name_plural = "接口令牌"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(scope=TokenScope.WRITE) | Q(employer__isnull=False),
                name="token_write_needs_employer",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revocation_complete",
            ),
            models.UniqueConstraint(
                fields=["employer", "name"], condition=Q(revoked_at=None), name="token_name_unique"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(revoked_at=None, employer=None), name="token_public_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}…）"

    @property
    def can_write(self) -> bool:
        return self.scope == TokenScope.WRITE

    @property
    def state(self) -> tuple[str, str]:
        """Return (state, label) for a badge at the current time."""
        if self.revoked_at is not None:
            return "withdrawn", "已吊销"
        if self.expires_at <= timezone.now():
            return "expired", "已过期"
        return "open", "有效"


class RequestCount(models.Model):
    """Requests of one caller in one minute."""

    caller = models.CharField("调用方", max_length=64)  # a keyed hash, no address
    minute = models.BigIntegerField("分钟")  # since 1970
    count = models.PositiveIntegerField("次数", default=1)

    class Meta:
        verbose_name = "接口调用次数"
        verbose_name_plural = "接口调用次数"
        constraints = [models.UniqueConstraint(fields=["caller", "minute"], name="request_count_unique")]
        indexes = [models.Index(fields=["minute"], name="request_count_minute")]
