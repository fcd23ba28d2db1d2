"""The calls (回访) that a placement asks for, and what moves, stops or hands them over."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.core.encryption import EncryptedTextField, is_written
from portal.core.models import AppendOnlyModel, TimestampedModel
from portal.core.validators import validate_no_unit_name
from portal.placements.enums import (
    AbsenceReason,
    AttemptOutcome,
    DutyEventKind,
    FollowUpKind,
    FollowUpState,
)
from portal.placements.models.placements import Placement
from portal.placements.workflow import COUNTED_CALLS
from portal.stations.models import Station, highest, in_subtrees
from portal.veterans.models import Veteran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: "User | AnonymousUser") -> "FollowUpQuerySet":
        """Staff of the person's station or above; a call that moved up stays in sight of those below."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(
            in_subtrees("placement__veteran__station", user.station_paths(Permission.OPEN_RECORDS))
        )

    def pending(self) -> "FollowUpQuerySet":
        return self.filter(state=FollowUpState.PENDING)

    def due(self, day: date | None = None) -> "FollowUpQuerySet":
        """Waiting, and to be called by `day` (today), the longest overdue first."""
        return self.pending().filter(call_on__lte=day or timezone.localdate()).order_by("call_on", "pk")

    def overdue(self, day: date | None = None) -> "FollowUpQuerySet":
        """Waiting, and to be called before `day` (today), the longest overdue first."""
        return self.pending().filter(call_on__lt=day or timezone.localdate()).order_by("call_on", "pk")

    def of_clerk(self, user: User, day: date | None = None) -> "FollowUpQuerySet":
        """Those that the user makes on `day` (today): the own; those of whom they stand in for; and, of those
        that are nobody's, the ones at the stations of either and at the stations below that have no staff of
        their own. Costs two queries when it is made.
        """
        stood_in_for = Cover.objects.on(day).filter(cover=user).values("clerk")
        posts = Appointment.objects.current(day).with_permission(Permission.OPEN_RECORDS)
        theirs = posts.filter(user__in=stood_in_for).values_list("station__path", flat=True)
        paths = [*user.station_paths(Permission.OPEN_RECORDS), *theirs]
        staffed = posts.filter(in_subtrees("station", paths)).exclude(station__path__in=paths)
        others = highest(staffed.values_list("station__path", flat=True).distinct())
        nobodys = Q(in_subtrees("station", paths), clerk=None) & ~in_subtrees("station", others)
        # A station of theirs may lie below one that has staff of its own.
        nobodys |= Q(clerk=None, station__path__in=paths)
        return self.filter(Q(clerk=user) | Q(clerk__in=stood_in_for) | nobodys)

    def by_urgency(self) -> "FollowUpQuerySet":
        """In the order in which a day's calls are made. First those put off until somebody was back, then
        those that a count waits for, then the others; in each the longest overdue, then the least tried.
        Whoever was tried in vain today comes last: the phone may be answered tonight.
        """
        today = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
        tried = FollowUpAttempt.objects.standing().filter(follow_up=OuterRef("pk"), at__gte=today)
        turn = Case(
            When(Q(tries__gt=0) & Exists(tried), then=3),
            When(call_on__gt=F("due_on"), then=0),
            When(kind__in=sorted(COUNTED_CALLS), then=1),
            default=2,
        )
        return self.order_by(turn, "call_on", "tries", "pk")


