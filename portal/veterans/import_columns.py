"""Columns of an import of veterans' records: headers, synonyms, samples and choices."""

from typing import Any

from portal.core.certificates import CertificateKind
from portal.core.enums import Education
from portal.imports.import_kinds import Column, ColumnContent
from portal.veterans.enums import Branch, EmploymentStatus, RankGroup, Settlement


def _words(choices: Any) -> tuple[str, ...]:
    return tuple(str(label) for label in choices.labels)


COLUMNS = (
    Column(
        "name",
        "姓名",
        ("名字", "退役军人姓名"),
        required=True,
        sample="陈建国",
        content=ColumnContent.NAME,
    ),
    Column(
        "id_number",
        "身份证号",
        ("公民身份号码", "身份证号码", "身份证", "证件号码"),
        required=True,
        sensitive=True,
        sample="440705198503072119",
        help="只用来核对，不保存原号码；请设为文本格式",
        content=ColumnContent.ID_NUMBER,
    ),
    Column(
        "phone",
        "手机号码",
        ("手机", "手机号", "电话", "联系电话", "联系方式", "电话号码"),
        sensitive=True,
        sample="13812345678",
        content=ColumnContent.PHONE,
    ),
    Column(
        "station",
        "责任服务站",
        ("服务站", "所属服务站", "所属站", "管理服务站", "村社区", "村居"),
        sample="睦洲镇退役军人服务站",
        help="名称或区划代码；不填则用上传时选的服务站",
    ),
    Column(
        "address",
        "住址",
        ("地址", "家庭住址", "现住址", "详细地址"),
        sensitive=True,
        sample="睦洲镇新沙路6号",
    ),
    Column(
        "household_region",
        "户籍所在地",
        ("户籍地", "户口所在地", "户籍"),
        sample="新会区",
        help="地名或区划代码",
    ),
    Column(
        "living_region",
        "现居住地",
        ("居住地", "常住地", "现住地"),
        sample="新会区睦洲镇",
        help="地名或区划代码",
    ),
    Column(
        "branch",
        "军种",
        ("军兵种", "服役军种"),
        sample="陆军",
        choices=_words(Branch),
    ),
    Column(
        "entered_on",
        "入伍日期",
        ("入伍时间", "参军时间", "入伍年月"),
        sample="2003-12-01",
        content=ColumnContent.DATE,
    ),
    Column(
        "left_on",
        "退役日期",
        ("退役时间", "退伍时间", "退伍日期", "退役年月"),
        sample="2015-12-01",
        content=ColumnContent.DATE,
    ),
    Column(
        "rank_group",
        "军衔层级",
        ("军衔", "衔级"),
        sample="中级军士",
        choices=_words(RankGroup),
    ),
    Column(
        "settlement",
        "安置方式",
        ("安置类型", "安置去向"),
        sample="自主就业",
        choices=_words(Settlement),
    ),
    Column(
        "honours",
        "立功受奖",
        ("立功受奖情况", "奖励", "荣誉"),
        sample="优秀士兵",
        help="不写部队番号或代号",
    ),
    Column(
        "is_party_member",
        "中共党员",
        ("党员", "是否党员", "政治面貌"),
        sample="是",
        choices=("是", "否"),
    ),
    Column(
        "education",
        "最高学历",
        ("学历", "文化程度"),
        sample="大专",
        choices=_words(Education),
    ),
    Column("major", "所学专业", ("专业名称",), sample="汽车检测与维修"),
    Column(
        "specialties",
        "军事专业",
        ("服役专业", "军事专长", "专业", "岗位专业"),
        sample="汽车驾驶员8年、班长",
        help="可填多个，用顿号隔开；可写年数",
    ),
    Column(
        "certificates",
        "证书",
        ("职业资格证书", "资格证书", "持有证书", "驾照"),
        sample="A2驾照、叉车证",
        help="可填多个，用顿号隔开",
        choices=_words(CertificateKind),
    ),
    Column(
        "skills",
        "技能特长",
        ("特长", "技能"),
        sample="长途驾驶、车辆保养",
        help="不写部队番号或代号",
    ),
    Column(
        "employment_status",
        "就业状况",
        ("就业情况", "就业状态", "是否就业"),
        sample="失业",
        choices=_words(EmploymentStatus),
    ),
    Column(
        "difficulty",
        "困难类型",
        ("困难情况", "困难"),
        sensitive=True,
        sample="",
    ),
    Column(
        "disability",
        "残疾等级",
        ("伤残等级", "残疾情况"),
        sensitive=True,
        sample="",
    ),
)
