"""Firms that recruit (用人单位), who acts for them, and their verification.

Over 400 lines because the tables of one dossier are read together: an employer with its people, papers,
decisions, and those who hide from it.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.encryption import EncryptedTextField
from portal.core.models import AppendOnlyModel, Region, TimestampedModel
from portal.core.validators import validate_no_unit_name, validate_uscc_form
from portal.documents.enums import OwnerType, kind_choices
from portal.documents.models import Document
from portal.employers.enums import (
    ChangeState,
    EmployerRole,
    Industry,
    InvitationState,
    Nature,
    SizeBand,
    StepKind,
    VerificationState,
)
from portal.stations.models import Station, in_subtrees
from portal.veterans.models import Veteran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

VERIFICATION_LASTS = timedelta(days=183)
# So long before a verification runs out its members are told, and may ask for the next one.
RENEWAL_FROM = timedelta(days=30)


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
            paths = user.station_paths(Permission.REVIEW_EMPLOYERS)
            if paths:
                seen |= in_subtrees("station", paths)
        return self.filter(seen)

    def running_out(self, day: date) -> "EmployerQuerySet":
        """Verified, and that ends within `RENEWAL_FROM` of `day` or has ended."""
        rows = self.filter(state=VerificationState.VERIFIED, verified_until__lte=day + RENEWAL_FROM)
        return rows.order_by("verified_until", "pk")

    def renewal_asked(self) -> "EmployerQuerySet":
        """Those that asked for the next verification, the one that waits longest first."""
        return self.filter(renewal_asked_at__isnull=False).order_by("renewal_asked_at", "pk")

    def change_asked(self) -> "EmployerQuerySet":
        """Those with a change of what was verified that waits for staff, the oldest first."""
        return self.filter(changes__state=ChangeState.WAITING).order_by("changes__asked_at", "pk")

    def reviewable_by(self, user: User) -> "EmployerQuerySet":
        return self.filter(in_subtrees("station", user.station_paths(Permission.REVIEW_EMPLOYERS)))

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
    def may_ask_renewal(self) -> bool:
        """Verified, with the end in sight or behind, and nothing asked for yet."""
        return (
            self.state == VerificationState.VERIFIED
            and self.renewal_asked_at is None
            and self.verified_until is not None
            and self.verified_until - timezone.localdate() <= RENEWAL_FROM
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


class InvitationQuerySet(models.QuerySet["EmployerInvitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Not answered yet, and not too old."""
        return self.filter(state=InvitationState.WAITING, expires_at__gt=timezone.now())

    def visible_to(self, user: "User | AnonymousUser") -> "InvitationQuerySet":
        """Whoever is invited (the phone number was proved at the sign-in), and the employer's members."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(Q(phone_hash=user.phone_hash) | Q(employer__in=Employer.objects.run_by(user)))

    def to(self, user: User) -> "InvitationQuerySet":
        return self.filter(phone_hash=user.phone_hash)


class EmployerInvitation(models.Model):
    """Somebody is asked, by phone number, to act for an employer. Nobody becomes a member without a yes."""

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


class VerificationStep(AppendOnlyModel):
    """One decision of staff about an employer. The log is only ever added to."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="steps", verbose_name="单位")
    kind = models.CharField("决定", max_length=16, choices=StepKind.choices)
    from_state = models.CharField("原状态", max_length=10, choices=VerificationState.choices)
    to_state = models.CharField("新状态", max_length=10, choices=VerificationState.choices)
    reason = models.CharField("原因", max_length=200, blank=True)
    until = models.DateField("核验有效期至", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "核验记录"
        verbose_name_plural = "核验记录"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[StepKind.VERIFY, StepKind.ACCEPT_CHANGE]) | ~Q(reason=""),
                name="verification_step_has_reason",
            ),
        ]


class VerificationBasis(models.Model):
    """What a decision is based on (核验依据): a reviewed document, or the original seen at the counter."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="bases", verbose_name="单位")
    step = models.ForeignKey(
        VerificationStep, models.PROTECT, null=True, blank=True, related_name="bases", verbose_name="决定"
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="verification_bases",
        verbose_name="所看材料",
    )
    kind = models.CharField("材料", max_length=14, choices=kind_choices(OwnerType.EMPLOYER))
    seen_on = models.DateField("核对日期")
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="核对人")
    note = models.CharField("备注", max_length=120, blank=True)

    class Meta:
        verbose_name = "核验依据"
        verbose_name_plural = "核验依据"


class ProfileChangeQuerySet(models.QuerySet["ProfileChange"]):
    def waiting(self) -> "ProfileChangeQuerySet":
        return self.filter(state=ChangeState.WAITING)


class ProfileChange(models.Model):
    """A new name (nature, region, permit) of an employer that staff have verified. Until they agree to it,
    everybody sees what was verified, and the posts stay where they are.
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


class HiddenRecordQuerySet(models.QuerySet["HiddenRecord"]):
    def in_force(self) -> "HiddenRecordQuerySet":
        return self.filter(shown_again_at=None)

    def of_employer(self, employer: "Employer | models.OuterRef") -> "HiddenRecordQuerySet":
        return self.in_force().filter(employer=employer)


class HiddenRecord(models.Model):
    """A veteran hides the own file from one employer; the row stays when it is shown again."""

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
            # Led by the employer: it is the index by which a page of people leaves the hidden ones out.
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
