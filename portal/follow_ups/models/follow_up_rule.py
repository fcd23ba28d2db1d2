"""Rules of a city for scheduling follow-ups."""

from django.db import models

from portal.accounts.models import User
from portal.core.models import TimestampedModel
from portal.follow_ups.enums import FollowUpKind


class FollowUpRule(TimestampedModel):
    """Days on which a kind of follow-up is due in this city; without a row the default schedule applies."""

    kind = models.CharField("类型", max_length=16, choices=FollowUpKind.choices, unique=True)
    days = models.JSONField("第几天", default=list)  # ascending whole numbers; empty: none
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")

    class Meta:
        verbose_name = "回访规则"
        verbose_name_plural = "回访规则"
        ordering = ["kind"]
