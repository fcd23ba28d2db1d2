"""Log of decisions about an employer, with the documents that each is based on."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.models import AppendOnlyModel
from portal.documents.enums import OwnerType, kind_choices
from portal.documents.models import Document
from portal.employers.enums import (
    StepKind,
    VerificationState,
)
from portal.employers.models.employer import Employer


class VerificationStep(AppendOnlyModel):
    """One decision of staff about an employer, in an append-only log."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="steps", verbose_name="单位")
    kind = models.CharField("决定", max_length=16, choices=StepKind.choices)
    from_state = models.CharField("原状态", max_length=10, choices=VerificationState.choices)
    to_state = models.CharField("新状态", max_length=10, choices=VerificationState.choices)
    reason = models.CharField("原因", max_length=200, blank=True)
    until = models.DateField("核验有效期至", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "核验记录"
        verbose_name_plural = "核验记录"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[StepKind.VERIFY, StepKind.ACCEPT_CHANGE]) | ~Q(reason=""),
                name="verification_step_has_reason",
            ),
        ]


class VerificationBasis(models.Model):
    """Basis of a decision (核验依据): a reviewed document, or the original seen at the counter."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="bases", verbose_name="单位")
    step = models.ForeignKey(
        VerificationStep, models.PROTECT, null=True, blank=True, related_name="bases", verbose_name="决定"
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="verification_bases",
        verbose_name="所看材料",
    )
    kind = models.CharField("材料", max_length=14, choices=kind_choices(OwnerType.EMPLOYER))
    seen_on = models.DateField("核对日期")
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="核对人")
    note = models.CharField("备注", max_length=120, blank=True)

    class Meta:
        verbose_name = "核验依据"
        verbose_name_plural = "核验依据"
