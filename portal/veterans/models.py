"""One person, one file (一人一册).

Over 400 lines because the tables that make up one file stand together.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent, User
from portal.accounts.roles import Permission
from portal.core.certificates import CertificateKind
from portal.core.encryption import EncryptedTextField
from portal.core.enums import Education
from portal.core.models import AppendOnlyModel, Occupation, Region, Specialty, TimestampedModel
from portal.core.validators import validate_certificate_number, validate_no_unit_name
from portal.stations.models import Station, in_subtrees, keyed_in_subtrees
from portal.veterans.enums import (
    Branch,
    ClaimState,
    CloseReason,
    EmploymentStatus,
    MoveReason,
    RankGroup,
    RecordSource,
    Settlement,
    Sex,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def end_of(day: date) -> datetime:
    """The moment at which `day` is over here."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class VeteranQuerySet(models.QuerySet["Veteran"]):
    def visible_to(self, user: "User | AnonymousUser") -> "VeteranQuerySet":
        """Staff see the files of their stations' subtrees; a person sees their own; nobody else sees any."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        paths = user.station_paths(Permission.OPEN_RECORDS)
        if not paths:
            return self.filter(account=user)
        return self.filter(in_subtrees("station", paths) | Q(account=user))

    def followed_by(self, user: User, *, at: Station | None = None) -> "VeteranQuerySet":
        """Files that the user's stations look after; with `at`, those of that station and below it."""
        paths = user.station_paths(Permission.OPEN_RECORDS) if user.is_active else []
        if at is not None:
            paths = [at.path] if any(at.path.startswith(path) for path in paths) else []
        return self.filter(keyed_in_subtrees("station", paths))

    def never_visited(self) -> "VeteranQuerySet":
        return self.filter(closed_on=None, last_visited_on=None).order_by("pk")

    def not_visited_since(self, day: date) -> "VeteranQuerySet":
        """Visited once, but not on or after `day`; whoever waits longest comes first."""
        return self.filter(closed_on=None, last_visited_on__lt=day).order_by("last_visited_on", "pk")

    def with_details(self) -> "VeteranQuerySet":
        """Everything a page or the ranking says about a person, in a fixed number of queries."""
        return self.select_related("station", "living_region", "account").prefetch_related(
            "services__specialty", "certificates", "work_history", "wish__occupations", "wish__regions"
        )

    def shown_to_employers(self) -> "VeteranQuerySet":
        """Those who agreed to be shown to employers as a card without name or phone."""
        agreed = Consent.objects.in_force().filter(purpose=ConsentPurpose.EMPLOYER_CARD)
        return self.filter(account__in=agreed.values("user"))

    def same_phone(self) -> "models.QuerySet[Veteran, Any]":
        """Phone hashes that several open files share, with their number."""
        shared = self.filter(closed_on=None).exclude(phone_hash="").order_by().values("phone_hash")
        return shared.annotate(files=models.Count("pk")).filter(files__gt=1).order_by("phone_hash")

    def same_person(self) -> "models.QuerySet[Veteran, Any]":
        """Names and birth dates that several open files share, with their number."""
        shared = self.filter(closed_on=None).order_by().values("name", "birth_date")
        return shared.annotate(files=models.Count("pk")).filter(files__gt=1).order_by("name", "birth_date")

    def past_retention(self, day: date) -> "VeteranQuerySet":
        """Closed on `day` or before, and not anonymous yet."""
        return self.filter(closed_on__lte=day, anonymised_at=None)

    def named(self, text: str) -> "VeteranQuerySet":
        return self.filter(name__icontains=text)

    def count_by_station(self, day: date) -> Counter[int]:
        """Files of each station of the network (by its number) at the end of `day`: those there now, less
        those that came or were opened since, plus those that left.
        """
        here = self if day >= timezone.localdate() else self.filter(created_at__lt=end_of(day))
        rows = here.order_by().values("station").annotate(files=models.Count("pk"))
        counts = Counter({row["station"]: row["files"] for row in rows})
        moves = RecordMove.objects.after(day).order_by()
        for pair in moves.values("from_station", "to_station").annotate(files=models.Count("pk")):
            counts[pair["to_station"]] -= pair["files"]
            counts[pair["from_station"]] += pair["files"]
        return counts