class FollowUp(TimestampedModel):
    """A dated duty of a station to ask how it went (回访)."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="follow_ups")
    kind = models.CharField("类型", max_length=16, choices=FollowUpKind.choices)
    due_on = models.DateField("应回访日期")
    # `due_on`, or later where the person is away until then (see Absence).
    call_on = models.DateField("联系日期")
    station = models.ForeignKey(Station, models.PROTECT, related_name="follow_ups", verbose_name="责任服务站")
    state = models.CharField(
        "状态", max_length=10, choices=FollowUpState.choices, default=FollowUpState.PENDING
    )
    # Who of the station makes the call; None: whoever is there.
    clerk = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    # Levels of the network that it moved up, and since when the present station has it.
    raised = models.PositiveSmallIntegerField("上报级数", default=0)
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
    def standing(self) -> "FollowUpAttemptQuerySet":
        """Those that were not taken back."""
        return self.filter(taken_back=None)


class FollowUpAttempt(AppendOnlyModel):
    """One try to reach the person, and what came of it."""

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
    """A try was noted by mistake: it stays in the log, and counts no more."""

    attempt = models.OneToOneField(
        FollowUpAttempt, models.PROTECT, related_name="taken_back", verbose_name="回访记录"
    )
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="撤销人")

    class Meta:
        verbose_name = "撤销的回访记录"
        verbose_name_plural = "撤销的回访记录"
        ordering = ["at", "pk"]


class FollowUpEvent(AppendOnlyModel):
    """What befell a follow-up: it fell due, moved up or across, was paused, went to a clerk."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="events")
    kind = models.CharField("事项", max_length=10, choices=DutyEventKind.choices)
    at = models.DateTimeField("时间", default=timezone.now)
    on = models.DateField("日期")  # the day that it counts for, whenever the scheduler got to it
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )  # None: the scheduler
    # Whose duty it is after this.
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="责任服务站")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "回访任务变动"
        verbose_name_plural = "回访任务变动"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["kind", "at"], name="duty_event_kind_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up"], condition=Q(kind=DutyEventKind.FELL_DUE), name="duty_falls_due_once"
            ),
            models.UniqueConstraint(
                fields=["follow_up", "station", "on"],
                condition=Q(kind=DutyEventKind.ESCALATED),
                name="duty_escalates_once",
            ),
        ]


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, user: "User | AnonymousUser") -> "AbsenceQuerySet":
        """Staff of the person's station or above."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(in_subtrees("veteran__station", user.station_paths(Permission.OPEN_RECORDS)))

    def in_force(self, day: date | None = None) -> "AbsenceQuerySet":
        return self.filter(ended_at=None, until__gte=day or timezone.localdate())


class Absence(TimestampedModel):
    """Somebody is not to be called until a day; calls due before wait for the day after."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="absences", verbose_name="退役军人")
    reason = models.CharField("原因", max_length=12, choices=AbsenceReason.choices)
    note = EncryptedTextField("说明", max_length=200, blank=True, validators=[validate_no_unit_name])
    until = models.DateField("到哪天为止")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记录人")
    # Ended early, or another one took its place.
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "暂不联系"
        verbose_name_plural = "暂不联系"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=AbsenceReason.OTHER) | Q(is_written("note")),
                name="absence_other_has_note",
            ),
            models.UniqueConstraint(
                fields=["veteran"], condition=Q(ended_at__isnull=True), name="absence_one_at_a_time"
            ),
        ]


class CoverQuerySet(models.QuerySet["Cover"]):
    def visible_to(self, user: "User | AnonymousUser") -> "CoverQuerySet":
        """The two of them, and staff of a station at or above the clerk's."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        posts = (
            Appointment.objects.current()
            .with_permission(Permission.OPEN_RECORDS)
            .filter(in_subtrees("station", user.station_paths(Permission.OPEN_RECORDS)))
        )
        return self.filter(Q(clerk=user) | Q(cover=user) | Q(clerk__in=posts.values("user")))

    def on(self, day: date | None = None) -> "CoverQuerySet":
        day = day or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Cover(TimestampedModel):
    """One clerk does another's calls for some days (代班)."""

    clerk = models.ForeignKey(User, models.PROTECT, related_name="covered", verbose_name="不在岗人员")
    cover = models.ForeignKey(User, models.PROTECT, related_name="covers", verbose_name="代班人员")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")  # the last day
    reason = models.CharField("原因", max_length=120, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="安排人")

    objects = CoverQuerySet.as_manager()

    class Meta:
        verbose_name = "代班安排"
        verbose_name_plural = "代班安排"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="cover_ends_later"),
            models.CheckConstraint(condition=~Q(clerk=models.F("cover")), name="cover_is_another"),
        ]


class FollowUpRule(TimestampedModel):
    """On which days after a step the city's stations call; no row of a kind: as the workflow's table says."""

    kind = models.CharField("类型", max_length=16, choices=FollowUpKind.choices, unique=True)
    days = models.JSONField("第几天", default=list)  # ascending whole numbers; empty: no such call
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")

    class Meta:
        verbose_name = "回访规则"
        verbose_name_plural = "回访规则"
        ordering = ["kind"]
