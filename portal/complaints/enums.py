from django.db import models


class ComplaintKind(models.TextChoices):
    FEE = "fee", "收费、押金或扣证件"
    FAKE = "fake", "岗位不真实"
    UNFAIR = "unfair", "限制性别、年龄等"
    PAY = "pay", "工资与写的不符"
    SILENT = "silent", "联系不上或早已招满"
    OTHER = "other", "其他"


class ComplaintState(models.TextChoices):
    OPEN = "open", "处理中"
    ANSWERED = "answered", "已答复"


class Outcome(models.TextChoices):
    TAKEN_DOWN = "taken_down", "岗位暂停，退回单位修改"
    REMOVED = "removed", "岗位撤下，不再公开"
    WARNED = "warned", "提醒单位改正"
    NO_FAULT = "no_fault", "核实后没有发现问题"
