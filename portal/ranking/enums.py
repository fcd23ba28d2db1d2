from django.db import models


class Surface(models.TextChoices):
    """List on which a position was shown for a person."""

    ME_HOME = "me_home", "我的首页"
    ME_POSITIONS = "me_positions", "推荐岗位"
    ME_FAIR = "me_fair", "招聘会展位推荐"
    DESK_FILE = "desk_file", "工作台：档案页推荐"
    DESK_PEOPLE = "desk_people", "工作台：岗位适配人员"
    DESK_BOOTH = "desk_booth", "工作台：展位适配人员"
    COMPANY_PEOPLE = "company_people", "单位：适配人才卡片"


class ChangeKind(models.TextChoices):
    ADOPT = "adopt", "启用"
    ROLL_BACK = "roll_back", "退回"
