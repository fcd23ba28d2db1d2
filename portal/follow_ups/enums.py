"""Choices of follow-ups, calls and absences."""

from django.db import models

from portal.placements.milestones import MILESTONES


class FollowUpKind(models.TextChoices):
    AFTER_FAIR = "after_fair", "意向回访"
    AFTER_INTERVIEW = "after_interview", "面试结果回访"
    AFTER_OFFER = "after_offer", "录用后回访"
    FIRST_DAY = "first_day", "到岗回访"
    # RETENTION_1M and so on, one member for each row of the milestone table.
    locals().update(
        {row.follow_up_kind.upper(): (row.follow_up_kind, row.follow_up_label) for row in MILESTONES}
    )
    NEW_SEARCH = "new_search", "再就业回访"  # after leaving, while the person looks for another job
    AGAIN = "again", "再次联系"  # after a call without an update, or to a new number
    CONTRADICTION = "contradiction", "核实两边说法"  # the two sides' answers exclude each other
    SAID_LEFT = "said_left", "核实离职"  # reported by one side only


class FollowUpState(models.TextChoices):
    PENDING = "pending", "待回访"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"


class AttemptOutcome(models.TextChoices):
    REACHED = "reached", "已联系上"
    NOT_REACHED = "not_reached", "未联系上"
    WRONG_NUMBER = "wrong_number", "号码有误"
    REFUSED = "refused", "拒绝回访"


class FollowUpEventKind(models.TextChoices):
    """Change of a follow-up that is no call."""

    FELL_DUE = "fell_due", "到期"
    ESCALATED = "escalated", "逾期上报"
    MOVED = "moved", "随人转移"
    ASSIGNED = "assigned", "指派"
    PAUSED = "paused", "暂停"
    RESUMED = "resumed", "恢复"


class AbsenceReason(models.TextChoices):
    """Reason not to call a person for a while."""

    WORKS_AWAY = "works_away", "外出务工，暂时不便接听"
    ILL = "ill", "住院或休养"
    TRAINING = "training", "参加培训"
    FAMILY = "family", "家中有事"
    ASKED = "asked", "本人要求晚些再联系"
    OTHER = "other", "其他"
