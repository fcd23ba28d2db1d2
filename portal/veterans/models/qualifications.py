"""Qualifications of a veteran: military specialties, certificates, civilian jobs."""

from datetime import date

from django.core.validators import MaxValueValidator
from django.db import models

from portal.core.certificates import CertificateKind
from portal.core.encryption import EncryptedTextField
from portal.core.models import Specialty
from portal.core.validators import validate_certificate_number, validate_no_unit_name
from portal.veterans.models.veteran import Veteran


class Service(models.Model):
    """Military specialty of the person, with the years spent in it."""

    veteran = models.ForeignKey(Veteran, models.CASCADE, related_name="services")
    specialty = models.ForeignKey(Specialty, models.PROTECT, related_name="+", verbose_name="军事专业")
    years = models.PositiveSmallIntegerField("从事年数", default=1, validators=[MaxValueValidator(45)])

    class Meta:
        verbose_name = "服役专业"
        verbose_name_plural = "服役专业"
        constraints = [models.UniqueConstraint(fields=["veteran", "specialty"], name="service_once")]


class Certificate(models.Model):
    """A certificate or licence that the person holds (证书)."""

    veteran = models.ForeignKey(Veteran, models.CASCADE, related_name="certificates")
    kind = models.CharField("证书", max_length=24, choices=CertificateKind.choices)
    grade = models.CharField("等级", max_length=20, blank=True)
    number = EncryptedTextField("证书编号", blank=True, default="", validators=[validate_certificate_number])
    valid_until = models.DateField("有效期至", null=True, blank=True)

    class Meta:
        verbose_name = "证书"
        verbose_name_plural = "证书"
        constraints = [models.UniqueConstraint(fields=["veteran", "kind"], name="certificate_once")]

    def is_valid_on(self, day: date) -> bool:
        return self.valid_until is None or self.valid_until >= day


class WorkHistory(models.Model):
    """A civilian job after service (工作经历)."""

    veteran = models.ForeignKey(Veteran, models.CASCADE, related_name="work_history")
    employer_name = models.CharField("单位", max_length=60, validators=[validate_no_unit_name])
    title = models.CharField("岗位", max_length=40)
    years = models.PositiveSmallIntegerField("年数", default=1, validators=[MaxValueValidator(50)])
    duties = models.TextField("主要工作", blank=True, validators=[validate_no_unit_name])

    class Meta:
        verbose_name = "工作经历"
        verbose_name_plural = "工作经历"
