from django.db import models


class ConsentPurpose(models.TextChoices):
    MATCHING = "matching", "用于岗位推荐"
    EMPLOYER_CARD = "employer_card", "向用人单位展示匿名人才卡片"
    EMPLOYER_CONTACT = "employer_contact", "向指定用人单位提供姓名和联系电话"


class FactorKind(models.TextChoices):
    """Kind of a second factor."""

    APP = "app", "验证器应用"
    SMS = "sms", "密码和短信验证码"
    PRINTED = "printed", "打印的验证码"


class AccessKind(models.TextChoices):
    VIEW = "view", "查看"
    LISTED = "listed", "在列表中显示"
    REVEAL = "reveal", "查看敏感信息"
    REFUSED = "refused", "越权访问被拒绝"
