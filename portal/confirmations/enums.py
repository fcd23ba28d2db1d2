"""Choices of confirmations by both sides of a placement."""

from django.db import models


class Side(models.TextChoices):
    """Side of a placement."""

    VETERAN = "veteran", "本人"
    EMPLOYER = "employer", "单位"


class Question(models.TextChoices):
    """Question about a placement; a link asks one."""

    PROGRESS = "progress", "进展到哪一步"
    EMPLOYMENT = "in_post", "还在岗吗"


class Reply(models.TextChoices):
    """Possible answer, in the same words for both sides."""

    NOT_YET = "not_yet", "还没有面试"
    INTERVIEWED = "interviewed", "已面试，还没有结果"
    OFFERED = "offered", "已录用，还没到岗"
    ONBOARDED = "onboarded", "已到岗"
    GIVEN_UP = "given_up", "本人不去了"
    TURNED_DOWN = "turned_down", "单位没有录用"
    STILL_EMPLOYED = "in_post", "还在岗"
    LEFT = "left", "已离职"


class Satisfaction(models.IntegerChoices):
    """Satisfaction with the job, the best first."""

    VERY = 5, "很满意"
    CONTENT = 4, "满意"
    SO_SO = 3, "一般"
    NOT = 2, "不满意"
    NOT_AT_ALL = 1, "很不满意"


R, Q = Reply, Question
REPLIES: dict[Question, tuple[Reply, ...]] = {
    Q.PROGRESS: (R.NOT_YET, R.INTERVIEWED, R.OFFERED, R.ONBOARDED, R.GIVEN_UP, R.TURNED_DOWN),
    Q.EMPLOYMENT: (R.STILL_EMPLOYED, R.LEFT),
}
# Replies that need the day of the event.
DATED_REPLIES = frozenset({R.INTERVIEWED, R.OFFERED, R.ONBOARDED, R.LEFT})
