"""What a value of a field becomes, whoever writes it: values by hand, field by field.

A value is as a person types it. It is stored, or refused with one message on every path.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.house.write_paths.outcomes import UNCHECKED

MISSING = "没有填写，请填写这一项。"
UNREADABLE_DAY = "读不出日期，请写成 2003-12-01 这样。"
DAY_RANGE = "日期不合理，应在 "  # the limits follow
PAY_RANGE = "金额不合理，请写每月多少元。"
UNIT_NAME = "请不要填写部队番号、代号或装备型号。可写军种、专业和服役年限，例如：陆军，汽车驾驶，12年。"


def _day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


SKIP = object()  # the path cannot express this value


@dataclass(frozen=True)
class Case:
    """A value, as a person types it.

    Attributes:
        form, sheet, api: the value of that path, where it is not `typed`; `SKIP` where it has none.
        also: values of other fields that go with it.
    """

    typed: Any
    form: Any = field(default=None, kw_only=True)
    sheet: Any = field(default=None, kw_only=True)
    api: Any = field(default=None, kw_only=True)
    also: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def in_form(self) -> Any:
        return self.typed if self.form is None else self.form

    @property
    def in_sheet(self) -> Any:
        return self.typed if self.sheet is None else self.sheet

    @property
    def in_api(self) -> Any:
        return self.typed if self.api is None else self.api


@dataclass(frozen=True)
class Stored(Case):
    """A value that every path takes; `value` is what is stored, of a relation the key."""

    value: Any


@dataclass(frozen=True)
class Refused(Case):
    """A value that every path refuses with this message, beside its field or the field `by`."""

    message: str
    by: str = field(default="", kw_only=True)


def text_cases(limit: int) -> list[Any]:
    return [
        Stored("会开\u200b车", "会开车"),
        Stored("会  开车 ", "会 开车"),
        Stored("好" * limit, "好" * limit),
        Refused("好" * (limit + 1), f"最多 {limit} 个字。"),
        Refused("在75230部队", UNIT_NAME),
    ]


def one_of(*labels: str) -> str:
    return f"请从这些里选一个：{'、'.join(labels)}。"


BRANCHES = one_of("陆军", "海军", "空军", "火箭军", "武警部队", "其他军兵种")
RANKS = one_of("义务兵", "初级军士", "中级军士", "高级军士", "军官")
SETTLEMENTS = one_of("自主就业", "安排工作", "逐月领取退役金", "复员", "转业", "退休", "供养")
LEVELS = one_of("初中及以下", "高中/中专/技校", "大专", "本科", "研究生")
STATUSES = one_of("在业", "失业", "灵活就业", "创业", "在学", "已退休", "无就业意愿")
DIFFICULTIES = (
    "只能从这些里选：低保、特困供养、重大疾病、因灾致困、长期失业、住房困难、子女就学困难、其他困难；"
    "可填多个，用顿号隔开。"
)

VETERAN = {
    "name": [
        Stored("王小\u200b明", "王小明"),
        Stored("买买提·艾力", "买买提·艾力"),
        Refused("王" * 41, "最多 40 个字。"),
        Refused("", MISSING),
        Refused("\u200b", MISSING),
    ],
    "phone": [
        Stored("13712345678", "13712345678"),
        Stored("+86 137-1234 5678", "13712345678"),
        Stored("１３７１２３４５６７８", "13712345678"),
        Refused("1371234567", "应为11位手机号码，以1开头；只填一个号码。"),
        Refused("13712345678/13812345678", "应为11位手机号码，以1开头；只填一个号码。"),
    ],
    "address": [
        Stored("睦洲镇\u200b新沙路6号", "睦洲镇新沙路6号"),
        Refused("75230部队家属院", UNIT_NAME),
        Refused("路" * 121, "最多 120 个字。"),
        Refused("路" * 600_001, "最多 120 个字。", sheet=SKIP),
    ],
    "household_region": [Stored("广东省江门市新会区", "440705"), Stored("江门市蓬江区", "440703")],
    "living_region": [Stored("新会区", "440705", form="440705")],
    "branch": [Stored("海军", "navy", form="navy"), Refused("空降军", BRANCHES)],
    "entered_on": [
        Stored("2004-12-01", date(2004, 12, 1)),
        Refused("去年", UNREADABLE_DAY),
        Refused("9999-12-31", DAY_RANGE),
        Refused("0001-01-01", DAY_RANGE, sheet=SKIP),
        Refused(_day(1), DAY_RANGE),
        Refused("1990-12-01", "与出生日期对不上，请核对。"),
    ],
    "left_on": [
        Stored("2016-12-01", date(2016, 12, 1)),
        Stored(_day(366), timezone.localdate() + timedelta(days=366)),
        Refused("2099-12-01", DAY_RANGE),
        Refused("2003-12-01", "应晚于入伍日期，请核对。", also={"entered_on": "2003-12-01"}),
    ],
    "rank_group": [Stored("军官", "officer", form="officer"), Refused("上将", RANKS)],
    "settlement": [Stored("复员", "demobilised", form="demobilised"), Refused("不详", SETTLEMENTS)],
    "honours": text_cases(120),
    "is_party_member": [Stored("是", True, form="on"), Refused("也许", "请填“是”或“否”。", form=SKIP)],
    "education": [Stored("本科", 3, form="3"), Refused("学富五车", LEVELS)],
    "major": text_cases(60),
    "skills": [
        Stored("会\u200b开车", "会开车"),
        Stored("好" * 500, "好" * 500),
        Refused("好" * 501, "最多 500 个字。"),
        Refused("好" * 600_001, "最多 500 个字。", sheet=SKIP),
        Refused("在75230部队", UNIT_NAME),
    ],
    "employment_status": [
        Stored("灵活就业", "flexible", form="flexible"),
        Refused("躺平", STATUSES),
    ],
    "difficulty": [
        Stored("重大疾病、低保", "低保、重大疾病", form=["重大疾病", "低保"]),
        Refused("缺德", DIFFICULTIES, form=SKIP),
    ],
    "disability": [
        Stored("因战八级", "八级", form="八级"),
        Refused("肝炎", "请填一级至十级中的一个等级，例如：八级。", form=SKIP),
    ],
}

SIZES = one_of("20人以下", "20-299人", "300-999人", "1000人及以上")
NATURES = one_of("民营企业", "国有企业", "外资企业", "合资企业", "个体工商户", "事业单位", "其他")

EMPLOYER = {
    "name": [
        Stored("江门市\u200b远航物流有限公司", "江门市远航物流有限公司"),
        Refused("远" * 81, "最多 80 个字。"),
        Refused("75230部队招待所", UNIT_NAME),
        Refused(" ", MISSING),
    ],
    "uscc": [
        Stored("91440705 ma53x0tq6y", "91440705MA53X0TQ6Y"),
        Refused("91440705MA53X0TQ6I", "统一社会信用代码应为18位数字或大写字母（不含 I、O、S、V、Z）。"),
        Refused("", MISSING),
    ],
    "industry": [
        Stored("F", "F"),
        Refused(
            "?",
            one_of(
                "农、林、牧、渔业",
                "采矿业",
                "制造业",
                "电力、热力、燃气及水生产和供应业",
                "建筑业",
                "批发和零售业",
                "交通运输、仓储和邮政业",
                "住宿和餐饮业",
                "信息传输、软件和信息技术服务业",
                "金融业",
                "房地产业",
                "租赁和商务服务业",
                "科学研究和技术服务业",
                "水利、环境和公共设施管理业",
                "居民服务、修理和其他服务业",
                "教育",
                "卫生和社会工作",
                "文化、体育和娱乐业",
                "公共管理、社会保障和社会组织",
                "国际组织",
            ),
        ),
    ],
    "size_band": [Stored("large", "large"), Refused("huge", SIZES)],
    "nature": [Stored("state", "state"), Refused("own", NATURES)],
    "region": [Stored("440703", "440703"), Refused("", MISSING)],
    "address": [
        Stored("会城\u200b街道2号", "会城街道2号"),
        Refused("75230部队家属院", UNIT_NAME),
        Refused("路" * 121, "最多 120 个字。"),
        Refused("", MISSING),
    ],
    "introduction": [
        Stored("货运\u200b公司", "货运公司"),
        Refused("好" * 2001, "最多 2000 个字。"),
        Refused("75230部队旁", UNIT_NAME),
    ],
    "contact_person": [
        Stored("李\u200b经理", "李经理"),
        Refused("王" * 41, "最多 40 个字。"),
        Refused("", MISSING),
    ],
    "contact_phone": [
        Stored("137 1234 5678", "13712345678"),
        Refused("0750-1234567", "应为11位手机号码，以1开头；只填一个号码。"),
        Refused("", MISSING),
    ],
    "veteran_founded": [Stored("on", True)],
    "is_agency": [
        Stored("on", True, also={"agency_permit": "粤4407号"}),
        Refused("on", "人力资源服务机构请填写许可证号。", by="agency_permit"),
    ],
    "agency_permit": [
        Stored("粤\u200b4407号", "粤4407号", also={"is_agency": "on"}),
        Refused("粤" * 41, "最多 40 个字。", also={"is_agency": "on"}),
    ],
}

KINDS = one_of("全职", "兼职", "实习", "公益性岗位")
SHIFTS = one_of("白班", "两班倒", "三班倒", "夜班", "弹性")
NOT_SERVED = "没有这个地区，或不在本市服务范围。请填县（市、区）或镇（街道）。"

POSITION = {
    "external_id": [
        Stored("YH-9", "YH-9", sheet=SKIP, api=SKIP),
        Refused("a b", "只能用字母、数字、汉字和 - _ . / #，最多64位，中间不留空格。", api=SKIP),
    ],
    "title": [
        Stored("客车\u200b司机", "客车司机"),
        Refused("司" * 61, "最多 60 个字。"),
        Refused(" ", MISSING),
        Refused("75230部队司机", UNIT_NAME),
    ],
    "real_employer": [
        Stored("江门\u200b船厂", "江门船厂"),
        Refused("船" * 81, "最多 80 个字。"),
        Refused("", "人力资源服务机构代招的岗位，请写明实际用人单位。"),
    ],
    "occupation": [
        Stored("起重装卸机械操作工", "6-30-05-01"),
        Refused("屠龙", "职业分类里没有这个名称。"),
    ],
    "headcount": [
        Stored("7", 7, api=7),
        Refused("0", "应在 1 到 5000 之间。", api=0),
        Refused("5001", "应在 1 到 5000 之间。", api=5001),
        Refused(str(2**63), "应在 1 到 5000 之间。", api=2**63),
        Refused("若干", "请写明招几个人，例如 5；“若干”“不限”“多名”不能收。", api=SKIP),
    ],
    "kind": [
        Stored("兼职", "part_time", form="part_time", api="part_time"),
        Refused("打杂", KINDS),
    ],
    "pay_from": [
        Stored("6500", 6500, api=6500),
        Stored("6.5k", 6500, api=6500),
        Refused("1", PAY_RANGE, api=1),
        Refused("499", PAY_RANGE, api=499),
        Refused("10万一年", "请换算成每月多少元。", api=SKIP),
        Refused("面议", "不能只写“面议”，请写明每月最低多少元。", api=SKIP),
        Refused("", "没有填写，请写明每月最低多少元。", api=SKIP),
    ],
    "pay_to": [
        Stored("9000", 9000, api=9000),
        Refused("1000001", PAY_RANGE, api=1_000_001),
        Refused("5000", "月薪上限不能低于下限。", api=5000),
    ],
    "region": [
        Stored("新会区睦洲镇", "440705109", form="440705109", api="440705109"),
        Refused("广东省", NOT_SERVED, form="44", api="44"),
    ],
    "address": [
        Stored("会城\u200b街道", "会城街道"),
        Refused("75230部队家属院", UNIT_NAME),
        Refused("路" * 121, "最多 120 个字。"),
    ],
    "education_min": [Stored("大专", 2, form="2", api=2), Refused("学富五车", LEVELS, api=7)],
    "experience_years": [
        Stored("3", 3, api=3),
        Refused("51", "应在 0 到 50 之间。", api=51),
        Refused("丰富", "请写几年，例如 2 或“3年以上”；没有要求写“不限”。", api=SKIP),
    ],
    "certificates": [
        Stored(
            "A2驾照、叉车证",
            ["driving_a2", "forklift_n1"],
            form=["forklift_n1", "driving_a2"],
            api=["forklift_n1", "driving_a2"],
        ),
        Refused("飞毯证", "认不出其中一项，请对照“可选内容”填写，用顿号“、”隔开。", api=["carpet"]),
    ],
    "duties": [
        Stored("送\u200b货。", "送货。"),
        Stored("好" * 5000, "好" * 5000),
        Refused("好" * 5001, "最多 5000 个字。"),
        Refused("好" * 600_001, "最多 5000 个字。", sheet=SKIP, api="好" * 300_000),
        Refused("", MISSING),
        Refused("75230部队驻地", UNIT_NAME),
    ],
    "requirements": [
        Stored("身体\u200b健康", "身体健康"),
        Refused("好" * 5001, "最多 5000 个字。"),
        Refused("75230部队退役", UNIT_NAME),
    ],
    "benefits": [
        Stored("包吃、包住", ["包吃", "包住"], form=["包吃", "包住"], api=["包吃", "包住"]),
        Refused("好" * 21, "每一项最多 20 个字。", form=SKIP, api=["好" * 21]),
    ],
    "relaxable": [
        Stored("年限\u200b可放宽", "年限可放宽"),
        Refused("好" * 121, "最多 120 个字。"),
        Refused("75230部队可放宽", UNIT_NAME),
    ],
    "legal_basis": [
        Stored("矿山\u200b安全法", "矿山安全法"),
        Refused("法" * 301, "最多 300 个字。"),
        Refused("75230部队规定", UNIT_NAME),
    ],
    "shift": [Stored("夜班", "night", form="night", api="night"), Refused("看心情", SHIFTS)],
    "travels": [
        Stored("是", True, form="on", api=True),
        Refused("也许", "请填“是”或“否”。", form=SKIP, api=SKIP),
    ],
    "veterans_preferred": [Stored("否", False, form=UNCHECKED, api=False)],
    "veterans_only": [Stored("是", True, form="on", api=True)],
    "closes_on": [
        Stored(_day(30), timezone.localdate() + timedelta(days=30)),
        Refused("2020-01-01", DAY_RANGE),
        Refused(_day(367), DAY_RANGE),
        Refused("9999-12-31", DAY_RANGE),
    ],
}

# Columns of the models that no path writes by themselves: field -> what writes it.
MANAGED = {
    "veterans.Veteran": {
        "id": "the database",
        "created_at": "the database",
        "updated_at": "every save",
        "account": "claims and merges",
        "station": "the living region, the station column of a sheet, moves",
        "sex": "the ID number",
        "birth_date": "the ID number",
        "id_hash": "the ID number",
        "id_last4": "the ID number",
        "phone_hash": "the phone number",
        "name_key": "the name",
        "source": "the path that opens the record",
        "last_visited_on": "visits",
        "closed_on": "closing and merging",
        "close_reason": "closing and merging",
        "merged_into": "merging",
        "anonymised_at": "the retention job",
    },
    "employers.Employer": {
        "id": "the database",
        "created_at": "the database",
        "updated_at": "every save",
        "name_key": "the name",
        "station": "the region",
        "state": "decisions of staff",
        "state_reason": "decisions of staff",
        "uscc_override_reason": "decisions of staff",
        "verified_at": "decisions of staff",
        "verified_until": "decisions of staff",
        "verified_by": "decisions of staff",
        "renewal_asked_at": "the request of a renewal",
    },
    "positions.Position": {
        "id": "the database",
        "created_at": "the database",
        "updated_at": "every save",
        "employer": "who creates it",
        "occupation_certainty": "the guess of an occupation",
        "wording": "every save",
        "state": "the transition table",
        "refused_reason": "decisions of staff",
        "submitted_at": "the submission",
        "published_at": "decisions of staff",
        "expires_at": "decisions of staff",
        "renewals": "renewals",
        "filled_by_count": "the count of placements",
        "idempotency_key": "the form that creates it",
        "import_digest": "the import that creates it",
    },
}
