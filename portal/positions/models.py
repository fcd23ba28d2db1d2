"""Positions (岗位) that employers offer, and exceptions for their wording."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.certificates import CertificateKind
from portal.core.enums import Education, Shift
from portal.core.models import Occupation, Region, TimestampedModel
from portal.core.validators import validate_no_unit_name
from portal.employers.enums import VerificationState
from portal.employers.models import Employer
from portal.positions.enums import PositionKind, PositionState
from portal.positions.field_rules import validate_external_id
from portal.positions.wording_checks import WordingField, refuse_identity_numbers
from portal.stations.models import in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def validate_certificates(codes: list[str]) -> None:
    unknown = set(codes) - set(CertificateKind.values)
    if unknown:
        raise ValidationError(f"没有这种证书：{'、'.join(sorted(unknown))}")


def open_at(now: datetime, through: str = "") -> Q:
    """Return the condition of an open position: approved, within its dates, its employer verified.

    It is evaluated at query time, so a late expiry job never shows an expired position.

    Args:
        through: the lookup path from the queried model to the position, e.g. 'booths__positions'.
    """
    prefix = f"{through}__" if through else ""
    conditions = {
        "state": PositionState.OPEN,
        "published_at__lte": now,
        "expires_at__gt": now,
        "employer__state": VerificationState.VERIFIED,
        "employer__verified_until__gte": timezone.localdate(now),
    }
    return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})


class PositionQuerySet(models.QuerySet["Position"]):
    def open_at(self, now: datetime | None = None) -> "PositionQuerySet":
        return self.filter(open_at(now or timezone.now()))

    def visible_to(self, user: "User | AnonymousUser") -> "PositionQuerySet":
        """Return open positions, plus all of the user's own employers and reviewed subtrees."""
        condition = open_at(timezone.now())
        if isinstance(user, User) and user.is_active:
            condition |= Q(employer__in=Employer.objects.with_member(user))
            paths = user.station_paths(Permission.REVIEW_EMPLOYERS)
            if paths:
                condition |= in_subtrees("employer__station", paths)
        return self.filter(condition)

    def reviewable_by(self, user: User) -> "PositionQuerySet":
        return self.filter(in_subtrees("employer__station", user.station_paths(Permission.REVIEW_EMPLOYERS)))

    def with_finding(self, finding: str) -> "PositionQuerySet":
        """Filter by the findings of the wording check.

        Args:
            finding: 'clean', 'block', 'warn', 'second' (a second consent is due), or a category.
        """
        if finding == "clean":
            return self.filter(wording="")
        if finding == "second":
            return self.filter(
                pk__in=WordingException.objects.filter(ended_at=None, confirmed_at=None).values("position")
            )
        if finding in {"block", "warn"}:
            return self.filter(wording__contains=f" {finding}:")
        return self.filter(wording__contains=f":{finding} ")

    def with_live_exceptions(self) -> "PositionQuerySet":
        """Prefetch `live_exceptions`, a list of at most one exception each."""
        live = WordingException.objects.filter(ended_at=None).select_related("approved_by")
        return self.prefetch_related(models.Prefetch("wording_exceptions", live, to_attr="live_exceptions"))

    def managed_by(self, user: User) -> "PositionQuerySet":
        """Select positions of the employers that the user is a member of."""
        return self.filter(employer__in=Employer.objects.with_member(user))

    def with_details(self) -> "PositionQuerySet":
        return self.select_related("employer", "occupation", "region")


