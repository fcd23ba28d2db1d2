from django.db import models


class PositionKind(models.TextChoices):
    FULL_TIME = "full_time", "全职"
    PART_TIME = "part_time", "兼职"
    INTERNSHIP = "internship", "实习"
    PUBLIC_WELFARE = "public_welfare", "公益性岗位"


class PositionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "审核中"
    OPEN = "open", "招聘中"
    PAUSED = "paused", "已暂停"
    FILLED = "filled", "已招满"
    EXPIRED = "expired", "已过期"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "未通过"


# States in which a position cannot be edited any more.
CLOSED_STATES = frozenset({PositionState.FILLED, PositionState.WITHDRAWN})
# States of an approved position that has not ended.
PUBLISHED_STATES = frozenset({PositionState.OPEN, PositionState.PAUSED})
