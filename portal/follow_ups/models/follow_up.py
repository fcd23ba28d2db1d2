"""Follow-ups (回访), the attempts made for them, and their log."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.core.encryption import EncryptedTextField
from portal.core.models import AppendOnlyModel, TimestampedModel
from portal.follow_ups.enums import AttemptOutcome, FollowUpEventKind, FollowUpKind, FollowUpState
from portal.follow_ups.models.cover import Cover
from portal.follow_ups.schedule import COUNTED_KINDS
from portal.placements.models import Placement
from portal.stations.models import Station, highest, in_subtrees

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: "User | AnonymousUser") -> "FollowUpQuerySet":
        """Visible to staff of the person's station or above; an escalated one stays visible below."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(
            in_subtrees("placement__veteran__station", user.station_paths(Permission.OPEN_RECORDS))
        )

    def pending(self) -> "FollowUpQuerySet":
        return self.filter(state=FollowUpState.PENDING)

    def due(self, day: date | None = None) -> "FollowUpQuerySet":
        """Pending with a call day up to `day` (default: today), the longest overdue first."""
        return self.pending().filter(call_on__lte=day or timezone.localdate()).order_by("call_on", "pk")

    def overdue(self, day: date | None = None) -> "FollowUpQuerySet":
        """Pending with a call day before `day` (default: today), the longest overdue first."""
        return self.pending().filter(call_on__lt=day or timezone.localdate()).order_by("call_on", "pk")

    def assigned_to(self, user: User, day: date | None = None) -> "FollowUpQuerySet":
        """Filter to those that the user makes on `day` (default: today).

        They are the user's own, those of covered clerks, and the unassigned ones at the stations of either
        and at stations below without staff. Costs two queries when it is built.
        """
        covered_clerks = Cover.objects.on(day).filter(cover=user).values("clerk")
        appointments = Appointment.objects.current(day).with_permission(Permission.OPEN_RECORDS)
        covered_paths = appointments.filter(user__in=covered_clerks).values_list("station__path", flat=True)
        paths = [*user.station_paths(Permission.OPEN_RECORDS), *covered_paths]
        staffed = appointments.filter(in_subtrees("station", paths)).exclude(station__path__in=paths)
        staffed_below = highest(staffed.values_list("station__path", flat=True).distinct())
        unassigned = Q(in_subtrees("station", paths), clerk=None) & ~in_subtrees("station", staffed_below)
        # A station of the user may lie below one that has staff of its own.
        unassigned |= Q(clerk=None, station__path__in=paths)
        return self.filter(Q(clerk=user) | Q(clerk__in=covered_clerks) | unassigned)

    def by_urgency(self) -> "FollowUpQuerySet":
        """Order a day's calls: first postponed by an absence, then needed for a figure, then the others.

        Within each group the longest overdue come first, then the least tried. Those tried in vain today come
        last: the phone may be answered tonight.
        """
        today = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
        attempts_today = FollowUpAttempt.objects.not_reversed().filter(
            follow_up=OuterRef("pk"), at__gte=today
        )
        group = Case(
            When(Q(tries__gt=0) & Exists(attempts_today), then=3),
            When(call_on__gt=F("due_on"), then=0),
            When(kind__in=sorted(COUNTED_KINDS), then=1),
            default=2,
        )
        return self.order_by(group, "call_on", "tries", "pk")


class FollowUp(TimestampedModel):
    """Dated call (回访) that a station owes a placement."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="follow_ups")
    kind = models.CharField("类型", max_length=16, choices=FollowUpKind.choices)
    due_on = models.DateField("应回访日期")
    # `due_on`, or the day after an Absence that includes it.
    call_on = models.DateField("联系日期")
    station = models.ForeignKey(Station, models.PROTECT, related_name="follow_ups", verbose_name="责任服务站")
    state = models.CharField(
        "状态", max_length=10, choices=FollowUpState.choices, default=FollowUpState.PENDING
    )
    # Assignee; None: any clerk of the station.
    clerk = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    # Levels that it was escalated, and the day since which the present station has it.
    escalation_level = models.PositiveSmallIntegerField("上报级数", default=0)
    owned_since = models.DateField("本站接手日期", null=True, blank=True)
    fell_due_at = models.DateTimeField("到期提醒时间", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="完成人"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "回访任务"
        verbose_name_plural = "回访任务"
        indexes = [models.Index(fields=["state", "call_on"], name="followup_call")]
        constraints = [
            models.UniqueConstraint(fields=["placement", "kind", "due_on"], name="followup_once"),
            models.CheckConstraint(
                condition=~Q(state=FollowUpState.DONE) | Q(done_at__isnull=False, done_by__isnull=False),
                name="followup_done_has_actor",
            ),
        ]


class FollowUpAttemptQuerySet(models.QuerySet["FollowUpAttempt"]):
    def not_reversed(self) -> "FollowUpAttemptQuerySet":
        """Filter to attempts that were not reversed."""
        return self.filter(reversal=None)


class FollowUpAttempt(AppendOnlyModel):
    """Attempt to reach the person, with its outcome."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="attempts")
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="回访人")
    outcome = models.CharField("结果", max_length=14, choices=AttemptOutcome.choices)
    note = EncryptedTextField("说明", max_length=200, blank=True)

    objects = FollowUpAttemptQuerySet.as_manager()

    class Meta:
        verbose_name = "回访记录"
        verbose_name_plural = "回访记录"
        ordering = ["at", "pk"]


class AttemptReversal(AppendOnlyModel):
    """Reversal of an attempt recorded by mistake: the attempt stays in the log and no longer counts."""

    attempt = models.OneToOneField(
        FollowUpAttempt, models.PROTECT, related_name="reversal", verbose_name="回访记录"
    )
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="撤销人")

    class Meta:
        verbose_name = "撤销的回访记录"
        verbose_name_plural = "撤销的回访记录"
        ordering = ["at", "pk"]


class FollowUpEvent(AppendOnlyModel):
    """Change of a follow-up that is no call: due, escalation, move, assignment, pause."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="events")
    kind = models.CharField("事项", max_length=10, choices=FollowUpEventKind.choices)
    at = models.DateTimeField("时间", default=timezone.now)
    on = models.DateField("日期")  # day that it counts for, even where the scheduler ran later
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )  # None: the scheduler
    # Responsible station after the change.
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="责任服务站")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "回访任务变动"
        verbose_name_plural = "回访任务变动"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["kind", "at"], name="follow_up_event_kind_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up"],
                condition=Q(kind=FollowUpEventKind.FELL_DUE),
                name="follow_up_falls_due_once",
            ),
            models.UniqueConstraint(
                fields=["follow_up", "station", "on"],
                condition=Q(kind=FollowUpEventKind.ESCALATED),
                name="follow_up_escalates_once",
            ),
        ]