class Veteran(TimestampedModel):
    """A veteran's file (退役军人档案). May exist before the person ever signs in."""

    account = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="veteran", verbose_name="账号"
    )
    station = models.ForeignKey(Station, models.PROTECT, related_name="veterans", verbose_name="责任服务站")
    name = models.CharField("姓名", max_length=40, db_index=True)
    sex = models.CharField("性别", max_length=6, choices=Sex.choices)
    birth_date = models.DateField("出生日期")
    # The ID number itself is never stored: the hash tells people apart, the last four help a clerk to check.
    id_hash = models.CharField("身份证号检索值", max_length=64, unique=True, null=True, blank=True)
    id_last4 = models.CharField("身份证号后四位", max_length=4, blank=True)
    phone = EncryptedTextField("手机号码", blank=True)
    phone_hash = models.CharField("手机号码检索值", max_length=64, blank=True, db_index=True)
    address = EncryptedTextField("住址", blank=True)
    household_region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="户籍所在地"
    )
    living_region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="现居住地"
    )
    branch = models.CharField("军种", max_length=14, choices=Branch.choices, blank=True)
    entered_on = models.DateField("入伍日期", null=True, blank=True)
    left_on = models.DateField("退役日期", null=True, blank=True)
    rank_group = models.CharField("军衔层级", max_length=12, choices=RankGroup.choices, blank=True)
    settlement = models.CharField("安置方式", max_length=16, choices=Settlement.choices, blank=True)
    honours = models.CharField("立功受奖", max_length=120, blank=True, validators=[validate_no_unit_name])
    is_party_member = models.BooleanField("中共党员", default=False)
    education = models.PositiveSmallIntegerField(
        "最高学历", choices=Education.choices, default=Education.SECONDARY
    )
    major = models.CharField("所学专业", max_length=60, blank=True, validators=[validate_no_unit_name])
    skills = models.TextField("技能特长", blank=True, validators=[validate_no_unit_name])
    employment_status = models.CharField(
        "就业状况", max_length=14, choices=EmploymentStatus.choices, default=EmploymentStatus.UNEMPLOYED
    )
    # Sensitive: encrypted, shown only with a reason.
    difficulty = EncryptedTextField("困难类型", blank=True)
    disability = EncryptedTextField("残疾等级", blank=True)
    source = models.CharField("来源", max_length=10, choices=RecordSource.choices, default=RecordSource.SELF)
    # A copy of the latest visit's day, set by the room of visits and counted again from its rows at each
    # write. It stands here because a worklist of a whole city needs it in one index with the station.
    last_visited_on = models.DateField("最近走访", null=True, blank=True, editable=False)

    # A closed file is kept for as long as the law asks for, then nobody can be recognised in it.
    closed_on = models.DateField("注销日期", null=True, blank=True, editable=False)
    close_reason = models.CharField(
        "注销原因", max_length=8, choices=CloseReason.choices, blank=True, editable=False
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name="并入",
        editable=False,
    )
    anonymised_at = models.DateTimeField("匿名化时间", null=True, blank=True, editable=False)

    objects = VeteranQuerySet.as_manager()

    class Meta:
        verbose_name = "退役军人"
        verbose_name_plural = "退役军人"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["station", "-id"], name="veteran_station_recent"),
            # All that a search for people asks of a row: a city's worth is counted without reading the rows.
            models.Index(
                fields=["station", "name", "id_last4", "employment_status", "account"], name="veteran_found"
            ),
            models.Index(fields=["station", "last_visited_on"], name="veteran_station_visited"),
            models.Index(
                fields=["last_visited_on", "id"], name="veteran_visited", condition=Q(closed_on=None)
            ),
            models.Index(
                fields=["updated_at"], name="veteran_updated"
            ),  # who changed since an index was built
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(entered_on=None) | Q(left_on=None) | Q(left_on__gt=models.F("entered_on")),
                name="veteran_left_after_entered",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, close_reason="")
                | (Q(closed_on__isnull=False) & ~Q(close_reason="")),
                name="veteran_closed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at=None) | Q(closed_on__isnull=False, account=None, id_hash=None),
                name="veteran_anonymous_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def age_on(self, day: date) -> int:
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    @property
    def years_served(self) -> int:
        """Full years between entry and exit; 0 when either is unknown."""
        if self.entered_on is None or self.left_on is None:
            return 0
        months = (self.left_on.year - self.entered_on.year) * 12 + self.left_on.month - self.entered_on.month
        return max(months // 12, 0)

    @property
    def masked_id(self) -> str:
        return f"**************{self.id_last4}" if self.id_last4 else ""


class Service(models.Model):
    """A military specialty that the person served in, and for how long."""

    veteran = models.ForeignKey(Veteran, models.CASCADE, related_name="services")
    specialty = models.ForeignKey(Specialty, models.PROTECT, related_name="+", verbose_name="军事专业")
    years = models.PositiveSmallIntegerField("从事年数", default=1, validators=[MaxValueValidator(45)])

    class Meta:
        verbose_name = "服役专业"
        verbose_name_plural = "服役专业"
        constraints = [models.UniqueConstraint(fields=["veteran", "specialty"], name="service_once")]


class Certificate(models.Model):
    """A certificate or licence that the person holds (证书)."""

    veteran = models.ForeignKey(Veteran, models.CASCADE, related_name="certificates")
    kind = models.CharField("证书", max_length=24, choices=CertificateKind.choices)
    grade = models.CharField("等级", max_length=20, blank=True)
    number = EncryptedTextField("证书编号", blank=True, default="", validators=[validate_certificate_number])
    valid_until = models.DateField("有效期至", null=True, blank=True)

    class Meta:
        verbose_name = "证书"
        verbose_name_plural = "证书"
        constraints = [models.UniqueConstraint(fields=["veteran", "kind"], name="certificate_once")]

    def is_valid_on(self, day: date) -> bool:
        return self.valid_until is None or self.valid_until >= day


class RecordMergeQuerySet(models.QuerySet["RecordMerge"]):
    def visible_to(self, user: "User | AnonymousUser") -> "RecordMergeQuerySet":
        """Whoever sees both files."""
        seen = Veteran.objects.visible_to(user)
        return self.filter(kept__in=seen, gone__in=seen)


class RecordMerge(models.Model):
    """One file brought into another, with what is needed to take that back. Holds no value of a field."""

    kept = models.ForeignKey(Veteran, models.PROTECT, related_name="merges", verbose_name="保留的档案")
    gone = models.ForeignKey(Veteran, models.PROTECT, related_name="+", verbose_name="并入的档案")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("合并时间", auto_now_add=True)
    moved = models.JSONField("转移的记录", default=list)
    filled = models.JSONField("补全的字段", default=list)
    status_before = models.CharField("并入前就业状况", max_length=14, choices=EmploymentStatus.choices)
    account_moved = models.BooleanField("账号随档案转移", default=False)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )

    objects = RecordMergeQuerySet.as_manager()

    class Meta:
        verbose_name = "档案合并"
        verbose_name_plural = "档案合并"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merge_once_per_record"
            ),
            models.CheckConstraint(condition=~Q(kept=models.F("gone")), name="merge_of_two"),
        ]


