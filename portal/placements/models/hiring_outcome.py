"""Hiring outcomes of closed positions."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.models import TimestampedModel
from portal.core.validators import validate_no_unit_name
from portal.employers.models import Employer
from portal.placements.enums import HiringResult
from portal.placements.models.placement import Placement
from portal.positions.models import Position
from portal.stations.models import in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class HiringOutcomeQuerySet(models.QuerySet["HiringOutcome"]):
    def visible_to(self, user: "User | AnonymousUser") -> "HiringOutcomeQuerySet":
        """Visible to members of the position's employer and to the reviewers of its station."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        condition = Q(position__employer__in=Employer.objects.with_member(user))
        return self.filter(
            condition
            | in_subtrees("position__employer__station", user.station_paths(Permission.REVIEW_EMPLOYERS))
        )


class HiringOutcome(TimestampedModel):
    """Employer's report on a closed position: the result, the people hired, or the reason for none."""

    position = models.OneToOneField(Position, models.PROTECT, related_name="filling", verbose_name="岗位")
    result = models.CharField("结果", max_length=14, choices=HiringResult.choices)
    placements = models.ManyToManyField(
        Placement, related_name="fillings", blank=True, verbose_name="通过本平台招到的人"
    )
    reason = models.CharField(
        "没有招到的原因", max_length=200, blank=True, validators=[validate_no_unit_name]
    )
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="回答人")

    objects = HiringOutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位招用结果"
        verbose_name_plural = "岗位招用结果"
        constraints = [
            models.CheckConstraint(
                condition=Q(result=HiringResult.NOT_FILLED) & ~Q(reason="")
                | ~Q(result=HiringResult.NOT_FILLED) & Q(reason=""),
                name="hiring_outcome_reason_if_not_filled",
            )
        ]
