"""An employer (用人单位) and its members."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.encryption import EncryptedTextField
from portal.core.models import NameKeyField, NameKeyModel, Region, TimestampedModel
from portal.core.validators import validate_no_unit_name, validate_uscc_form
from portal.employers.enums import (
    ChangeState,
    EmployerRole,
    Industry,
    Nature,
    SizeBand,
    VerificationState,
)
from portal.employers.verification_periods import RENEWAL_WINDOW
from portal.stations.models import Station, in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def _verified_today() -> Q:
    """Return the condition for employers whose verification is in force today."""
    return Q(state=VerificationState.VERIFIED, verified_until__gte=timezone.localdate())


class EmployerQuerySet(models.QuerySet["Employer"]):
    def verified(self) -> "EmployerQuerySet":
        """Select employers whose verification is in force today."""
        return self.filter(_verified_today())

    def visible_to(self, user: "User | AnonymousUser") -> "EmployerQuerySet":
        """Select verified employers, those the user is a member of, and those the user reviews."""
        visible = _verified_today()
        if isinstance(user, User) and user.is_active:
            visible |= Q(pk__in=EmployerMembership.objects.filter(user=user).values("employer"))
            paths = user.station_paths(Permission.REVIEW_EMPLOYERS)
            if paths:
                visible |= in_subtrees("station", paths)
        return self.filter(visible)

    def verification_ending(self, day: date) -> "EmployerQuerySet":
        """Select verified employers whose verification ends within `RENEWAL_WINDOW` of `day` or has ended."""
        rows = self.filter(state=VerificationState.VERIFIED, verified_until__lte=day + RENEWAL_WINDOW)
        return rows.order_by("verified_until", "pk")

    def with_renewal_request(self) -> "EmployerQuerySet":
        """Select employers with a pending renewal request, the oldest request first."""
        return self.filter(renewal_asked_at__isnull=False).order_by("renewal_asked_at", "pk")

    def with_pending_change(self) -> "EmployerQuerySet":
        """Select employers with a pending change of verified facts, the oldest first."""
        return self.filter(changes__state=ChangeState.WAITING).order_by("changes__asked_at", "pk")

    def reviewable_by(self, user: User) -> "EmployerQuerySet":
        return self.filter(in_subtrees("station", user.station_paths(Permission.REVIEW_EMPLOYERS)))

    def with_member(self, user: User) -> "EmployerQuerySet":
        return self.filter(memberships__user=user)


class Employer(NameKeyModel, TimestampedModel):
    """A legal entity that recruits."""

    name = models.CharField("单位名称", max_length=80, db_index=True)
    name_key = NameKeyField("单位名称检索值", max_length=160)
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True, validators=[validate_uscc_form])
    industry = models.CharField("行业", max_length=1, choices=Industry.choices)
    size_band = models.CharField("规模", max_length=8, choices=SizeBand.choices)
    nature = models.CharField("单位性质", max_length=20, choices=Nature.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="employers", verbose_name="所在地区")
    # Service centre that verifies this employer: the county's, or the city's.
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="employers", verbose_name="审核服务中心"
    )
    address = models.CharField("地址", max_length=120)
    introduction = models.TextField("单位简介", blank=True, validators=[validate_no_unit_name])
    contact_person = models.CharField("联系人", max_length=40)
    contact_phone = EncryptedTextField("联系电话")
    veteran_founded = models.BooleanField("退役军人创办或领办", default=False)
    # Recruits for others: its positions name the permit and the real employer.
    is_agency = models.BooleanField("人力资源服务机构", default=False)
    agency_permit = models.CharField(
        "人力资源服务许可证号", max_length=40, blank=True, validators=[validate_no_unit_name]
    )
    state = models.CharField(
        "核验状态", max_length=10, choices=VerificationState.choices, default=VerificationState.PENDING
    )
    state_reason = models.CharField("核验说明", max_length=200, blank=True)
    # Set when staff accept a code whose check character fails: some real codes do.
    uscc_override_reason = models.CharField("信用代码校验例外说明", max_length=200, blank=True)
    verified_at = models.DateTimeField("核验时间", null=True, blank=True)
    verified_until = models.DateField("核验有效期至", null=True, blank=True)
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )
    renewal_asked_at = models.DateTimeField("申请续期时间", null=True, blank=True)

    objects = EmployerQuerySet.as_manager()

    class Meta:
        verbose_name = "用人单位"
        verbose_name_plural = "用人单位"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=VerificationState.VERIFIED)
                | Q(verified_at__isnull=False, verified_until__isnull=False, verified_by__isnull=False),
                name="employer_verified_has_reviewer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[VerificationState.REFUSED, VerificationState.SUSPENDED])
                | ~Q(state_reason=""),
                name="employer_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_agency=True) & ~Q(agency_permit="") | Q(is_agency=False, agency_permit=""),
                name="employer_agency_has_permit",
            ),
            models.CheckConstraint(
                condition=Q(renewal_asked_at=None) | Q(state=VerificationState.VERIFIED),
                name="employer_renewal_of_verified",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "verified_until"], name="employer_state_until"),
            models.Index(
                fields=["renewal_asked_at"],
                condition=Q(renewal_asked_at__isnull=False),
                name="employer_renewal_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.agency_permit = self.agency_permit.strip() if self.is_agency else ""
        if self.is_agency and not self.agency_permit:
            raise ValidationError({"agency_permit": "人力资源服务机构请填写许可证号。"})

    @property
    def is_verified(self) -> bool:
        return (
            self.state == VerificationState.VERIFIED
            and self.verified_until is not None
            and self.verified_until >= timezone.localdate()
        )

    @property
    def can_request_renewal(self) -> bool:
        """Return whether a renewal may be requested: verified, ending soon or ended, no request pending."""
        return (
            self.state == VerificationState.VERIFIED
            and self.renewal_asked_at is None
            and self.verified_until is not None
            and self.verified_until - timezone.localdate() <= RENEWAL_WINDOW
        )


class EmployerMembership(TimestampedModel):
    """Membership of a user who acts for an employer, with a role."""

    user = models.ForeignKey(User, models.PROTECT, related_name="employer_memberships", verbose_name="用户")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="memberships", verbose_name="单位")
    role = models.CharField(
        "角色", max_length=10, choices=EmployerRole.choices, default=EmployerRole.RECRUITER
    )

    class Meta:
        verbose_name = "单位成员"
        verbose_name_plural = "单位成员"
        constraints = [models.UniqueConstraint(fields=["user", "employer"], name="employer_member_once")]
