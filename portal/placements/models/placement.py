"""Placements and their state log."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.encryption import EncryptedTextField, is_written
from portal.core.models import AppendOnlyModel, TimestampedModel
from portal.employers.models import Employer, HiddenRecord
from portal.fairs.models import Booth
from portal.placements.enums import PlacementState
from portal.placements.milestones import STORABLE_STATES
from portal.placements.workflow import ENDED_STATES, NEVER_EMPLOYED_STATES, OPEN_STATES
from portal.positions.models import Position
from portal.stations.models import Station, in_subtrees
from portal.veterans.models import Veteran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, user: "User | AnonymousUser") -> "PlacementQuerySet":
        """Visible to staff of the person's station or above, to the person, and to members of the employer
        unless the person hides from it.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        hidden_records = HiddenRecord.objects.for_employer(OuterRef("position__employer"))
        is_shown = ~Q(Exists(hidden_records.filter(veteran=OuterRef("veteran"))))
        employers = Q(position__employer__in=Employer.objects.with_member(user))
        condition = Q(veteran__account=user) | (employers & is_shown)
        paths = user.station_paths(Permission.OPEN_RECORDS)
        if paths:
            condition |= in_subtrees("veteran__station", paths)
        return self.filter(condition)

    def followed_by(self, user: User) -> "PlacementQuerySet":
        """Filter to placements that the user's stations follow up."""
        return self.filter(in_subtrees("veteran__station", user.station_paths(Permission.OPEN_RECORDS)))

    def open(self) -> "PlacementQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def confirmed_by_both(self) -> "PlacementQuerySet":
        """Filter to intentions that both sides have confirmed (达成意向)."""
        return self.filter(veteran_confirmed_at__isnull=False, employer_confirmed_at__isnull=False)

    def with_details(self) -> "PlacementQuerySet":
        return self.select_related(
            "veteran__station", "position__employer", "position__region", "fair", "booth"
        )


class Placement(TimestampedModel):
    """Intention between a veteran and an employer about one position, and its later states."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="placements", verbose_name="退役军人")
    position = models.ForeignKey(Position, models.PROTECT, related_name="placements", verbose_name="岗位")
    fair = models.ForeignKey(
        JobFairPage, models.PROTECT, null=True, blank=True, related_name="placements", verbose_name="招聘会"
    )
    booth = models.ForeignKey(
        Booth, models.PROTECT, null=True, blank=True, related_name="placements", verbose_name="展位"
    )
    state = models.CharField(
        "状态", max_length=20, choices=PlacementState.choices, default=PlacementState.INTENDED
    )
    # Number of the last row of the state log. A database trigger sets state, number and days when a row is
    # added to the log, and refuses every other change (core.state_log_triggers).
    sequence = models.PositiveIntegerField("变更次数", default=0)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)
    # Idempotency key made by the device, so that a repeated upload changes nothing.
    offline_key = models.UUIDField("离线登记号", default=uuid.uuid4, unique=True, editable=False)
    veteran_confirmed_at = models.DateTimeField("本人确认时间", null=True, blank=True)
    employer_confirmed_at = models.DateTimeField("单位确认时间", null=True, blank=True)
    pay_agreed = models.DecimalField("约定月薪（元）", max_digits=8, decimal_places=0, null=True, blank=True)
    planned_first_day = models.DateField("计划到岗日期", null=True, blank=True)
    onboarded_on = models.DateField("入职日期", null=True, blank=True)
    left_on = models.DateField("离职日期", null=True, blank=True)
    left_reason = EncryptedTextField("离职原因", max_length=120, blank=True)
    # Asked on leaving; None: not asked.
    wants_another = models.BooleanField("还想再找工作", null=True, blank=True)
    # The last placement that the person had left before this one.
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="上一份安置"
    )
    # Placement that ended this one by its onboarding or a merge; it can be reopened then.
    closed_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="closes", verbose_name="因哪份入职而关闭"
    )

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = "安置意向"
        verbose_name_plural = "安置意向"
        ordering = ["-recorded_at", "-pk"]
        indexes = [
            models.Index(fields=["fair", "state"], name="placement_fair_state"),
            models.Index(fields=["-recorded_at", "-id"], name="placement_recent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["veteran", "position"],
                condition=~Q(state__in=sorted(ENDED_STATES)),
                name="placement_live_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted({*PlacementState.values, *STORABLE_STATES})),
                name="placement_state_known",
            ),
            # A first day after an onboarding, a last day after leaving.
            models.CheckConstraint(
                condition=~Q(state__in=sorted(NEVER_EMPLOYED_STATES)) & Q(onboarded_on__isnull=False)
                | Q(state__in=sorted(NEVER_EMPLOYED_STATES), onboarded_on=None),
                name="placement_first_day",
            ),
            models.CheckConstraint(
                condition=Q(state=PlacementState.LEFT, left_on__isnull=False, left_on__gte=F("onboarded_on"))
                | ~Q(state=PlacementState.LEFT) & Q(left_on=None),
                name="placement_last_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlacementState.LEFT) | Q(is_written("left_reason")),
                name="placement_left_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.veteran.name} → {self.position.title}"

    @property
    def is_confirmed_by_both(self) -> bool:
        return self.veteran_confirmed_at is not None and self.employer_confirmed_at is not None


class PlacementTransition(AppendOnlyModel):
    """Row of the append-only state log of a placement; a correction is a step too."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="transitions")
    sequence = models.PositiveIntegerField("序号")
    step = models.CharField("步骤", max_length=24)
    from_state = models.CharField("原状态", max_length=20, blank=True)
    to_state = models.CharField("新状态", max_length=20, choices=PlacementState.choices)
    happened_on = models.DateField("发生日期")
    at = models.DateTimeField("记录时间", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记录人")
    # The person's station at that time.
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="责任服务站")
    note = EncryptedTextField("说明", max_length=200, blank=True)
    # First and last day in the job as known after this step.
    onboarded_on = models.DateField("入职日期", null=True, blank=True)
    left_on = models.DateField("离职日期", null=True, blank=True)

    class Meta:
        verbose_name = "安置状态变更"
        verbose_name_plural = "安置状态变更"
        ordering = ["placement_id", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["placement", "sequence"], name="transition_sequence_once"),
            models.CheckConstraint(
                condition=~Q(from_state=models.F("to_state")), name="transition_changes_state"
            ),
            models.CheckConstraint(
                condition=~Q(step="correct") | Q(is_written("note")), name="transition_correction_has_reason"
            ),
        ]
