from django.db import models


class VerificationState(models.TextChoices):
    PENDING = "pending", "待核验"
    VERIFIED = "verified", "已核验"
    REFUSED = "refused", "未通过"
    SUSPENDED = "suspended", "已暂停"


class SizeBand(models.TextChoices):
    MICRO = "micro", "20人以下"
    SMALL = "small", "20-299人"
    MEDIUM = "medium", "300-999人"
    LARGE = "large", "1000人及以上"


class Nature(models.TextChoices):
    PRIVATE = "private", "民营企业"
    STATE = "state", "国有企业"
    FOREIGN = "foreign", "外资企业"
    JOINT = "joint", "合资企业"
    INDIVIDUAL = "individual", "个体工商户"
    PUBLIC_INSTITUTION = "public_institution", "事业单位"
    OTHER = "other", "其他"


class Industry(models.TextChoices):
    """Sections of the national economy (GB/T 4754-2017)."""

    A = "A", "农、林、牧、渔业"
    B = "B", "采矿业"
    C = "C", "制造业"
    D = "D", "电力、热力、燃气及水生产和供应业"
    E = "E", "建筑业"
    F = "F", "批发和零售业"
    G = "G", "交通运输、仓储和邮政业"
    H = "H", "住宿和餐饮业"
    I = "I", "信息传输、软件和信息技术服务业"  # noqa: E741
    J = "J", "金融业"
    K = "K", "房地产业"
    L = "L", "租赁和商务服务业"
    M = "M", "科学研究和技术服务业"
    N = "N", "水利、环境和公共设施管理业"
    O = "O", "居民服务、修理和其他服务业"  # noqa: E741
    P = "P", "教育"
    Q = "Q", "卫生和社会工作"
    R = "R", "文化、体育和娱乐业"
    S = "S", "公共管理、社会保障和社会组织"
    T = "T", "国际组织"


class EmployerRole(models.TextChoices):
    OWNER = "owner", "管理员"
    RECRUITER = "recruiter", "招聘专员"


class StepKind(models.TextChoices):
    """Decision of staff about an employer."""

    VERIFY = "verify", "核验通过"
    REFUSE = "refuse", "退回修改"
    SUSPEND = "suspend", "暂停"
    LIFT = "lift", "恢复"
    RETURN_RENEWAL = "return_renewal", "退回续期申请"
    ACCEPT_CHANGE = "accept_change", "同意信息变更"
    REFUSE_CHANGE = "refuse_change", "不同意信息变更"


class ChangeState(models.TextChoices):
    """State of a change of verified facts."""

    WAITING = "waiting", "待审核"
    ACCEPTED = "accepted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class InvitationState(models.TextChoices):
    WAITING = "waiting", "待接受"
    ACCEPTED = "accepted", "已接受"
    DECLINED = "declined", "已拒绝"
    WITHDRAWN = "withdrawn", "已撤回"
