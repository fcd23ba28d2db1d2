"""Columns of the position import (岗位征集表): labels, header synonyms, samples and choices."""

from typing import Any

from portal.core.certificates import CertificateKind
from portal.core.enums import Education, Shift
from portal.imports.import_kinds import Column, ColumnContent
from portal.positions.enums import PositionKind


def _labels(choices: Any) -> tuple[str, ...]:
    return tuple(str(label) for label in choices.labels)


YES_NO = ("是", "否")
BENEFITS = (
    "五险一金", "五险", "包吃", "包住", "餐补", "房补", "通勤车", "加班费", "高温补贴", "全勤奖", "年终奖",
    "节日福利", "带薪年假", "免费培训",
)  # fmt: skip

_PAY_WORDS = (
    "月薪", "薪资", "工资", "薪酬", "月工资", "薪资范围", "月薪范围",
    "薪资待遇", "工资待遇", "薪酬待遇", "待遇", "月薪元",
)  # fmt: skip


def _pay_headers(*ends: str) -> tuple[str, ...]:
    """Return the headers of one end of the pay, also written over two rows."""
    return tuple(word + end for word in _PAY_WORDS for end in ends)


COLUMNS = (
    Column(
        "external_id",
        "岗位编号",
        ("外部编号", "编号", "岗位代码", "职位编号", "岗位序号"),
        sample="YH-001",
        help="单位自己的编号。填了编号，再次上传会更新同一个岗位；不填则按内容判断是否已提交过",
        content=ColumnContent.IDENTIFIER,
    ),
    Column(
        "title",
        "岗位名称",
        ("招聘岗位", "职位", "职位名称", "岗位", "招聘职位", "工种", "岗位名"),
        required=True,
        sample="货车司机",
        help="最多60字",
        content=ColumnContent.LINE,
    ),
    Column(
        "real_employer",
        "实际用人单位",
        ("用工单位", "用人单位全称"),
        help="人力资源服务机构代招的岗位必填：劳动合同与谁签",
    ),
    Column(
        "occupation",
        "职业分类",
        ("职业", "职业名称", "所属职业", "职业工种"),
        sample="道路货运汽车驾驶员",
        help="不填则按岗位名称自动归类，之后可以更正",
    ),
    Column(
        "headcount",
        "招聘人数",
        ("人数", "需求人数", "招聘数量", "需求数量", "招聘名额", "招工人数", "拟招人数"),
        required=True,
        sample="5",
        help="写数字；“若干”“不限”不收",
        content=ColumnContent.COUNT,
    ),
    Column(
        "kind",
        "用工形式",
        ("工作性质", "用工类型", "岗位性质", "用工性质"),
        sample="全职",
        help="不填按全职",
        choices=_labels(PositionKind),
    ),
    Column(
        "pay_from",
        "月薪下限",
        ("最低月薪", "最低工资", "最低薪资", *_pay_headers("下限", "最低", "起", "最低值")),
        required=True,
        sample="6000",
        help="每月多少元，写数字；不能只写“面议”",
        alternative="pay",
        content=ColumnContent.AMOUNT,
    ),
    Column(
        "pay_to",
        "月薪上限",
        ("最高月薪", "最高工资", "最高薪资", *_pay_headers("上限", "最高", "止", "最高值")),
        sample="8000",
        help="不填则与下限相同",
        content=ColumnContent.AMOUNT,
    ),
    Column(
        "region",
        "工作地区",
        ("工作地点", "工作地", "地区", "工作区域", "上班地点", "工作所在地", "所在地区"),
        required=True,
        sample="新会区",
        help="县（市、区）或镇（街道）的名称，也可写区划代码；后面可接详细地址",
    ),
    Column("address", "工作地址", ("详细地址", "地址", "上班地址"), sample="会城街道演示路1号"),
    Column(
        "education_min",
        "最低学历",
        ("学历要求", "学历", "文化程度", "学历及以上", "最低学历要求"),
        sample="高中/中专/技校",
        help="“高中以上”“不限”也可以；不填按不限",
        choices=_labels(Education),
    ),
    Column(
        "experience_years",
        "工作年限要求",
        ("工作年限", "工作经验", "经验要求", "工作经验要求", "年限要求"),
        sample="2",
        help="几年；“3年以上”“不限”也可以",
        content=ColumnContent.AMOUNT,
    ),
    Column(
        "certificates",
        "证书要求",
        ("证书", "资格证书", "所需证书", "职业资格", "持证要求", "资格要求"),
        sample="A2驾照、道路运输从业资格证",
        help="没有就不能上岗的证书，可填多个，用顿号隔开；没有要求写“无”或不填",
        choices=_labels(CertificateKind),
        multiple=True,
    ),
    Column(
        "duties",
        "岗位职责",
        ("工作内容", "职责", "工作职责", "岗位描述", "职位描述", "工作描述", "岗位内容"),
        required=True,
        sample="负责货物运输，安全送达；做好车辆日常检查与保养。",
        help="写具体做什么。请不要填写部队番号或代号",
    ),
    Column(
        "requirements",
        "任职要求",
        ("任职条件", "岗位要求", "招聘条件", "招聘要求", "职位要求", "其他要求", "要求"),
        sample="熟悉珠三角路线，身体健康。",
        help="只写岗位真正需要的；不得限制性别、婚育、民族等",
    ),
    Column(
        "benefits",
        "福利待遇",
        ("福利", "员工福利", "其他待遇", "福利补贴"),
        sample="五险一金、包吃、包住",
        help="可填多个，用顿号隔开",
        choices=BENEFITS,
        multiple=True,
    ),
    Column(
        "legal_basis",
        "依据",
        ("法律依据", "限制条件依据"),
        help="对性别、民族等有限制的，写明法律依据，由两位审核人员核对；没有限制不填",
    ),
    Column("relaxable", "可放宽项", ("可放宽条件", "可放宽"), sample="工作年限可放宽"),
    Column(
        "shift",
        "班次",
        ("工作班次", "上班班次", "排班"),
        sample="白班",
        help="不填按白班",
        choices=_labels(Shift),
    ),
    Column("travels", "需要出差或长途", ("出差", "是否出差"), sample="是", choices=YES_NO),
    Column(
        "veterans_preferred",
        "退役军人优先",
        ("是否退役军人优先", "优先退役军人"),
        sample="是",
        help="不填按“是”",
        choices=YES_NO,
    ),
    Column("veterans_only", "定向招录退役军人", ("定向招录", "只招退役军人"), sample="否", choices=YES_NO),
    Column(
        "closes_on",
        "招聘截止日期",
        ("截止日期", "有效期至", "招聘有效期", "招聘截止时间", "截止时间"),
        sample="2026-12-31",
        help="不填则审核通过后公开60天",
        content=ColumnContent.LAST_DAY,
    ),
    Column(
        "distinct",
        "确非重复",
        ("不是重复", "确认不重复"),
        sample="",
        help="与本单位另一个岗位名称、地区、月薪、职业都相同，但确实是两个岗位时，填“是”",
        choices=YES_NO,
    ),
    Column(
        "pay",
        "月薪",
        (
            "薪资",
            "工资",
            "薪酬",
            "月薪范围",
            "薪资范围",
            "薪资待遇",
            "工资待遇",
            "薪酬待遇",
            "月工资",
            "待遇",
            "月薪元",
        ),
        sample="6000-8000",
        help="例如 6000-8000、6k-8k、6000元/月以上",
        in_template=False,
        content=ColumnContent.AMOUNT,
    ),
)
