from django.db import models


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Branch(models.TextChoices):
    ARMY = "army", "陆军"
    NAVY = "navy", "海军"
    AIR_FORCE = "air_force", "空军"
    ROCKET_FORCE = "rocket_force", "火箭军"
    ARMED_POLICE = "armed_police", "武警部队"
    SUPPORT_FORCE = "support_force", "其他军兵种"


class RankGroup(models.TextChoices):
    CONSCRIPT = "conscript", "义务兵"
    NCO_JUNIOR = "nco_junior", "初级军士"
    NCO_MIDDLE = "nco_middle", "中级军士"
    NCO_SENIOR = "nco_senior", "高级军士"
    OFFICER = "officer", "军官"


class Settlement(models.TextChoices):
    """State settlement on leaving service (安置方式)."""

    SELF_EMPLOYED = "self_employed", "自主就业"
    ASSIGNED = "assigned", "安排工作"
    MONTHLY_PENSION = "monthly_pension", "逐月领取退役金"
    DEMOBILISED = "demobilised", "复员"
    TRANSFERRED = "transferred", "转业"
    RETIRED = "retired", "退休"
    SUPPORTED = "supported", "供养"


class EmploymentStatus(models.TextChoices):
    EMPLOYED = "employed", "在业"
    UNEMPLOYED = "unemployed", "失业"
    FLEXIBLE = "flexible", "灵活就业"
    SELF_EMPLOYED = "self_employed", "创业"
    STUDYING = "studying", "在学"
    RETIRED = "retired", "已退休"
    NOT_SEEKING = "not_seeking", "无就业意愿"


# Stored encrypted, as these words: a code in a database is read as easily as the word.
DIFFICULTIES = (
    "低保", "特困供养", "重大疾病", "因灾致困", "长期失业", "住房困难", "子女就学困难", "其他困难",
)  # fmt: skip
DISABILITY_GRADES = ("一级", "二级", "三级", "四级", "五级", "六级", "七级", "八级", "九级", "十级")


class ClaimState(models.TextChoices):
    """State of a claim (认领)."""

    WAITING = "waiting", "待服务站核对"
    ACCEPTED = "accepted", "已认领"
    REFUSED = "refused", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"


class CloseReason(models.TextChoices):
    """Reason for closing a record (注销原因)."""

    DIED = "died", "去世"
    MOVED = "moved", "迁出本市"
    ASKED = "asked", "本人要求"
    MISTAKE = "mistake", "误建"
    MERGED = "merged", "并入另一份档案"


class RecordSource(models.TextChoices):
    SELF = "self", "本人登记"
    STATION = "station", "服务站建档"
    IMPORTED = "imported", "批量导入"


class MoveReason(models.TextChoices):
    """Reason for moving a record to another station."""

    MERGED = "merged", "服务站合并或停用"
    SPLIT = "split", "服务站拆分"
    LIVES = "lives", "现居住地变更"
    IMPORTED = "sheet", "导入表格"
