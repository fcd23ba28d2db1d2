"""Wish of a veteran for work."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models

from portal.core.models import Occupation, Region, TimestampedModel
from portal.core.validators import validate_no_unit_name
from portal.veterans.models.veteran import Veteran


class Wish(TimestampedModel):
    """Work that the person looks for (求职意愿); an empty field means no limit."""

    veteran = models.OneToOneField(Veteran, models.CASCADE, related_name="wish")
    occupations = models.ManyToManyField(Occupation, blank=True, verbose_name="期望工种")
    regions = models.ManyToManyField(Region, blank=True, verbose_name="期望地区")
    text = models.CharField("期望工作描述", max_length=200, blank=True, validators=[validate_no_unit_name])
    lowest_pay = models.DecimalField(
        "最低月薪（元）",
        max_digits=8,
        decimal_places=0,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    max_distance_km = models.PositiveSmallIntegerField("离家不超过（公里）", null=True, blank=True)
    accepts_shift = models.BooleanField("接受倒班", default=True)
    accepts_travel = models.BooleanField("接受出差", default=True)
    start_date = models.DateField("最早到岗日期", null=True, blank=True)
    wants_training = models.BooleanField("希望参加培训", default=False)
    wants_business = models.BooleanField("有创业意愿", default=False)

    class Meta:
        verbose_name = "求职意愿"
        verbose_name_plural = "求职意愿"
