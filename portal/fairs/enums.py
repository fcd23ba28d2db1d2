from django.db import models


class BoothState(models.TextChoices):
    REQUESTED = "requested", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未安排"
    WITHDRAWN = "withdrawn", "已退出"


class RegistrationState(models.TextChoices):
    REGISTERED = "registered", "已报名"
    CANCELLED = "cancelled", "已取消"


class VisitorKind(models.TextChoices):
    VETERAN = "veteran", "退役军人"
    FAMILY = "family", "家属"
    OTHER = "other", "其他"
