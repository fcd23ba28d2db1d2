from django.db import models


class NotificationKind(models.TextChoices):
    """What a message is about; the list shows it as a badge."""

    POSITION = "position", "岗位"
    EMPLOYER = "employer", "单位核验"
    REPORT = "report", "举报处理"
    SEARCH = "search", "订阅的搜索"
    PLACEMENT = "placement", "就业跟踪"
