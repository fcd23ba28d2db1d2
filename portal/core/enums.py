"""Choices that more than one room uses, each with the Chinese label beside it."""

from django.db import models


class Education(models.IntegerChoices):
    """Highest education (学历), ordered: a higher value meets a lower demand."""

    JUNIOR = 0, "初中及以下"
    SECONDARY = 1, "高中/中专/技校"
    COLLEGE = 2, "大专"
    BACHELOR = 3, "本科"
    GRADUATE = 4, "研究生"


class RegionLevel(models.TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"
    TOWN = "town", "镇（街道）"
    VILLAGE = "village", "村（社区）"


class Shift(models.TextChoices):
    DAY = "day", "白班"
    TWO_SHIFT = "two_shift", "两班倒"
    THREE_SHIFT = "three_shift", "三班倒"
    NIGHT = "night", "夜班"
    FLEXIBLE = "flexible", "弹性"
