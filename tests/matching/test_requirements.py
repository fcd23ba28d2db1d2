"""Requirements read from invented lines: each kind, negations, preferences, numbers, odd input."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.requirements import MANAGEMENT, SAME_WORK, Requirement, read_line, read_requirements


def _read(line: str, kind: str, title: str = "") -> list[Requirement]:
    return [fact for fact in read_line(line, title) if fact.kind == kind]


def _values(line: str, kind: str) -> list[tuple[float | str, bool]]:
    return [(fact.value, fact.is_strict) for fact in _read(line, kind)]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("初中以上文化，能识字算账", [(0, True)]),
        ("中专、高中及以上文凭均可", [(1, True)]),
        ("中技或大专学历", [(1, True)]),
        ("须大学专科毕业", [(2, True)]),
        ("大学学历，会讲本地话", [(3, True)]),
        ("统招本科，两年门店管理", [(3, True)]),
        ("硕士以上文化，博士优先", [(4, True)]),
        ("大专以上文化，本科优先", [(2, True)]),
        ("大专以上学历（手艺好的可放宽）", [(2, False)]),
        ("学历最好是中专以上", [(1, False)]),
        ("大专以上学历优先", [(2, False)]),
        ("大专以上学历，有茶艺经验者优先", [(2, True)]),
        ("学历不限，肯学就行", [(-1, False)]),
        ("我们不看学历", [(-1, False)]),
        ("高中以上，专业不限", [(1, True)]),
        ("大專以上學歷", [(2, True)]),
        ("学 历：高 中", [(1, True)]),
        ("本科：底薪4200元，大专：底薪3900元", []),
        ("按学历（中专、大专）定级", []),
        ("辅导初中数学、高中物理", []),
        ("附近有大学城，吃饭方便", []),
        ("公司重视企业文化建设", []),
        ("现有员工八十人，其中大专以上学历40人", []),
    ],
)
def test_education_is_the_lowest_level_that_suffices(line: str, values: list[object]) -> None:
    assert _values(line, "education") == values


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("三年以上窑炉操作经验", [(3, True)]),
        ("3年及3年以上库管经验", [(3, True)]),
        ("2-3年茶楼工作经验", [(2, True)]),
        ("两到三年经验", [(2, True)]),
        ("一至二年导游经验", [(1, True)]),
        ("有两三年驾龄", [(2, True)]),
        ("十年以上经验", [(10, True)]),
        ("不少于十二年的工作经验", [(12, True)]),
        ("我们要求：1.3年多养殖经验", [(3, True)]),
        ("条件：1、2年多裁剪经验", [(2, True)]),
        ("有1.5年以上花艺经验", [(1.5, True)]),
        ("半年以上收银经验", [(0.5, True)]),
        ("年以上酿酒经验", [(0.5, True)]),
        ("多年木工经验", [(0.5, True)]),
        ("工作经验：2年", [(2, True)]),
        ("经验要求：4年以上茶园管理", [(4, True)]),
        ("做陶瓷釉料工作经历3年以上", [(3, True)]),
        ("从事钟表维修五年以上", [(5, True)]),
        ("３年以上经验", [(3, True)]),
        ("٣年以上经验", [(3, True)]),
        ("二年以上經驗", [(2, True)]),
        ("有插花经验", [(0.5, True)]),
        ("有插花经验者优先", [(0.5, False)]),
        ("最好有两年以上插花经验", [(2, False)]),
        ("做过面包烘焙的优先", [(0.5, False)]),
        ("有陶艺经验、有教小朋友经验的优先", [(0.5, False), (0.5, False)]),
        ("两年以上陶艺经验，会开窑者优先", [(2, True)]),
        ("3年以上养蜂经验，带过徒弟经验者优先", [(3, True), (0.5, False)]),
        ("无经验亦可", [(0, False)]),
        ("无需经验，师傅带", [(0, False)]),
        ("有无经验均可", [(0, False)]),
        ("经验不限", [(0, False)]),
        ("没有养殖经验也可以", [(0, False)]),
        ("欢迎应届毕业生", [(0, False)]),
        ("有茶艺经验优先，应届生均可", [(0.5, False), (0, False)]),
        ("无茶艺经验者勿扰", [(0.5, True)]),
        ("不接受应届生", []),
        ("公司拥有二十年制茶经验", []),
        ("善于总结经验", []),
        ("每周组织经验分享会", []),
        ("工作满一年享受年假", []),
        ("窖藏20年以上陈酿", []),
        ("本厂成立3年以来", []),
        ("有志于长期从事园林行业", []),
        ("会用办公软件的操作经验", []),
        ("一年买车，三年买房", []),
        ("签订五年合同", []),
        ("年满18周岁", []),
    ],
)
def test_years_of_experience(line: str, values: list[object]) -> None:
    assert _values(line, "years") == values


def test_experience_says_of_what_it_is() -> None:
    same, other, leading = (
        _read(line, "years", "茶艺师")[0]
        for line in ("2年以上茶艺经验", "2年以上养蜂经验", "7年多团队管理经验")
    )
    assert (same.of, other.of, leading.of) == (SAME_WORK, "养蜂", MANAGEMENT)


@pytest.mark.parametrize(
    ("line", "name", "code", "strict"),
    [
        ("须持电工证", "电工证", "electrician_low", True),
        ("有高压电工操作证", "高压电工操作证", "electrician_high", True),
        ("有焊工证者优先", "焊工证", "welder", False),
        ("持A2驾照，跑省内", "a2驾照", "driving_a2", True),
        ("B2以上驾照", "b2以上驾照", "driving_b2", True),
        ("Ｃ１照即可", "c1照", "driving_c1", True),
        ("有驾照，熟悉路况", "驾照", "driving_c2", True),
        ("有装载机驾驶证", "装载机驾驶证", "excavator", True),
        ("持叉车證", "叉车证", "forklift_n1", True),
        ("持有初级会计资格证", "初级会计资格证", "accountant", True),
        ("具备教师资格证", "教师资格证", "teacher", True),
        ("英语四级以上", "英语四级", "", True),
        ("CET-6优先", "cet-6", "", False),
        ("有PMP证书者优先", "pmp", "", False),
        ("消控主管要有消控证", "消控证", "fire_facility", True),
        ("持证上岗", "持证上岗", "", True),
        ("中级以上职称", "中级以上职称", "", True),
    ],
)
def test_certificate_has_its_name_and_code(line: str, name: str, code: str, strict: bool) -> None:
    (fact,) = _read(line, "certificate")
    assert (fact.value, fact.code, fact.is_strict) == (name, code, strict)


@pytest.mark.parametrize(
    "line",
    [
        "面试请带身份证、毕业证复印件",
        "保证交货，审核凭证",
        "培训合格颁发上岗证书",
        "熟悉信用证和单证操作",
        "负责办理各类证照年检",
        "学习掌握HTTPS和CA证书",
        "证券公司旁边",
        "无需健康证",
    ],
)
def test_other_documents_are_no_certificates(line: str) -> None:
    assert not _read(line, "certificate")


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("园艺、植物保护等相关专业", [("园艺", True), ("植物保护", True)]),
        ("食品科学与工程专业优先", [("食品科学与工程", False)]),
        ("大专文凭，畜牧、兽医专业", [("畜牧", True), ("兽医", True)]),
        ("烹饪专业大专以上学历", [("烹饪", True)]),
        ("国际经济与贸易专业毕业", [("国际经济与贸易", True)]),
        ("专业：兽医或类似农科专业", [("兽医", True)]),
        ("会计学，审计学等专业本科", [("会计学", True), ("审计学", True)]),
        ("专业不限（茶学专业优先）", [("茶学", False)]),
        ("有养殖经验或水产专业者优先", [("水产", False)]),
        ("专业不限", []),
        ("相关专业毕业", []),
        ("提供专业的培训", []),
        ("具备专业知识与技能", []),
        ("专业从事园林设计", []),
        ("专业、诚信、高效的团队", []),
    ],
)
def test_fields_of_study(line: str, values: list[object]) -> None:
    assert _values(line, "major") == values


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("能上夜班", ["night"]),
        ("另有夜班津贴", ["night"]),
        ("工作时间：22:00-次日6:00", ["night"]),
        ("三班倒", ["rotating"]),
        ("早晚班轮换", ["rotating"]),
        ("有轮班津贴", ["rotating"]),
        ("长白班", ["none"]),
        ("不上夜班", ["none"]),
        ("轮班制，无夜班", ["rotating", "none"]),
        ("上班：8:20-17:10", ["none"]),
        ("上午9：00-12：00 下午1:30-6:00，单休", ["none"]),
        ("朝九晚五，双休", ["none"]),
        ("我们拒绝朝九晚五", []),
        ("面试时间：9:00-17:00", []),
        ("上午9:20-11:40 下午1:20-5:10 6:10-8:40，双休", []),
        ("班车接送，加班另算", []),
        ("协助班长分配任务", []),
        ("8小时工作制", []),
    ],
)
def test_shift(line: str, values: list[str]) -> None:
    assert [fact.value for fact in _read(line, "shift")] == values


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("能适应长期出差", [True]),
        ("底薪+出差补贴", [True]),
        ("适应驻外", [True]),
        ("无需出差", [False]),
        ("不用外出跑业务", [False]),
        ("是否出差：不需要出差", [False]),
        ("安排总经理出差的机票和行程", []),
        ("优秀员工有外派培训机会", []),
        ("每年组织外出旅游", []),
    ],
)
def test_travel(line: str, values: list[bool]) -> None:
    assert [fact.value for fact in _read(line, "travel")] == values


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("计件工资，做多拿多", True),
        ("工资日结", True),
        ("130元/天，包住", True),
        ("时薪18元", True),
        ("钟点工，20元一小时", True),
        ("餐补12元/天", False),
        ("加班费15元/小时", False),
        ("夜班补贴10元/天", False),
        ("8小时工作制", False),
        ("月薪4800元", False),
        ("试用期100元/天", False),
    ],
)
def test_pay_by_day_hour_or_item(line: str, values: bool) -> None:
    assert bool(_read(line, "day_wage")) is values


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("无底薪，提成40%", True),
        ("纯提成制", True),
        ("无责任底薪3170元+提成", False),
        ("2800底薪+提成", False),
        ("绝不是无底薪", False),
    ],
)
def test_commission_only(line: str, values: bool) -> None:
    assert bool(_read(line, "commission_only")) is values


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("厨师2名，保安3名", True),
        ("招聘岗位：收银员、电工、文员", True),
        ("普工10名，操作工5名", False),
        ("管理人员2人间，员工4人间", False),
        ("内部晋升岗位：主管、经理", False),
        ("保安5名", False),
    ],
)
def test_several_jobs(line: str, values: bool) -> None:
    assert bool(_read(line, "jobs")) is values


def test_heading_makes_the_lines_below_it_preferences() -> None:
    text = "我们要：\n1、大专以上文凭\n优先条件：\n1、有养殖经验\n2、水产专业\n福利待遇：\n夜班津贴"
    strict = {fact.kind: fact.is_strict for fact in read_requirements("养殖员", text)}
    assert strict == {"education": True, "years": False, "major": False, "shift": True}


def test_places_are_those_of_the_text_as_written() -> None:
    text = "茶园招人\n１、大專以上學歷；\n２、三年以上茶艺经验，持健康证。"
    words = {fact.kind: text[fact.start : fact.end] for fact in read_requirements("茶艺师", text)}
    assert words == {"education": "大專以上學歷", "years": "三年以上茶艺经验", "certificate": "健康证"}


def test_title_is_read_with_places_of_its_own() -> None:
    title = "长白班叉车司机（持叉车证）/保洁"
    facts = read_requirements(title, "无需经验")
    in_title = {fact.kind: title[fact.start : fact.end] for fact in facts if fact.in_title}
    assert in_title == {"shift": "长白班", "certificate": "叉车证", "jobs": title}
    assert [fact.kind for fact in facts if not fact.in_title] == ["years"]


def test_jobs_under_headings_are_several() -> None:
    text = "保安：\n能上夜班\n厨师：\n会做面点"
    assert "jobs" in {fact.kind for fact in read_requirements("招聘", text)}


def test_what_is_said_again_is_there_once() -> None:
    facts = read_requirements("保安", "大专以上学历。\n我们只招大专以上学历。\n三班倒。\n三班倒。")
    assert [fact.kind for fact in facts] == ["education", "shift"]


def test_empty_text_asks_for_nothing() -> None:
    assert read_requirements("", "") == ()
    assert read_line("\n \t") == ()


_PARTS = st.sampled_from(
    [
        "学历", "大专", "以上", "经验", "3年", "两三年", "年以上", "十百", "证", "持", "a1照", "级", "英语",
        "专业", "计算机", "优先", "可放宽", "班", "夜", "9:00-18:00", "出差", "元/天", "底薪", "保安2名",
        "不", "无", "或", "等", "相关", "（", "）", "、", "，", "。", "1.", "１２", "\n", " ",
        "①", "﷽", "㍿", "学\0", "İ", "😀", "ſ", "\u2028",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_PARTS, st.text(max_size=6)), max_size=40).map("".join), st.text(max_size=20))
def test_any_text_is_read(text: str, title: str) -> None:
    for fact in read_requirements(title, text):
        source = title if fact.in_title else text
        assert 0 <= fact.start < fact.end <= len(source)
        assert 0 < fact.certainty <= 1
    for fact in read_line(text):
        assert 0 <= fact.start < fact.end <= len(text)
