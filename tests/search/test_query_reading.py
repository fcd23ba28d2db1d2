"""Interpretation of a query, by kinds of wordings. The examples are this file's own."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query_reading import QueryReading, read_query
from search.reading.contents import Content
from search.reading.criteria import Criteria, Trait
from search.reading.facts import Part
from search.reading.places import Gazetteer, Place
from search.reading.tables import table

T = Trait
GAZETTEER = Gazetteer(
    tuple(
        Place(code, name)
        for code, name in (
            ("4407", "江门市"),
            ("440703", "蓬江区"),
            ("440703002", "白沙街道"),
            ("440703103", "杜阮镇"),
            ("440704", "江海区"),
            ("440704005", "礼乐街道"),
            ("440705", "新会区"),
            ("440705102", "司前镇"),
            ("440781", "台山市"),
            ("440781103", "白沙镇"),
            ("440783", "开平市"),
            ("440783113", "长沙街道"),
        )
    )
)


def read(text: str) -> QueryReading:
    return read_query(text, GAZETTEER)


def words(text: str) -> list[str]:
    return [word.text for word in read(text).words]


def labels(text: str) -> list[str]:
    return [part.label for part in read(text).understood if part.part != Part.TRADE]


# --- pay -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("电工 7000以上", 7000, None),
        ("工资9千的焊工", 9000, None),
        ("7k-9k 会计", 7000, 9000),
        ("五到七千", 5000, 7000),
        ("六七千的活", 6000, 7000),
        ("三千五以上", 3500, None),
        ("1万2 司机", 12_000, None),
        ("1.5w", 15_000, None),
        ("月入过万", 10_000, None),
        ("普工 5500", 5500, None),
        ("不低于6000", 6000, None),
        ("6,500以上", 6500, None),
        ("低于4000不要", 4000, None),
        ("不要4000以下的", 4000, None),
        ("4000以下", None, 4000),
        ("8000左右", 7200, 8800),
        ("一天300", 6525, None),
        ("260元/天", 5655, None),
        ("时薪30", 5220, None),
        ("25块一个小时", 4350, None),
        ("年薪12万", 10_000, None),
        ("保底3500", 3500, None),
    ],
)
def test_pay_is_read_as_yuan_a_month(text: str, at_least: int | None, at_most: int | None) -> None:
    criteria = read(text).criteria
    assert (criteria.pay_at_least, criteria.pay_at_most) == (at_least, at_most)


@pytest.mark.parametrize(
    "text", ["45岁 保安", "5年经验", "2026年招聘会", "24小时便利店", "500强", "4s店", "12315", "做五休二", "三班倒", "a2"]
)
def test_other_numbers_are_no_pay(text: str) -> None:
    criteria = read(text).criteria
    assert (criteria.pay_at_least, criteria.pay_at_most) == (None, None)


def test_base_pay_is_more_than_commission() -> None:
    assert T.COMMISSION_ONLY in read("保底4500 导购").criteria.without_traits


# --- shift -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["长白班", "常白班 质检", "早九晚六", "朝八晚五", "白天上班"])
def test_day_shift_excludes_nights_and_prefers_days(text: str) -> None:
    criteria = read(text).criteria
    assert {T.NIGHT_SHIFT, T.ROTATING_SHIFT} <= criteria.without_traits
    assert frozenset({T.DAY_SHIFT}) in criteria.better_traits


def test_night_shift_excludes_what_states_days_only() -> None:
    criteria = read("固定夜班 门卫").criteria
    assert T.DAY_SHIFT in criteria.without_traits
    assert T.NIGHT_SHIFT not in criteria.without_traits


@pytest.mark.parametrize("text", ["两班倒", "三班两运转", "愿意倒班", "四班三运转"])
def test_rotation_is_wanted(text: str) -> None:
    if "愿意" in text:  # a willing person also takes other shifts
        assert not read(text).criteria
    else:
        assert frozenset({T.ROTATING_SHIFT}) in read(text).criteria.any_traits


@pytest.mark.parametrize("text", ["夜班也可以", "不怕夜班", "能上夜班", "夜班无所谓", "可以接受夜班 保安"])
def test_what_is_only_tolerated_is_no_condition(text: str) -> None:
    assert not read(text).criteria
    assert "夜班也可以" in labels(text)


# --- denials ---------------------------------------------------------------------------------------------
NIGHT = frozenset({T.NIGHT_SHIFT, T.ROTATING_SHIFT})


@pytest.mark.parametrize(
    ("text", "without", "left"),
    [
        ("不上夜班 文员", NIGHT, ["文员"]),
        ("夜班勿扰 电工", NIGHT, ["电工"]),
        ("没有夜班的厂", NIGHT, []),
        ("不熬夜的工作", NIGHT, []),
        ("除了夜班都行", NIGHT, []),
        ("叉车不要夜班", NIGHT, ["叉车"]),
        ("不想倒班 机修", {T.ROTATING_SHIFT}, ["机修"]),
        ("拒绝加班 会计", {T.OVERTIME}, ["会计"]),
        ("不用出差的采购", {T.TRAVEL}, ["采购"]),
        ("不跑长途的货车司机", {T.LONG_HAUL, T.TRAVEL}, ["货车司机"]),
        ("不交押金", {T.FEE}, []),
        ("中介勿扰 普工", {T.AGENCY}, ["普工"]),
        ("不应酬 行政", {T.DRINKING}, ["行政"]),
        ("不做推销的文员", {T.SALES}, ["文员"]),
        ("不想进厂", {T.FACTORY}, []),
        ("不要重活", {T.HEAVY}, []),
        ("没有经验 学电工", {T.ONE_YEAR}, ["电工"]),
        ("不要证 护工", {T.CERTIFICATE}, ["护工"]),
        ("不要夜班倒班", NIGHT, []),
        ("不做销售和中介", {T.SALES, T.AGENCY}, []),
    ],
)
def test_what_is_denied_is_excluded_and_never_looked_for(text: str, without: set[Trait], left: list[str]) -> None:
    reading = read(text)
    assert without <= reading.criteria.without_traits
    assert [word.text for word in reading.words] == left
    assert not any(without & traits for traits in reading.criteria.any_traits)


@pytest.mark.parametrize(
    ("text", "denied", "left"),
    [
        ("不做保洁的兼职", "保洁", []),
        ("保安除外 新会", "保安", []),
        ("不想再进厨房", "厨房", []),
        ("不做保安保洁", "保洁", []),
        ("除了快递都可以", "快递", []),
        ("不开车 仓管", "开车", ["仓管"]),
        ("不穿无尘衣 普工", "无尘衣", ["普工"]),
        ("客服不做 销售", "", ["客服"]),
    ],
)
def test_denied_work_is_excluded(text: str, denied: str, left: list[str]) -> None:
    reading = read(text)
    excluded = {word for exclusion in reading.excluded for word in exclusion.words}
    assert not denied or denied in excluded
    assert [word.text for word in reading.words] == left


@pytest.mark.parametrize(
    "text", ["不锈钢焊工", "无人机飞手", "非标设备", "无尘车间", "免费培训", "除锈工", "非全日制", "无损检测"]
)
def test_words_that_begin_like_a_denial_are_none(text: str) -> None:
    reading = read(text)
    assert not reading.excluded
    assert not reading.criteria.without_traits
    assert reading.words


REFUSALS = ("不要{}", "不想{}", "{}勿扰", "拒绝{}", "{}除外", "不接受{}", "没有{}", "不考虑{}")
SUBJECTS = {
    "夜班": T.NIGHT_SHIFT,
    "倒班": T.ROTATING_SHIFT,
    "加班": T.OVERTIME,
    "出差": T.TRAVEL,
    "押金": T.FEE,
    "中介": T.AGENCY,
    "应酬": T.DRINKING,
    "销售": T.SALES,
}


@pytest.mark.must("ranking.6")
@pytest.mark.parametrize(
    ("refusal", "subject", "around"),
    list(product(REFUSALS, SUBJECTS, ("{}", "电工 {}", "{} 电工", "新会 {} 6000以上", "{}的电工"))),
)
def test_no_form_of_denial_is_reversed(refusal: str, subject: str, around: str) -> None:
    text = around.format(refusal.format(subject))
    reading = read(text)
    assert SUBJECTS[subject] in reading.criteria.without_traits, text
    assert all(SUBJECTS[subject] not in traits for traits in reading.criteria.any_traits)
    assert all(SUBJECTS[subject] not in traits for traits in reading.criteria.better_traits)
    assert all(subject not in word.text for word in reading.words)
    assert ("电工" in around) == ("电工" in [word.text for word in reading.words])
    assert all(not part.wider for part in reading.understood if part.part == Part.DENIAL)


# --- schooling, experience, person -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "at_most", "at_least"),
    [
        ("小学毕业能做的", 0, None),
        ("初中文凭 普工", 0, None),
        ("学历不限", 0, None),
        ("不识字 保洁", 0, None),
        ("中专可以 会计", 1, None),
        ("技校毕业", 1, None),
        ("高职", 2, None),
        ("本科 行政", 3, None),
        ("本科以上", None, 3),
        ("高中及以上学历", None, 1),
        ("初中以上", 0, None),
    ],
)
def test_schooling(text: str, at_most: int | None, at_least: int | None) -> None:
    criteria = read(text).criteria
    assert (criteria.education_at_most, criteria.education_at_least) == (at_most, at_least)


@pytest.mark.parametrize("text", ["小学教师", "初中数学老师", "大学食堂 厨师", "高中宿舍管理"])
def test_a_school_is_no_schooling(text: str) -> None:
    criteria = read(text).criteria
    assert (criteria.education_at_most, criteria.education_at_least) == (None, None)


@pytest.mark.parametrize("text", ["新手 电工", "没经验的", "零基础学焊工", "应届生 会计", "不要工作经验"])
def test_beginners(text: str) -> None:
    assert T.ONE_YEAR in read(text).criteria.without_traits


def test_years_of_experience() -> None:
    assert read("两年经验 焊工").criteria.without_traits == {T.THREE_YEARS, T.FIVE_YEARS}


def test_age_and_sex_are_said_to_be_no_filters() -> None:
    assert read("女 文员").criteria == Criteria()
    assert labels("女 文员") == ["岗位不按性别筛选"]
    assert read("52岁 保安").criteria.without_traits == {T.UP_TO_40, T.UP_TO_45, T.UP_TO_50}


def test_wordings_of_veterans() -> None:
    assert frozenset({T.VETERANS, T.VETERANS_ONLY}) in read("退役军人优先 电工").criteria.any_traits
    assert read("当过兵 保安").criteria.any_traits == ()
    assert read("当过兵 保安").criteria.better_traits
    assert words("炊事班") == ["炊事班"]
    assert "厨师" in read("炊事班").words[0].synonyms


# --- places ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "codes", "left"),
    [
        ("新会 电工", ("440705",), ["电工"]),
        ("杜阮镇保安", ("440703103",), ["保安"]),
        ("新会司前 叉车", ("440705102",), ["叉车"]),
        ("顺德家具江门", ("4407",), ["顺德", "家具"]),
        ("白沙 焊工", ("440703002", "440781103"), ["焊工"]),
        ("台山白沙 焊工", ("440781103",), ["焊工"]),
        ("江门市区 文员", ("440703", "440704"), ["文员"]),
        ("五邑 普工", ("4407",), ["普工"]),
        ("在司前附近", ("440705",), []),
        ("新会计", (), ["会计"]),
    ],
)
def test_places(text: str, codes: tuple[str, ...], left: list[str]) -> None:
    reading = read(text)
    assert reading.criteria.regions == codes
    assert " ".join(word.text for word in reading.words).replace("顺德家具", "顺德 家具").split() == left


def test_a_place_nearby_comes_first() -> None:
    assert read("离司前近").criteria.better_regions == ("440705102",)


def test_an_empty_search_widens_a_town_to_its_county() -> None:
    part = next(part for part in read("司前 电工").understood if part.part == Part.PLACE)
    assert part.wider[:2] == (("地区扩大到新会区", "新会区"), ("地区扩大到江门市", "江门市"))


# --- trades and certificates -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "synonym"),
    [("做饭", "厨师"), ("扫地", "保洁员"), ("拖头", "半挂车司机"), ("内勤", "文员"), ("跑业务", "销售代表"), ("扎铁", "钢筋工")],
)
def test_words_of_workers_have_synonyms(text: str, synonym: str) -> None:
    (word,) = read(text).words
    assert (word.text, word.is_trade) == (text, True)
    assert synonym in word.synonyms


def test_a_word_of_queries_is_no_synonym() -> None:
    assert "食堂" not in read("厨师").words[0].synonyms


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("B2司机", ("driving_b2",)),
        ("持A1照", ("driving_a1",)),
        ("有健康证", ("food_health",)),
        ("电工本", ("electrician_low", "electrician_high")),
        ("登高证 安装", ("working_at_height",)),
        ("CAAC", ("uav",)),
    ],
)
def test_certificates(text: str, codes: tuple[str, ...]) -> None:
    assert read(text).words[0].certificate_codes == codes


def test_a_certificate_that_is_missing_excludes() -> None:
    assert read("没有叉车证").criteria.without_certificates == {"forklift_n1"}


# --- shape -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("廚師", ["厨师"]),
        ("電 工", ["电工"]),
        ("挖 掘 机 司 机", ["挖掘机司机"]),
        ("保 安 新会", ["保安"]),
        ("ＣＮＣ", ["cnc"]),
        ("會計", ["会计"]),
        ("叉车 证", ["叉车证"]),
    ],
)
def test_shape(text: str, left: list[str]) -> None:
    assert words(text) == left


def test_quotation_marks_keep_a_word_as_it_is() -> None:
    (word,) = read("“焊工”").words
    assert (word.is_exact, word.synonyms) == (True, ())


@pytest.mark.parametrize("text", ["", " ", "，。", "的", "招聘", "找工作"])
def test_nothing_is_left_of_noise(text: str) -> None:
    reading = read(text)
    assert (reading.words, reading.understood) == ((), ())


# --- pages -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("春季招聘会", Content.FAIR),
        ("创业补贴", Content.POLICY),
        ("孵化基地", Content.BASE),
        ("电工培训班", Content.TRAINING),
        ("最新公告", Content.NEWS),
    ],
)
def test_pages_that_a_query_speaks_of(text: str, content: Content) -> None:
    assert content in read(text).contents


@pytest.mark.parametrize("text", ["培训讲师", "高温补贴 电工", "岗前培训 普工", "电工"])
def test_words_of_positions_speak_of_no_page(text: str) -> None:
    assert read(text).contents == ()


# --- chips -----------------------------------------------------------------------------------------------
def test_each_chip_takes_one_part_off_and_keeps_the_rest() -> None:
    reading = read("新會 5000以上 不要夜班 叉车证 双休 廚師")
    rests = {part.label: reading.without(part) for part in reading.understood}
    assert rests["新会区"] == "5000以上 不要夜班 叉车证 双休 廚師"
    assert rests["月薪 5,000 元以上"] == "新會 不要夜班 叉车证 双休 廚師"
    assert rests["不要夜班"] == "新會 5000以上 叉车证 双休 廚師"
    assert rests["证书：叉车证N1"] == "新會 5000以上 不要夜班 双休 廚師"
    assert rests["双休"] == "新會 5000以上 不要夜班 叉车证 廚師"


fragments = st.sampled_from(
    "电工 新会 不要夜班 5000以上 双休 初中可以 叉车证 夜班也行 不做销售的客服 白班 一天200 C1 包吃住 退伍 煮饭 、 的 不 没 无 ( “ ” 焊 工 電 6k-8k".split()
)


@given(st.lists(fragments, max_size=8).map("".join) | st.lists(fragments, max_size=8).map(" ".join) | st.text())
def test_any_text_can_be_read_and_chips_come_off_one_by_one(text: str) -> None:
    reading = read(text)
    for part in reading.understood:
        assert part.label
        assert 0 <= part.start < part.end <= len(reading.shape.folded)
        left = read(reading.without(part))
        assert len(left.understood) <= len(reading.understood) + 1
    assert len(reading.shape.written) == len(reading.shape.folded) == len(reading.rest)


def test_tables_name_only_traits_that_exist() -> None:
    rows: list[dict[str, Any]] = [
        *table("query_facts")["facts"],
        *table("query_denials")["subjects"],
    ]
    names = {name for row in rows for key in ("any", "better") for names in row.get(key, ()) for name in names}
    names |= {name for row in rows for name in row.get("without", ())}
    names |= {row["trait"] for row in table("position_wordings")["wordings"]}
    assert names <= set(Trait)
    assert len(Trait) <= 63
