"""Table of values by field, and what each becomes, whoever writes it; made by hand.

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

    typed_value: Any
    form: Any = field(default=None, kw_only=True)
    import_cell: Any = field(default=None, kw_only=True)
    api: Any = field(default=None, kw_only=True)
    also: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def in_form(self) -> Any:
        return self.typed_value if self.form is None else self.form

    @property
    def in_import(self) -> Any:
        return self.typed_value if self.import_cell is None else self.import_cell

    @property
    def in_api(self) -> Any:
        return self.typed_value if self.api is None else self.api


@dataclass(frozen=True)
class StoredCase(Case):
    """A value that every path takes; `value` is what is stored, of a relation the key."""

    value: Any


@dataclass(frozen=True)
class RefusedCase(Case):
    """A value that every path refuses with this message, beside its field or the field `by`."""

    message: str
    by: str = field(default="", kw_only=True)


def text_cases(limit: int) -> list[Any]:
    return [
        StoredCase("会开\u200b车", "会开车"),
        StoredCase("会  开车 ", "会 开车"),
        StoredCase("好" * limit, "好" * limit),
        RefusedCase("好" * (limit + 1), f"最多 {limit} 个字。"),
        RefusedCase("在75230部队", UNIT_NAME),
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
        StoredCase("王小\u200b明", "王小明"),
        StoredCase("买买提·艾力", "买买提·艾力"),
        StoredCase("陈十军", "陈十军"),
        RefusedCase("三十八军", UNIT_NAME),
        RefusedCase("谭七三一二一部队荣", UNIT_NAME),
        RefusedCase("谭٧建国", "姓名里不要有数字，请按身份证上的姓名填写。"),
        RefusedCase("王" * 41, "最多 40 个字。"),
        RefusedCase("", MISSING),
        RefusedCase("\u200b", MISSING),
    ],
    "phone": [
        StoredCase("13712345678", "13712345678"),
        StoredCase("+86 137-1234 5678", "13712345678"),
        StoredCase("１３７１２３４５６７８", "13712345678"),
        RefusedCase("1371234567", "应为11位手机号码，以1开头；只填一个号码。"),
        RefusedCase("13712345678/13812345678", "应为11位手机号码，以1开头；只填一个号码。"),
    ],
    "address": [
        StoredCase("睦洲镇\u200b新沙路6号", "睦洲镇新沙路6号"),
        RefusedCase("75230部队家属院", UNIT_NAME),
        RefusedCase("路" * 121, "最多 120 个字。"),
        RefusedCase("路" * 600_001, "最多 120 个字。", import_cell=SKIP),
    ],
    "household_region": [StoredCase("广东省江门市新会区", "440705"), StoredCase("江门市蓬江区", "440703")],
    "living_region": [StoredCase("新会区", "440705", form="440705")],
    "branch": [StoredCase("海军", "navy", form="navy"), RefusedCase("空降军", BRANCHES)],
    "entered_on": [
        StoredCase("2004-12-01", date(2004, 12, 1)),
        RefusedCase("去年", UNREADABLE_DAY),
        RefusedCase("9999-12-31", DAY_RANGE),
        RefusedCase("0001-01-01", DAY_RANGE, import_cell=SKIP),
        RefusedCase(_day(1), DAY_RANGE),
        RefusedCase("1990-12-01", "与出生日期对不上，请核对。"),
    ],
    "left_on": [
        StoredCase("2016-12-01", date(2016, 12, 1)),
        StoredCase(_day(366), timezone.localdate() + timedelta(days=366)),
        RefusedCase("2099-12-01", DAY_RANGE),
        RefusedCase("2003-12-01", "应晚于入伍日期，请核对。", also={"entered_on": "2003-12-01"}),
    ],
    "rank_group": [StoredCase("军官", "officer", form="officer"), RefusedCase("上将", RANKS)],
    "settlement": [StoredCase("复员", "demobilised", form="demobilised"), RefusedCase("不详", SETTLEMENTS)],
    "honours": text_cases(120),
    "is_party_member": [
        StoredCase("是", True, form="on"),
        RefusedCase("也许", "请填“是”或“否”。", form=SKIP),
    ],
    "education": [StoredCase("本科", 3, form="3"), RefusedCase("学富五车", LEVELS)],
    "major": text_cases(60),
    "skills": [
        StoredCase("会\u200b开车", "会开车"),
        StoredCase("好" * 500, "好" * 500),
        RefusedCase("好" * 501, "最多 500 个字。"),
        RefusedCase("好" * 600_001, "最多 500 个字。", import_cell=SKIP),
        RefusedCase("在75230部队", UNIT_NAME),
    ],
    "employment_status": [
        StoredCase("灵活就业", "flexible", form="flexible"),
        RefusedCase("躺平", STATUSES),
    ],
    "difficulty": [
        StoredCase("重大疾病、低保", "低保、重大疾病", form=["重大疾病", "低保"]),
        RefusedCase("缺德", DIFFICULTIES, form=SKIP),
    ],
    "disability": [
        StoredCase("因战八级", "八级", form="八级"),
        RefusedCase("肝炎", "请填一级至十级中的一个等级，例如：八级。", form=SKIP),
    ],
}

SIZES = one_of("20人以下", "20-299人", "300-999人", "1000人及以上")
NATURES = one_of("民营企业", "国有企业", "外资企业", "合资企业", "个体工商户", "事业单位", "其他")

EMPLOYER = {
    "name": [
        StoredCase("江门市\u200b远航物流有限公司", "江门市远航物流有限公司"),
        RefusedCase("远" * 81, "最多 80 个字。"),
        RefusedCase("75230部队招待所", UNIT_NAME),
        RefusedCase(" ", MISSING),
    ],
    "uscc": [
        StoredCase("91440705 ma53x0tq6y", "91440705MA53X0TQ6Y"),
        RefusedCase("91440705MA53X0TQ6I", "统一社会信用代码应为18位数字或大写字母（不含 I、O、S、V、Z）。"),
        RefusedCase("", MISSING),
    ],
    "industry": [
        StoredCase("F", "F"),
        RefusedCase(
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
    "size_band": [StoredCase("large", "large"), RefusedCase("huge", SIZES)],
    "nature": [StoredCase("state", "state"), RefusedCase("own", NATURES)],
    "region": [StoredCase("440703", "440703"), RefusedCase("", MISSING)],
    "address": [
        StoredCase("会城\u200b街道2号", "会城街道2号"),
        RefusedCase("75230部队家属院", UNIT_NAME),
        RefusedCase("路" * 121, "最多 120 个字。"),
        RefusedCase("", MISSING),
    ],
    "introduction": [
        StoredCase("货运\u200b公司", "货运公司"),
        RefusedCase("好" * 2001, "最多 2000 个字。"),
        RefusedCase("75230部队旁", UNIT_NAME),
    ],
    "contact_person": [
        StoredCase("李\u200b经理", "李经理"),
        RefusedCase("王" * 41, "最多 40 个字。"),
        RefusedCase("", MISSING),
    ],
    "contact_phone": [
        StoredCase("137 1234 5678", "13712345678"),
        RefusedCase("0750-1234567", "应为11位手机号码，以1开头；只填一个号码。"),
        RefusedCase("", MISSING),
    ],
    "veteran_founded": [StoredCase("on", True)],
    "is_agency": [
        StoredCase("on", True, also={"agency_permit": "粤4407号"}),
        RefusedCase("on", "人力资源服务机构请填写许可证号。", by="agency_permit"),
    ],
    "agency_permit": [
        StoredCase("粤\u200b4407号", "粤4407号", also={"is_agency": "on"}),
        RefusedCase("粤" * 41, "最多 40 个字。", also={"is_agency": "on"}),
    ],
}

KINDS = one_of("全职", "兼职", "实习", "公益性岗位")
SHIFTS = one_of("白班", "两班倒", "三班倒", "夜班", "弹性")
NOT_SERVED = "没有这个地区，或不在本市服务范围。请填县（市、区）或镇（街道）。"

POSITION = {
    "external_id": [
        StoredCase("YH-9", "YH-9", import_cell=SKIP, api=SKIP),
        RefusedCase("a b", "只能用字母、数字、汉字和 - _ . / #，最多64位，中间不留空格。", api=SKIP),
    ],
    "title": [
        StoredCase("客车\u200b司机", "客车司机"),
        RefusedCase("司" * 61, "最多 60 个字。"),
        RefusedCase(" ", MISSING),
        RefusedCase("75230部队司机", UNIT_NAME),
    ],
    "real_employer": [
        StoredCase("江门\u200b船厂", "江门船厂"),
        RefusedCase("船" * 81, "最多 80 个字。"),
        RefusedCase("", "人力资源服务机构代招的岗位，请写明实际用人单位。"),
    ],
    "occupation": [
        StoredCase("起重装卸机械操作工", "6-30-05-01"),
        RefusedCase("屠龙", "职业分类里没有这个名称。"),
    ],
    "headcount": [
        StoredCase("7", 7, api=7),
        RefusedCase("0", "应在 1 到 5000 之间。", api=0),
        RefusedCase("5001", "应在 1 到 5000 之间。", api=5001),
        RefusedCase(str(2**63), "应在 1 到 5000 之间。", api=2**63),
        RefusedCase("若干", "请写明招几个人，例如 5；“若干”“不限”“多名”不能收。", api=SKIP),
    ],
    "kind": [
        StoredCase("兼职", "part_time", form="part_time", api="part_time"),
        RefusedCase("打杂", KINDS),
    ],
    "pay_from": [
        StoredCase("6500", 6500, api=6500),
        StoredCase("6.5k", 6500, api=6500),
        RefusedCase("1", PAY_RANGE, api=1),
        RefusedCase("499", PAY_RANGE, api=499),
        RefusedCase("10万一年", "请换算成每月多少元。", api=SKIP),
        RefusedCase("面议", "不能只写“面议”，请写明每月最低多少元。", api=SKIP),
        RefusedCase("", "没有填写，请写明每月最低多少元。", api=SKIP),
    ],
    "pay_to": [
        StoredCase("9000", 9000, api=9000),
        RefusedCase("1000001", PAY_RANGE, api=1_000_001),
        RefusedCase("5000", "月薪上限不能低于下限。", api=5000),
    ],
    "region": [
        StoredCase("新会区睦洲镇", "440705109", form="440705109", api="440705109"),
        RefusedCase("广东省", NOT_SERVED, form="44", api="44"),
    ],
    "address": [
        StoredCase("会城\u200b街道", "会城街道"),
        RefusedCase("75230部队家属院", UNIT_NAME),
        RefusedCase("路" * 121, "最多 120 个字。"),
    ],
    "education_min": [StoredCase("大专", 2, form="2", api=2), RefusedCase("学富五车", LEVELS, api=7)],
    "experience_years": [
        StoredCase("3", 3, api=3),
        RefusedCase("51", "应在 0 到 50 之间。", api=51),
        RefusedCase("丰富", "请写几年，例如 2 或“3年以上”；没有要求写“不限”。", api=SKIP),
    ],
    "certificates": [
        StoredCase(
            "A2驾照、叉车证",
            ["driving_a2", "forklift_n1"],
            form=["forklift_n1", "driving_a2"],
            api=["forklift_n1", "driving_a2"],
        ),
        RefusedCase("飞毯证", "认不出其中一项，请对照“可选内容”填写，用顿号“、”隔开。", api=["carpet"]),
    ],
    "duties": [
        StoredCase("送\u200b货。", "送货。"),
        StoredCase("好" * 5000, "好" * 5000),
        RefusedCase("好" * 5001, "最多 5000 个字。"),
        RefusedCase("好" * 600_001, "最多 5000 个字。", import_cell=SKIP, api="好" * 300_000),
        RefusedCase("", MISSING),
        RefusedCase("75230部队驻地", UNIT_NAME),
    ],
    "requirements": [
        StoredCase("身体\u200b健康", "身体健康"),
        RefusedCase("好" * 5001, "最多 5000 个字。"),
        RefusedCase("75230部队退役", UNIT_NAME),
    ],
    "benefits": [
        StoredCase("包吃、包住", ["包吃", "包住"], form=["包吃", "包住"], api=["包吃", "包住"]),
        RefusedCase("好" * 21, "每一项最多 20 个字。", form=SKIP, api=["好" * 21]),
    ],
    "relaxable": [
        StoredCase("年限\u200b可放宽", "年限可放宽"),
        RefusedCase("好" * 121, "最多 120 个字。"),
        RefusedCase("75230部队可放宽", UNIT_NAME),
    ],
    "legal_basis": [
        StoredCase("矿山\u200b安全法", "矿山安全法"),
        RefusedCase("法" * 301, "最多 300 个字。"),
        RefusedCase("75230部队规定", UNIT_NAME),
    ],
    "shift": [StoredCase("夜班", "night", form="night", api="night"), RefusedCase("看心情", SHIFTS)],
    "travels": [
        StoredCase("是", True, form="on", api=True),
        RefusedCase("也许", "请填“是”或“否”。", form=SKIP, api=SKIP),
    ],
    "veterans_preferred": [StoredCase("否", False, form=UNCHECKED, api=False)],
    "veterans_only": [StoredCase("是", True, form="on", api=True)],
    "closes_on": [
        StoredCase(_day(30), timezone.localdate() + timedelta(days=30)),
        RefusedCase("2020-01-01", DAY_RANGE),
        RefusedCase(_day(367), DAY_RANGE),
        RefusedCase("9999-12-31", DAY_RANGE),
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
