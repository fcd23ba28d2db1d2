"""Visits (走访) and return registrations (返乡报到): dated contacts of stations with veterans."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.core.day_bounds import EARLIEST_DAY, earliest_recorded_day, latest_planned_day, require_between
from portal.core.encryption import EncryptedTextField
from portal.core.models import AppendOnlyModel
from portal.core.validators import validate_no_unit_name
from portal.stations.models import Station, in_subtrees
from portal.veterans.models import Veteran
from portal.visits.enums import Need, ReturnDocument, VisitMethod

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def _visible_records(user: "User | AnonymousUser") -> Q | None:
    """Return the condition that the user may see the row's record; None for a user who may see none.

    Visible are records at the user's stations, the user's own, and records merged into the user's own.
    """
    if not isinstance(user, User) or not user.is_active:
        return None
    own = Q(veteran__account=user) | Q(veteran__merged_into__account=user)
    return in_subtrees("veteran__station", user.station_paths(Permission.OPEN_RECORDS)) | own


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: "User | AnonymousUser") -> "VisitQuerySet":
        """Select rows of records at the user's stations now, and of the user's own record."""
        condition = _visible_records(user)
        return self.none() if condition is None else self.filter(condition)

    def current(self) -> "VisitQuerySet":
        """Select visits that are neither corrected by a later row nor withdrawn."""
        corrected = Visit.objects.filter(corrects__isnull=False).values("corrects")
        return self.filter(withdrawn=False).exclude(pk__in=corrected)

    def of(self, veteran: Veteran) -> "VisitQuerySet":
        """Select the visits of one person, with those of records that were merged into this one."""
        return self.filter(veteran__in=[veteran.pk, *veteran.merged.values_list("pk", flat=True)])

    def with_contact(self) -> "VisitQuerySet":
        """Select visits that reached the person."""
        return self.filter(reached=True)

    def next_contact_due(self, by_day: date) -> "VisitQuerySet":
        """Select visits whose next contact is due on `by_day` or before, with no attempt since."""
        after = Q(held_on__gt=OuterRef("held_on")) | Q(held_on=OuterRef("held_on"), pk__gt=OuterRef("pk"))
        later = Visit.objects.current().filter(after, veteran=OuterRef("veteran"))
        return self.current().filter(~Exists(later), next_on__lte=by_day).order_by("next_on", "pk")

    def with_details(self) -> "VisitQuerySet":
        """Load all that a history displays of its visits, in a fixed number of queries."""
        return self.select_related("station", "by", "correction__by").prefetch_related("needs")


class Visit(AppendOnlyModel):
    """One contact of staff with a veteran (走访), in an append-only log; a correction is a row of its own."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="visits", verbose_name="退役军人")
    # Station of the record on that day; reports count the visit for it, also after a move.
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="走访时的服务站")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="走访人")
    held_on = models.DateField("走访日期")
    method = models.CharField("走访方式", max_length=8, choices=VisitMethod.choices)
    reached = models.BooleanField("联系上本人")
    findings = EncryptedTextField("走访情况", blank=True, validators=[validate_no_unit_name])
    next_on = models.DateField("下次联系日期", null=True, blank=True)
    created_at = models.DateTimeField("记录时间", default=timezone.now, editable=False)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="correction", verbose_name="更正的走访"
    )
    reason = models.CharField("更正原因", max_length=120, blank=True, validators=[validate_no_unit_name])
    # A correction may also say that the visit never took place.
    withdrawn = models.BooleanField("作废", default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "走访"
        verbose_name_plural = "走访"
        ordering = ["-held_on", "-id"]
        indexes = [
            models.Index(fields=["veteran", "-held_on", "-id"], name="visit_of_file"),
            models.Index(fields=["held_on", "station", "reached"], name="visit_by_day"),
            models.Index(fields=["next_on", "id"], name="visit_next", condition=Q(next_on__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=sorted(VisitMethod.values)), name="visit_method_known"
            ),
            models.CheckConstraint(
                condition=Q(next_on=None) | Q(next_on__gt=F("held_on")), name="visit_next_after_held"
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, reason="", withdrawn=False)
                | (Q(corrects__isnull=False) & ~Q(reason="")),
                name="visit_correction_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.veteran.name} {self.held_on} {self.get_method_display()}"

    def clean(self) -> None:
        if self.held_on is not None and self.held_on > timezone.localdate():
            raise ValidationError({"held_on": "走访日期不能晚于今天。"})
        require_between("held_on", self.held_on, earliest_recorded_day(), timezone.localdate(), "走访日期")
        require_between("next_on", self.next_on, EARLIEST_DAY, latest_planned_day(), "下次联系日期")
        if self.next_on is not None and self.next_on <= self.held_on:
            raise ValidationError({"next_on": "下次联系日期应在这次走访之后。"})

    @property
    def is_corrected(self) -> bool:
        return hasattr(self, "correction")

    @property
    def need_labels(self) -> list[str]:
        return [row.get_need_display() for row in self.needs.all()]


class VisitNeed(AppendOnlyModel):
    """One need that the person named in a visit."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="needs")
    need = models.CharField("需求", max_length=8, choices=Need.choices)

    class Meta:
        verbose_name = "走访需求"
        verbose_name_plural = "走访需求"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "need"], name="visit_need_once"),
            models.CheckConstraint(condition=Q(need__in=sorted(Need.values)), name="visit_need_known"),
        ]


def validate_documents(value: Any) -> None:
    """Require a list of at least one code of ReturnDocument, without repeats."""
    if not isinstance(value, list) or not value:
        raise ValidationError("请至少勾选一项已核对的材料。")
    if len(set(value)) != len(value) or not set(value) <= set(ReturnDocument.values):
        raise ValidationError("没有这项材料。")


class ReturnRegistrationQuerySet(models.QuerySet["ReturnRegistration"]):
    def visible_to(self, user: "User | AnonymousUser") -> "ReturnRegistrationQuerySet":
        """Select rows of records at the user's stations now, and of the user's own record."""
        condition = _visible_records(user)
        return self.none() if condition is None else self.filter(condition)

    def with_details(self) -> "ReturnRegistrationQuerySet":
        return self.select_related("veteran__station", "station", "by", "visit").prefetch_related(
            "visit__needs"
        )


class ReturnRegistration(AppendOnlyModel):
    """Return registration (返乡报到) after leaving the service, with its visit and its number."""

    veteran = models.ForeignKey(Veteran, models.PROTECT, related_name="returns", verbose_name="退役军人")
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name="报到服务站")
    # Visit at the station that is part of the registration; its needs are those of the registration.
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="registration", verbose_name="走访")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    registered_on = models.DateField("报到日期")
    left_on = models.DateField("退役日期")
    documents = models.JSONField("已核对的材料", default=list, validators=[validate_documents])
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("序号")
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = ReturnRegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "返乡报到"
        verbose_name_plural = "返乡报到"
        ordering = ["-registered_on", "-id"]
        indexes = [models.Index(fields=["-registered_on", "-id"], name="return_recent")]
        constraints = [
            # One per return: a second period of service has another last day.
            models.UniqueConstraint(fields=["veteran", "left_on"], name="return_once"),
            models.UniqueConstraint(fields=["station", "year", "number"], name="return_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="return_number_from_one"),
            models.CheckConstraint(condition=Q(registered_on__gte=F("left_on")), name="return_after_leaving"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.veteran.name}"

    @property
    def label(self) -> str:
        """Return the number as text, such as '2026-0007', unique within the station."""
        return f"{self.year}-{self.number:04d}"

    @property
    def document_labels(self) -> list[str]:
        return [str(ReturnDocument(code).label) for code in self.documents]
