from django.db import models


class Outcome(models.IntegerChoices):
    """Milestones of a match after its impression; each includes those after it."""

    CHOSEN = 1, "登记意向"
    INTERVIEWED = 2, "面试"
    ONBOARDED = 3, "入职"
    RETAINED = 4, "稳岗满3个月"


class Verdict(models.TextChoices):
    BETTER = "better", "更好"
    NOT_SHOWN = "not_shown", "未证明更好"
    TOO_FEW = "too_few", "数据太少"