class RecordClaimQuerySet(models.QuerySet["RecordClaim"]):
    def visible_to(self, user: "User | AnonymousUser") -> "RecordClaimQuerySet":
        """Staff of the file's station or above; whoever claims. Not the file's owner: it has none yet."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(
            in_subtrees("veteran__station", user.station_paths(Permission.OPEN_RECORDS)) | Q(user=user)
        )

    def waiting(self) -> "RecordClaimQuerySet":
        return self.filter(state=ClaimState.WAITING).order_by("asked_at", "pk")


class RecordClaim(models.Model):
    """Somebody with an account says that a file without one is theirs (认领)."""

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


class WorkHistory(models.Model):
    """A civilian job after service (工作经历)."""

    veteran = models.ForeignKey(Veteran, models.CASCADE, related_name="work_history")
    employer_name = models.CharField("单位", max_length=60, validators=[validate_no_unit_name])
    title = models.CharField("岗位", max_length=40)
    years = models.PositiveSmallIntegerField("年数", default=1, validators=[MaxValueValidator(50)])
    duties = models.TextField("主要工作", blank=True, validators=[validate_no_unit_name])

    class Meta:
        verbose_name = "工作经历"
        verbose_name_plural = "工作经历"


class Wish(TimestampedModel):
    """What work the person looks for (求职意愿). Empty means: no limit."""

    veteran = models.OneToOneField(Veteran, models.CASCADE, related_name="wish")
    occupations = models.ManyToManyField(Occupation, blank=True, verbose_name="期望工种")
    regions = models.ManyToManyField(Region, blank=True, verbose_name="期望地区")
    text = models.CharField("期望工作描述", max_length=200, blank=True, validators=[validate_no_unit_name])
    lowest_pay = models.DecimalField(
        "最低月薪（元）",
        max_digits=8,
        decimal_places=0,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    max_distance_km = models.PositiveSmallIntegerField("离家不超过（公里）", null=True, blank=True)
    accepts_shift = models.BooleanField("接受倒班", default=True)
    accepts_travel = models.BooleanField("接受出差", default=True)
    start_date = models.DateField("最早到岗日期", null=True, blank=True)
    wants_training = models.BooleanField("希望参加培训", default=False)
    wants_business = models.BooleanField("有创业意愿", default=False)

    class Meta:
        verbose_name = "求职意愿"
        verbose_name_plural = "求职意愿"


class RecordMoveQuerySet(models.QuerySet["RecordMove"]):
    def after(self, day: date) -> "RecordMoveQuerySet":
        """Moves that had not happened yet by the end of `day`, of files that were there."""
        return self.filter(on__gt=day, veteran__created_at__lt=end_of(day))


class RecordMove(AppendOnlyModel):
    """A file went from one station to another: from `on` it counts at the second, before it at the first."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="moves", verbose_name="档案")
    from_station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="原服务站")
    to_station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="接收服务站")
    on = models.DateField("生效日期", db_index=True)
    at = models.DateTimeField("记录时间", auto_now_add=True)
    reason = models.CharField("原因", max_length=10, choices=MoveReason.choices)
    by_label = models.CharField("经办人", max_length=80, blank=True)

    objects = RecordMoveQuerySet.as_manager()

    class Meta:
        verbose_name = "档案转移"
        verbose_name_plural = "档案转移"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_station=models.F("to_station")), name="record_move_changes_station"
            )
        ]
