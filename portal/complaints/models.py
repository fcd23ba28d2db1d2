"""Reports of bad posts (举报): staff answer within days, and the firm never learns who said it."""

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
        """One's own, and those about posts that one's stations review; never about one's own firm."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(Q(reporter=user) | self._in_charge(user))

    def reviewable_by(self, user: User) -> "ComplaintQuerySet":
        return self.filter(self._in_charge(user))

    @staticmethod
    def _in_charge(user: User) -> Q:
        below = in_subtrees("position__employer__station", user.station_paths(Permission.REVIEW_EMPLOYERS))
        return below & ~Q(position__employer__in=user.employer_memberships.values("employer"))

    def reported_by(self, user: User) -> "ComplaintQuerySet":
        return self.filter(reporter=user)

    def overdue(self, day: date | None = None) -> "ComplaintQuerySet":
        return self.filter(state=ComplaintState.OPEN, due_on__lt=day or timezone.localdate())

    def with_details(self) -> "ComplaintQuerySet":
        return self.select_related("position__employer", "position__region", "reporter", "answered_by")


class Complaint(TimestampedModel):
    """One person's report about one position."""

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
                name="complaint_one_open_each",
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
                name="complaint_answered_in_full",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}：{self.get_kind_display()}"

    @property
    def is_overdue(self) -> bool:
        return self.state == ComplaintState.OPEN and self.due_on < timezone.localdate()
