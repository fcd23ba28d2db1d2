"""Firms that recruit (用人单位), who acts for them, and their verification."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import REVIEW_ROLES, User
from portal.core.encryption import EncryptedTextField
from portal.core.models import Region, TimestampedModel
from portal.core.validators import validate_no_unit_name, validate_uscc_form
from portal.employers.enums import EmployerRole, EvidenceKind, Industry, Nature, SizeBand, VerificationState
from portal.stations.models import Station, in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

VERIFICATION_LASTS = timedelta(days=183)


class EmployerQuerySet(models.QuerySet["Employer"]):
    def verified(self) -> "EmployerQuerySet":
        """Verified, and the verification still holds now."""
        return self.filter(state=VerificationState.VERIFIED, verified_until__gte=timezone.localdate())

    def visible_to(self, user: "User | AnonymousUser") -> "EmployerQuerySet":
        """Everybody sees verified employers; members their own; reviewers those of their stations'
        subtrees.
        """
        seen = Q(state=VerificationState.VERIFIED, verified_until__gte=timezone.localdate())
        if isinstance(user, User) and user.is_active:
            seen |= Q(pk__in=EmployerMembership.objects.filter(user=user).values("employer"))
            paths = user.station_paths(REVIEW_ROLES)
            if paths:
                seen |= in_subtrees("station", paths)
        return self.filter(seen)

    def reviewable_by(self, user: User) -> "EmployerQuerySet":
        return self.filter(in_subtrees("station", user.station_paths(REVIEW_ROLES)))

    def run_by(self, user: User) -> "EmployerQuerySet":
        return self.filter(memberships__user=user)


class Employer(TimestampedModel):
    """A legal entity that recruits."""

    name = models.CharField("单位名称", max_length=80, db_index=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True, validators=[validate_uscc_form])
    industry = models.CharField("行业", max_length=1, choices=Industry.choices)
    size_band = models.CharField("规模", max_length=8, choices=SizeBand.choices)
    nature = models.CharField("单位性质", max_length=20, choices=Nature.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="employers", verbose_name="所在地区")
    # Who verifies this employer: the county's service centre, or the city's.
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="employers", verbose_name="审核服务中心"
    )
    address = models.CharField("地址", max_length=120)
    introduction = models.TextField("单位简介", blank=True, validators=[validate_no_unit_name])
    contact_person = models.CharField("联系人", max_length=40)
    contact_phone = EncryptedTextField("联系电话")
    veteran_founded = models.BooleanField("退役军人创办或领办", default=False)
    # Recruits for others: its posts name the permit and the real employer.
    is_agency = models.BooleanField("人力资源服务机构", default=False)
    agency_permit = models.CharField(
        "人力资源服务许可证号", max_length=40, blank=True, validators=[validate_no_unit_name]
    )
    state = models.CharField(
        "核验状态", max_length=10, choices=VerificationState.choices, default=VerificationState.PENDING
    )
    state_reason = models.CharField("核验说明", max_length=200, blank=True)
    # Set when the code's check character fails and staff let it through all the same: real codes do fail it.
    uscc_override_reason = models.CharField("信用代码校验例外说明", max_length=200, blank=True)
    verified_at = models.DateTimeField("核验时间", null=True, blank=True)
    verified_until = models.DateField("核验有效期至", null=True, blank=True)
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )

    objects = EmployerQuerySet.as_manager()

    class Meta:
        verbose_name = "用人单位"
        verbose_name_plural = "用人单位"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=VerificationState.VERIFIED)
                | Q(verified_at__isnull=False, verified_until__isnull=False, verified_by__isnull=False),
                name="employer_verified_has_evidence",
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


class EmployerMembership(TimestampedModel):
    """Somebody who acts for an employer."""

    user = models.ForeignKey(User, models.PROTECT, related_name="employer_memberships", verbose_name="用户")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="memberships", verbose_name="单位")
    role = models.CharField(
        "角色", max_length=10, choices=EmployerRole.choices, default=EmployerRole.RECRUITER
    )

    class Meta:
        verbose_name = "单位成员"
        verbose_name_plural = "单位成员"
        constraints = [models.UniqueConstraint(fields=["user", "employer"], name="employer_member_once")]


class VerificationEvidence(models.Model):
    """What staff looked at when they verified an employer, and when."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="evidence", verbose_name="单位")
    kind = models.CharField("材料", max_length=14, choices=EvidenceKind.choices)
    seen_on = models.DateField("核对日期")
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="核对人")
    note = models.CharField("备注", max_length=120, blank=True)

    class Meta:
        verbose_name = "核验材料"
        verbose_name_plural = "核验材料"
