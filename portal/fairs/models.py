"""Models of a fair's desk: door shifts, booths, registrations with tickets, and check-ins."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.models import TimestampedModel
from portal.employers.models import Employer
from portal.fairs.enums import BoothState, RegistrationState, VisitorKind
from portal.fairs.permissions import fairs_operated_by
from portal.positions.models import Position
from portal.stations.models import in_subtrees
from portal.veterans.models import Veteran

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class DoorShiftQuerySet(models.QuerySet["DoorShift"]):
    def current(self) -> "DoorShiftQuerySet":
        """Select the door shifts of today."""
        return self.filter(day=timezone.localdate())


class DoorShift(TimestampedModel):
    """Assignment of a helper (志愿者) to one fair on one day, without access to records."""

    fair = models.ForeignKey(JobFairPage, models.CASCADE, related_name="door_shifts", verbose_name="招聘会")
    user = models.ForeignKey(User, models.PROTECT, related_name="door_shifts", verbose_name="人员")
    day = models.DateField("日期")

    objects = DoorShiftQuerySet.as_manager()

    class Meta:
        verbose_name = "现场值守"
        verbose_name_plural = "现场值守"
        constraints = [models.UniqueConstraint(fields=["fair", "user", "day"], name="door_shift_once")]


class BoothQuerySet(models.QuerySet["Booth"]):
    def confirmed(self) -> "BoothQuerySet":
        return self.filter(state=BoothState.CONFIRMED)

    def visible_to(self, user: "User | AnonymousUser") -> "BoothQuerySet":
        """Return confirmed booths of published fairs, and all booths of the user's employers and desks."""
        visible = Q(state=BoothState.CONFIRMED, fair__live=True)
        if isinstance(user, User) and user.is_active:
            visible |= Q(employer__in=Employer.objects.with_member(user))
            visible |= Q(fair__in=fairs_operated_by(user))
        return self.filter(visible)

    def manageable_by(self, user: User) -> "BoothQuerySet":
        """Return the booths of fairs organised in the stations' subtrees, which the user may confirm."""
        return self.filter(in_subtrees("fair__organiser", user.station_paths(Permission.RUN_FAIRS)))


class Booth(TimestampedModel):
    """Booth (展位) of one employer at one fair; at most one for each pair."""

    fair = models.ForeignKey(JobFairPage, models.PROTECT, related_name="booths", verbose_name="招聘会")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="booths", verbose_name="用人单位")
    number = models.CharField("展位号", max_length=8, blank=True)
    state = models.CharField("状态", max_length=10, choices=BoothState.choices, default=BoothState.REQUESTED)
    state_reason = models.CharField("说明", max_length=120, blank=True)
    positions = models.ManyToManyField(Position, related_name="booths", blank=True, verbose_name="参会岗位")

    objects = BoothQuerySet.as_manager()

    class Meta:
        verbose_name = "展位"
        verbose_name_plural = "展位"
        ordering = ["fair_id", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fair", "employer"], name="booth_one_per_employer"),
            models.UniqueConstraint(
                fields=["fair", "number"], condition=~Q(number=""), name="booth_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=BoothState.CONFIRMED) | ~Q(number=""), name="booth_confirmed_has_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.employer.name}".strip()


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def for_upcoming_fairs_of(self, employer: Employer) -> "RegistrationQuerySet":
        """Return registrations for the upcoming fairs where the employer has a confirmed booth."""
        booths = Booth.objects.confirmed().filter(employer=employer, fair__in=JobFairPage.objects.upcoming())
        return self.active().filter(fair__in=booths.values("fair"))

    def active(self) -> "RegistrationQuerySet":
        return self.filter(state=RegistrationState.REGISTERED)

    def visible_to(self, user: "User | AnonymousUser") -> "RegistrationQuerySet":
        """Return registrations of the records that the user sees, and all of the fairs of the user's desk."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(
            Q(veteran__in=Veteran.objects.visible_to(user)) | Q(fair__in=fairs_operated_by(user))
        )


class Registration(TimestampedModel):
    """Registration of a veteran for a fair, with the ticket that is scanned at the door."""

    fair = models.ForeignKey(JobFairPage, models.PROTECT, related_name="registrations", verbose_name="招聘会")
    veteran = models.ForeignKey(
        Veteran, models.PROTECT, related_name="registrations", verbose_name="退役军人"
    )
    # Content of the QR code: random, so it reveals nothing about the person.
    ticket = models.UUIDField("票号", default=uuid.uuid4, unique=True, editable=False)
    # Read out when the code does not scan; consecutive within the fair.
    number = models.PositiveIntegerField("报名序号")
    state = models.CharField(
        "状态", max_length=10, choices=RegistrationState.choices, default=RegistrationState.REGISTERED
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "招聘会报名"
        verbose_name_plural = "招聘会报名"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["fair", "veteran"], name="registration_once"),
            models.UniqueConstraint(fields=["fair", "number"], name="registration_number_once"),
        ]

    @property
    def is_active(self) -> bool:
        return self.state == RegistrationState.REGISTERED


class CheckIn(models.Model):
    """Entry of one visitor: a veteran by ticket, at most once; other visitors by kind only."""

    fair = models.ForeignKey(JobFairPage, models.PROTECT, related_name="check_ins", verbose_name="招聘会")
    registration = models.OneToOneField(
        Registration, models.PROTECT, null=True, blank=True, related_name="check_in", verbose_name="报名"
    )
    kind = models.CharField("来访者", max_length=8, choices=VisitorKind.choices, default=VisitorKind.VETERAN)
    at = models.DateTimeField("入场时间", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")

    class Meta:
        verbose_name = "入场记录"
        verbose_name_plural = "入场记录"
        indexes = [models.Index(fields=["fair", "kind"], name="checkin_fair_kind")]