class Position(TimestampedModel):
    """A position that one employer offers: one row of its spreadsheet (岗位征集表)."""

    live_exceptions: "list[WordingException]"  # set by PositionQuerySet.with_live_exceptions()

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="positions", verbose_name="用人单位")
    # Identifier in the employer's own system or spreadsheet; a second write with it changes this row.
    external_id = models.CharField(  # noqa: DJ001  (a unique column allows many NULLs)
        "岗位编号", max_length=64, null=True, blank=True, validators=[validate_external_id]
    )
    # The employer that an agency recruits for; empty for any other employer.
    real_employer = models.CharField(
        "实际用人单位", max_length=80, blank=True, validators=[validate_no_unit_name]
    )
    title = models.CharField("岗位名称", max_length=60, validators=[validate_no_unit_name])
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, related_name="positions", verbose_name="职业分类"
    )
    # Probability of a guessed occupation (0 to 1); NULL for an occupation chosen by a person.
    occupation_certainty = models.FloatField("职业分类把握", null=True, blank=True)
    headcount = models.PositiveSmallIntegerField(
        "招聘人数", default=1, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    kind = models.CharField(
        "用工形式", max_length=14, choices=PositionKind.choices, default=PositionKind.FULL_TIME
    )
    # Yuan per month. Both are mandatory: '面议' alone is refused.
    pay_from = models.DecimalField("月薪下限（元）", max_digits=8, decimal_places=0)
    pay_to = models.DecimalField("月薪上限（元）", max_digits=8, decimal_places=0)
    region = models.ForeignKey(Region, models.PROTECT, related_name="positions", verbose_name="工作地区")
    address = models.CharField("工作地址", max_length=120, blank=True)
    education_min = models.PositiveSmallIntegerField(
        "最低学历", choices=Education.choices, default=Education.JUNIOR
    )
    experience_years = models.PositiveSmallIntegerField("工作年限要求", default=0)
    certificates = models.JSONField("证书要求", default=list, blank=True, validators=[validate_certificates])
    duties = models.TextField("岗位职责", validators=[validate_no_unit_name])
    requirements = models.TextField("任职要求", blank=True, validators=[validate_no_unit_name])
    benefits = models.JSONField("福利待遇", default=list, blank=True)
    relaxable = models.CharField("可放宽项", max_length=120, blank=True, validators=[validate_no_unit_name])
    # Legal basis of a restriction; shown to reviewers only.
    legal_basis = models.CharField("依据", max_length=300, blank=True, validators=[validate_no_unit_name])
    wording = WordingField("用语检查", max_length=400, blank=True, editable=False)
    shift = models.CharField("班次", max_length=12, choices=Shift.choices, default=Shift.DAY)
    travels = models.BooleanField("需要出差或长途", default=False)
    veterans_preferred = models.BooleanField("退役军人优先", default=True)
    veterans_only = models.BooleanField("定向招录退役军人", default=False)
    state = models.CharField(
        "状态", max_length=10, choices=PositionState.choices, default=PositionState.DRAFT
    )
    refused_reason = models.CharField("未通过原因", max_length=200, blank=True)
    submitted_at = models.DateTimeField("提交审核时间", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    expires_at = models.DateTimeField("截止时间", null=True, blank=True)
    # Last open day by the wish of the employer.
    closes_on = models.DateField("招聘截止日期", null=True, blank=True)
    # Number of renewals since the last review.
    renewals = models.PositiveSmallIntegerField("已续期次数", default=0)
    # Closed because the headcount was reached; opens again when a counted hire is cancelled.
    filled_by_count = models.BooleanField("因招满自动关闭", default=False)
    # Key of the form that created it: a form that is sent twice makes one position.
    idempotency_key = models.UUIDField("提交标识", null=True, blank=True, editable=False)
    # Digest of the import row that created it, to recognise the same row in a later import.
    import_digest = models.CharField("表格行校验值", max_length=64, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        ordering = ["-published_at", "-id"]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="position_open"),
            models.Index(fields=["-published_at", "-id"], name="position_recent"),
            models.Index(fields=["state", "submitted_at", "id"], name="position_queue"),
            models.Index(
                fields=["employer", "import_digest"],
                condition=~Q(import_digest=""),
                name="position_import_digest",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(pay_from__gt=0) & Q(pay_to__gte=models.F("pay_from")), name="position_pay_range"
            ),
            models.CheckConstraint(condition=Q(headcount__gte=1), name="position_headcount"),
            models.CheckConstraint(
                condition=~Q(state=PositionState.OPEN)
                | Q(published_at__isnull=False, expires_at__isnull=False),
                name="position_open_has_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state=PositionState.REFUSED) | ~Q(refused_reason=""),
                name="position_refused_has_reason",
            ),
            # NULL where there is none: two empty strings would collide.
            models.UniqueConstraint(
                fields=["employer", "external_id"],
                name="position_external_id_unique",
                violation_error_message="本单位已有这个编号的岗位。",
            ),
            models.UniqueConstraint(
                fields=["employer", "idempotency_key"], name="position_idempotency_key_unique"
            ),
            models.CheckConstraint(
                condition=Q(external_id__isnull=True) | ~Q(external_id=""),
                name="position_external_id_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(occupation_certainty__isnull=True)
                | Q(occupation_certainty__gte=0, occupation_certainty__lte=1),
                name="position_certainty_is_probability",
            ),
            models.CheckConstraint(
                condition=Q(filled_by_count=False) | Q(state=PositionState.FILLED),
                name="position_counted_is_filled",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.pay_from is not None and self.pay_to is not None and self.pay_from > self.pay_to:
            raise ValidationError({"pay_to": "月薪上限不能低于下限。"})
        if self.employer_id:
            self.real_employer = self.real_employer.strip() if self.employer.is_agency else ""
            if self.employer.is_agency and not self.real_employer:
                raise ValidationError({"real_employer": "人力资源服务机构代招的岗位，请写明实际用人单位。"})
        refuse_identity_numbers(self)
        self.external_id = self.external_id or None
        if self.external_id and self.employer_id:
            others = Position.objects.filter(employer=self.employer_id, external_id=self.external_id)
            if others.exclude(pk=self.pk).exists():
                raise ValidationError(
                    {"external_id": ValidationError("本单位已有这个编号的岗位。", code="external_id_taken")}
                )

    @property
    def is_open(self) -> bool:
        now = timezone.now()
        return (
            self.state == PositionState.OPEN
            and self.published_at is not None
            and self.expires_at is not None
            and self.published_at <= now < self.expires_at
            and self.employer.is_verified
        )

    @property
    def certificate_labels(self) -> list[str]:
        return [CertificateKind(code).label for code in self.certificates]


class WordingException(TimestampedModel):
    """Consent of two reviewers to blocked phrases of a position that have a legal basis."""

    position = models.ForeignKey(
        Position, models.PROTECT, related_name="wording_exceptions", verbose_name="岗位"
    )
    basis = models.CharField("依据", max_length=300)
    phrases = models.JSONField("例外的用语", default=list)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="同意人")
    approved_at = models.DateTimeField("同意时间")
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="复核人"
    )
    confirmed_at = models.DateTimeField("复核时间", null=True, blank=True)
    ended_at = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = "用语例外"
        verbose_name_plural = "用语例外"
        constraints = [
            models.UniqueConstraint(
                fields=["position"], condition=Q(ended_at=None), name="exception_one_active_per_position"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="exception_confirmation_complete",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("approved_by")),
                name="exception_two_people",
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="exception_has_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.position}：{'、'.join(self.phrases)}"
