"""Complaints about positions (举报). The employer never learns the reporter."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.complaints.enums import ComplaintKind, ComplaintState, Outcome
from portal.core.models import TimestampedModel
from portal.core.validators import validate_no_unit_name
from portal.positions.models import Position
from portal.stations.models import in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: "User | AnonymousUser") -> "ComplaintQuerySet":
        """Return the user's own complaints and those about positions that the user reviews.

        Complaints about the user's own employers are excluded.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(Q(reporter=user) | self._reviewed_by(user))

    def reviewable_by(self, user: User) -> "ComplaintQuerySet":
        return self.filter(self._reviewed_by(user))

    @staticmethod
    def _reviewed_by(user: User) -> Q:
        in_reviewed_stations = in_subtrees(
            "position__employer__station", user.station_paths(Permission.REVIEW_EMPLOYERS)
        )
        return in_reviewed_stations & ~Q(position__employer__in=user.employer_memberships.values("employer"))

    def reported_by(self, user: User) -> "ComplaintQuerySet":
        return self.filter(reporter=user)

    def overdue(self, day: date | None = None) -> "ComplaintQuerySet":
        return self.filter(state=ComplaintState.OPEN, due_on__lt=day or timezone.localdate())

    def with_details(self) -> "ComplaintQuerySet":
        return self.select_related("position__employer", "position__region", "reporter", "answered_by")


class Complaint(TimestampedModel):
    """Complaint of one person about one position."""

    position = models.ForeignKey(Position, models.PROTECT, related_name="complaints", verbose_name="岗位")
    reporter = models.ForeignKey(User, models.PROTECT, related_name="complaints", verbose_name="举报人")
    kind = models.CharField("情况", max_length=10, choices=ComplaintKind.choices)
    text = models.CharField("具体情况", max_length=500, validators=[validate_no_unit_name])
    due_on = models.DateField("答复期限")
    state = models.CharField(
        "状态", max_length=10, choices=ComplaintState.choices, default=ComplaintState.OPEN
    )
    outcome = models.CharField("处理结果", max_length=10, choices=Outcome.choices, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True, validators=[validate_no_unit_name])
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位举报"
        verbose_name_plural = "岗位举报"
        indexes = [models.Index(fields=["state", "due_on", "id"], name="complaint_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["position", "reporter"],
                condition=Q(state=ComplaintState.OPEN),
                name="complaint_one_open_per_reporter",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ComplaintState.OPEN, outcome="", answer="", answered_by=None, answered_at=None
                )
                | (
                    Q(state=ComplaintState.ANSWERED, answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(answer="")
                ),
                name="complaint_answer_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}：{self.get_kind_display()}"

    @property
    def is_overdue(self) -> bool:
        return self.state == ComplaintState.OPEN and self.due_on < timezone.localdate()
