"""Reports that compare a ranking trained on outcomes with the one in use."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from portal.accounts.models import User
from portal.core.models import AppendOnlyModel
from portal.learning.enums import Verdict
from portal.ranking.models import RankingVersion
from portal.ranking.permissions import can_change_ranking

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class LearningReportQuerySet(models.QuerySet["LearningReport"]):
    def visible_to(self, user: "User | AnonymousUser") -> "LearningReportQuerySet":
        """Return all rows for operators of the whole city, none for others."""
        if isinstance(user, User) and user.is_active and can_change_ranking(user):
            return self
        return self.none()


class LearningReport(AppendOnlyModel):
    """One evaluation over all impressions until then. Holds sums, no personal data."""

    made_at = models.DateTimeField("生成时间", default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="生成人")
    verdict = models.CharField("结论", max_length=10, choices=Verdict.choices)
    # evaluation_report.Figures
    figures = models.JSONField("结果")
    # Key of the ranking it was compared with.
    against = models.CharField("对照版本", max_length=20)
    # The trained version; null when there were too few outcomes.
    version = models.OneToOneField(
        RankingVersion, models.PROTECT, null=True, related_name="report", verbose_name="学到的版本"
    )

    objects = LearningReportQuerySet.as_manager()

    class Meta:
        verbose_name = "排序效果报告"
        verbose_name_plural = "排序效果报告"
        ordering = ["-id"]
