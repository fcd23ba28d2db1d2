"""Choices of a placement and of a hiring outcome."""

from django.db import models

from portal.placements.milestones import MILESTONES


class PlacementState(models.TextChoices):
    INTENDED = "intended", "已登记意向"
    INTERVIEWED = "interviewed", "已面试"
    OFFERED = "offered", "已录用"
    ONBOARDED = "onboarded", "已入职"
    # RETAINED_1M and so on, one member for each row of the milestone table.
    locals().update({row.state.upper(): (row.state, row.state_label) for row in MILESTONES})
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
