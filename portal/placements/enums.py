"""Choices of a placement and of a hiring outcome."""

from django.db import models


class PlacementState(models.TextChoices):
    INTENDED = "intended", "已登记意向"
    INTERVIEWED = "interviewed", "已面试"
    OFFERED = "offered", "已录用"
    ONBOARDED = "onboarded", "已入职"
    RETAINED_1M = "retained_1m", "在岗满1个月"
    RETAINED_3M = "retained_3m", "在岗满3个月"
    RETAINED_6M = "retained_6m", "在岗满6个月"
    RETAINED_12M = "retained_12m", "在岗满12个月"
    DECLINED_BY_VETERAN = "declined_by_veteran", "本人放弃"
    DECLINED_BY_EMPLOYER = "declined_by_employer", "单位未录用"
    OFFER_REFUSED = "offer_refused", "本人未接受录用"
    UNREACHABLE = "unreachable", "无法联系"
    LAPSED = "lapsed", "意向失效"
    LEFT = "left", "已离职"


class HiringResult(models.TextChoices):
    """Result of a closed position, as its employer reports it."""

    THROUGH_PORTAL = "through_portal", "通过本平台招到"
    ELSEWHERE = "elsewhere", "通过其他渠道招到"
    NOT_FILLED = "not_filled", "没有招到"
