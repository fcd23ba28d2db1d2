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


class FillingResult(models.TextChoices):
    """Was it filled, and by whom?"""

    THROUGH_PORTAL = "through_portal", "通过本平台招到"
    ELSEWHERE = "elsewhere", "通过其他渠道招到"
    NOT_FILLED = "not_filled", "没有招到"


class FollowUpKind(models.TextChoices):
    AFTER_FAIR = "after_fair", "意向回访"
    AFTER_INTERVIEW = "after_interview", "面试结果回访"
    AFTER_OFFER = "after_offer", "录用后回访"
    FIRST_DAY = "first_day", "到岗回访"
    RETENTION_1M = "retention_1m", "稳岗回访（1个月）"
    RETENTION_3M = "retention_3m", "稳岗回访（3个月）"
    RETENTION_6M = "retention_6m", "稳岗回访（6个月）"
    RETENTION_12M = "retention_12m", "稳岗回访（12个月）"
    NEW_SEARCH = "new_search", "再就业回访"  # left, and looks for another place
    AGAIN = "again", "再次联系"  # nothing was new, or the number was wrong and is a new one now
    CONTRADICTION = "contradiction", "核实两边说法"  # the person and the employer say different things
    SAID_LEFT = "said_left", "核实离职"  # one of them says so, and the other has not


class FollowUpState(models.TextChoices):
    PENDING = "pending", "待回访"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"


class AttemptOutcome(models.TextChoices):
    REACHED = "reached", "已联系上"
    NOT_REACHED = "not_reached", "未联系上"
    WRONG_NUMBER = "wrong_number", "号码有误"
    REFUSED = "refused", "拒绝回访"


class DutyEventKind(models.TextChoices):
    """What befell a follow-up."""

    FELL_DUE = "fell_due", "到期"
    ESCALATED = "escalated", "逾期上报"
    MOVED = "moved", "随人转移"
    ASSIGNED = "assigned", "指派"
    PAUSED = "paused", "暂停"
    RESUMED = "resumed", "恢复"


class AbsenceReason(models.TextChoices):
    """Why somebody cannot be called for a while."""

    WORKS_AWAY = "works_away", "外出务工，暂时不便接听"
    ILL = "ill", "住院或休养"
    TRAINING = "training", "参加培训"
    FAMILY = "family", "家中有事"
    ASKED = "asked", "本人要求晚些再联系"
    OTHER = "other", "其他"
