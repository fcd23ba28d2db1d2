"""Impressions of ranked lists, and the versions of the ranking that a city adopts."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent, User
from portal.core.models import AppendOnlyModel
from portal.positions.models import Position
from portal.ranking.enums import ChangeKind, Surface
from portal.veterans.models import Veteran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

BUILT_IN = "tfidf"
"""Key of the built-in ranking, by text similarity alone."""


class ImpressionQuerySet(models.QuerySet["Impression"]):
    def visible_to(self, user: "User | AnonymousUser") -> "ImpressionQuerySet":
        """Return the user's own rows: staff see counts in reports, and no rows."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(veteran__account=user)

    def agreed(self) -> "ImpressionQuerySet":
        """Filter people whose consent to matching is in force."""
        return self.filter(Exists(_matching_consents()))

    def not_agreed(self) -> "ImpressionQuerySet":
        return self.filter(~Exists(_matching_consents()))


def _matching_consents() -> models.QuerySet[Consent]:
    return Consent.objects.in_force().filter(
        purpose=ConsentPurpose.MATCHING, user=OuterRef("veteran__account")
    )


class Impression(models.Model):
    """A position was shown to or beside a person on a list, once per day and surface.

    It is a log like an access log, so GET stays safe. The measures of the match (matching.Measures) are
    stored, as it must be scored again after the record or the position has changed.
    """

    veteran = models.ForeignKey(Veteran, models.CASCADE, related_name="impressions", verbose_name="退役军人")
    # Being shown is no use of a position: it does not block undo or removal.
    position = models.ForeignKey(Position, models.CASCADE, related_name="+", verbose_name="岗位")
    surface = models.CharField("位置", max_length=16, choices=Surface.choices)
    day = models.DateField("日期")
    at = models.DateTimeField("时间", default=timezone.now)
    # One view of one list.
    list_id = models.UUIDField("列表编号")
    # Primary key of the fair on whose page the list was; null elsewhere.
    context = models.BigIntegerField("所在页面编号", null=True, blank=True)
    rank = models.PositiveSmallIntegerField("显示位次")
    # Probability of this rank when neighbours are swapped at random (RANKING_SWAPS), else 1.
    propensity = models.FloatField("该位次的概率", default=1.0)
    version = models.CharField("排序版本", max_length=20, default=BUILT_IN)
    score = models.FloatField("文字相近程度")
    wish = models.FloatField("其中：求职意愿")
    service = models.FloatField("其中：服役专业")
    own_words = models.FloatField("其中：技能和经历")
    certificate = models.FloatField("其中：证书")
    km = models.FloatField("距离（公里）", null=True)
    pay = models.PositiveIntegerField("月薪上限（元）")
    pay_margin = models.FloatField("超出期望月薪的比例", null=True)
    shift = models.BooleanField("需要倒班")
    travel = models.BooleanField("需要出差")
    asked_years = models.PositiveSmallIntegerField("要求工作年限")

    objects = ImpressionQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位展示记录"
        verbose_name_plural = "岗位展示记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["day"], name="impression_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["veteran", "position", "day", "surface"], name="impression_once_a_day"
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="impression_rank_from_one"),
            models.CheckConstraint(
                condition=Q(propensity__gt=0) & Q(propensity__lte=1), name="impression_propensity"
            ),
        ]


class RankingVersion(AppendOnlyModel):
    """A re-weighting trained on outcomes; immutable, so that lists shown under it can be recomputed."""

    name = models.CharField("名称", max_length=60)
    # reweighting.Reweighting.parameters
    parameters = models.JSONField("权重")
    # Whether its report found it better on held-out fairs.
    proven = models.BooleanField("经留出招聘会验证更好")
    made_at = models.DateTimeField("生成时间", default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="生成人")

    class Meta:
        verbose_name = "排序版本"
        verbose_name_plural = "排序版本"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Key stored in impressions."""
        return f"v{self.pk}"


class RankingChange(AppendOnlyModel):
    """A city adopts a version or rolls back to the one before; the latest row determines the active one."""

    sequence = models.PositiveIntegerField("序号", unique=True)
    kind = models.CharField("操作", max_length=10, choices=ChangeKind.choices)
    # Active from then on; null for the built-in ranking.
    version = models.ForeignKey(
        RankingVersion, models.PROTECT, null=True, related_name="changes", verbose_name="版本"
    )
    reason = models.CharField("理由", max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="操作人")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "排序版本变更"
        verbose_name_plural = "排序版本变更"
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="ranking_change_has_reason"),
            models.CheckConstraint(
                condition=~Q(kind=ChangeKind.ADOPT) | Q(version__isnull=False),
                name="ranking_adopts_a_version",
            ),
        ]
