"""A veteran's record (一人一册), one per person."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent, User
from portal.accounts.roles import Permission
from portal.core.encryption import EncryptedTextField
from portal.core.enums import Education
from portal.core.models import NameKeyField, NameKeyModel, Region, TimestampedModel
from portal.core.text_folding import fold_name
from portal.core.validators import validate_no_unit_name
from portal.stations.models import Station, in_subtrees, keyed_in_subtrees
from portal.veterans.enums import (
    Branch,
    CloseReason,
    EmploymentStatus,
    RankGroup,
    RecordSource,
    Settlement,
    Sex,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def end_of(day: date) -> datetime:
    """Return the first moment after `day` in local time."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class VeteranQuerySet(models.QuerySet["Veteran"]):
    def visible_to(self, user: "User | AnonymousUser") -> "VeteranQuerySet":
        """Select the records of the user's stations and below, and the user's own."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        paths = user.station_paths(Permission.OPEN_RECORDS)
        if not paths:
            return self.filter(account=user)
        return self.filter(in_subtrees("station", paths) | Q(account=user))

    def followed_by(self, user: User, *, at: Station | None = None) -> "VeteranQuerySet":
        """Select the records of the user's stations and below; with `at`, of that station and below it."""
        paths = user.station_paths(Permission.OPEN_RECORDS) if user.is_active else []
        if at is not None:
            paths = [at.path] if any(at.path.startswith(path) for path in paths) else []
        return self.filter(keyed_in_subtrees("station", paths))

    def never_visited(self) -> "VeteranQuerySet":
        return self.filter(closed_on=None, last_visited_on=None).order_by("pk")

    def not_visited_since(self, day: date) -> "VeteranQuerySet":
        """Select records visited before `day` only, the longest wait first."""
        return self.filter(closed_on=None, last_visited_on__lt=day).order_by("last_visited_on", "pk")

    def with_details(self) -> "VeteranQuerySet":
        """Load all that pages and the ranking read of a person, in a fixed number of queries."""
        return self.select_related("station", "living_region", "account").prefetch_related(
            "services__specialty", "certificates", "work_history", "wish__occupations", "wish__regions"
        )

    def shown_to_employers(self) -> "VeteranQuerySet":
        """Select people who consented to be shown to employers as a card without name or phone."""
        consents = Consent.objects.in_force().filter(purpose=ConsentPurpose.EMPLOYER_CARD)
        return self.filter(account__in=consents.values("user"))

    def same_phone(self) -> "models.QuerySet[Veteran, Any]":
        """Return rows of (phone_hash, records): hashes that several open records share."""
        hashes = self.filter(closed_on=None).exclude(phone_hash="").order_by().values("phone_hash")
        return hashes.annotate(records=models.Count("pk")).filter(records__gt=1).order_by("phone_hash")

    def same_person(self) -> "models.QuerySet[Veteran, Any]":
        """Return rows of (name_key, birth_date, records): pairs that several open records share."""
        pairs = self.filter(closed_on=None).order_by().values("name_key", "birth_date")
        groups = pairs.annotate(records=models.Count("pk")).filter(records__gt=1)
        return groups.order_by("name_key", "birth_date")

    def past_retention(self, day: date) -> "VeteranQuerySet":
        """Select records closed on `day` or before and not anonymised yet."""
        return self.filter(closed_on__lte=day, anonymised_at=None)

    def name_contains(self, text: str) -> "VeteranQuerySet":
        """Select names that contain `text`, however both are spelled."""
        return self.filter(name_key__contains=fold_name(text))

    def count_by_station(self, day: date) -> Counter[int]:
        """Return station number -> number of records at the end of `day`.

        Counted back from today: records opened later are left out, later moves are reversed.
        """
        rows = self if day >= timezone.localdate() else self.filter(created_at__lt=end_of(day))
        by_station = rows.order_by().values("station").annotate(records=models.Count("pk"))
        counts = Counter({row["station"]: row["records"] for row in by_station})
        movers = Veteran.objects.filter(moves__on__gt=day, created_at__lt=end_of(day)).order_by()
        pairs = movers.values("moves__from_station", "moves__to_station")
        for pair in pairs.annotate(records=models.Count("pk")):
            counts[pair["moves__to_station"]] -= pair["records"]
            counts[pair["moves__from_station"]] += pair["records"]
        return counts


class Veteran(NameKeyModel, TimestampedModel):
    """A veteran's record (退役军人档案), which may exist before the person signs in."""

    account = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="veteran", verbose_name="账号"
    )
    station = models.ForeignKey(Station, models.PROTECT, related_name="veterans", verbose_name="责任服务站")
    name = models.CharField("姓名", max_length=40)
    name_key = NameKeyField("姓名检索值", db_index=True)
    sex = models.CharField("性别", max_length=6, choices=Sex.choices)
    birth_date = models.DateField("出生日期")
    # The ID number is never stored: the hash identifies the person, the last four help staff to check.
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
    # Copy of the latest visit's day, written by portal.visits at each visit: the city's worklist needs it
    # in one index with the station.
    last_visited_on = models.DateField("最近走访", null=True, blank=True, editable=False)

    # A closed record is kept for the legal period, then anonymised.
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
            # Covers the people search: counting a whole city reads no rows.
            models.Index(
                fields=["station", "name_key", "id_last4", "employment_status", "account"],
                name="veteran_found",
            ),
            models.Index(fields=["station", "last_visited_on"], name="veteran_station_visited"),
            models.Index(
                fields=["last_visited_on", "id"], name="veteran_visited", condition=Q(closed_on=None)
            ),
            models.Index(fields=["updated_at"], name="veteran_updated"),  # changes since an index was built
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
        """Return full years between entry and exit; 0 when either is unknown."""
        if self.entered_on is None or self.left_on is None:
            return 0
        months = (self.left_on.year - self.entered_on.year) * 12 + self.left_on.month - self.entered_on.month
        return max(months // 12, 0)

    @property
    def masked_id(self) -> str:
        return f"**************{self.id_last4}" if self.id_last4 else ""
