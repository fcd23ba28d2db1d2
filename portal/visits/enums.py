from django.db import models


class VisitMethod(models.TextChoices):
    """Way of contact (走访方式)."""

    HOME = "home", "上门"
    PHONE = "phone", "电话"
    STATION = "station", "到站"
    ONLINE = "online", "线上"


class Need(models.TextChoices):
    """Need that the person named (需求). NONE: asked, without a need; no row at all: not asked."""

    JOB = "job", "找工作"
    TRAINING = "training", "学技能、参加培训"
    BUSINESS = "business", "创业"
    AID = "aid", "困难帮扶转介"
    POLICY = "policy", "政策咨询"
    MEDICAL = "medical", "医疗"
    NONE = "none", "暂无需求"


class ReturnDocument(models.TextChoices):
    """Document checked at the return registration (报到时核对的材料)."""

    ID_CARD = "id_card", "居民身份证"
    DISCHARGE = "discharge", "退出现役证件"
    LETTER = "letter", "报到介绍信"
    HOUSEHOLD = "household", "户口簿"
    PARTY = "party", "党员组织关系介绍信"
