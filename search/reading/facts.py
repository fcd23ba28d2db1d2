"""Facts that a query asks for: shift, rest days, form of employment, settlement, benefits, schooling, experience.

Most are rules of `search/data/query_facts.toml`; schooling, years and age are numbers and are read here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from search.reading.criteria import Criteria, Trait
from search.reading.shape import HAN
from search.reading.tables import criteria_of, table

T = Trait


class Part(StrEnum):
    """Kind of a part of a query that was understood. The values are published by `manage.py search_results`."""

    PAY = "pay"
    SHIFT = "shift"
    REST = "rest"
    FORM = "form"
    SETTLEMENT = "settlement"
    BENEFIT = "benefit"
    EDUCATION = "education"
    EXPERIENCE = "experience"
    CERTIFICATE = "certificate"
    PLACE = "place"
    TRADE = "trade"
    TRAVEL = "travel"
    EMPLOYER = "employer"
    VETERAN = "veteran"
    DENIAL = "denial"
    CONTENT = "content"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Fact:
    """Fact at [start, end) of a text."""

    start: int
    end: int
    part: Part
    label: str
    criteria: Criteria


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    part: Part
    label: str
    criteria: Criteria


@cache
def _rules() -> tuple[_Rule, ...]:
    rows = table("query_facts")["facts"]
    return tuple(
        _Rule(re.compile(row["pattern"]), Part(row["part"]), row["label"], criteria_of(row)) for row in rows
    )


_NO_SCHOOLING = Criteria(education_at_most=0, better_traits=(frozenset({T.BEGINNERS}),))
_LEVELS = {
    **dict.fromkeys(("小学", "初中"), 0),
    **dict.fromkeys(("高中", "中专", "中技", "技校", "职高", "职中", "中职"), 1),
    **dict.fromkeys(("大专", "专科", "高职"), 2),
    **dict.fromkeys(("本科", "学士", "大学生", "大学"), 3),
    **dict.fromkeys(("研究生", "硕士", "博士"), 4),
}
_LEVEL_LABELS = ("初中及以下", "高中、中专", "大专", "本科", "研究生")
_AGES = {"四": 40, "五": 50, "六": 60}


@cache
def _education_pattern() -> re.Pattern[str]:
    levels = "|".join(sorted(_LEVELS, key=len, reverse=True))
    return re.compile(
        rf"(?:我是?|只有|才|只)?(?P<level>{levels})(?:毕业证?|文凭|学历|文化|水平|程度)*"
        r"(?P<more>及?以上|起)?(?:学历|文化)?(?:毕业|文凭)?"
        r"(?:也?(?:可以?|能|都|就)(?:做|行|可以|干|上岗|应聘|找)?(?:的)?|要的|的)?"
        # '初中老师', '大学食堂' are places of work
        r"(?!老师|教师|语文|数学|英语|体育|物理|化学|历史|生物|班主任|教务|食堂|饭堂|门口|附近|保安|后勤)"
        r"(?!宿舍|教练|城|辅导|教育|校|实习)"
    )


@cache
def _experience_pattern() -> re.Pattern[str]:
    return re.compile(
        r"(?:有|干了?|做了?|至少)?(?P<years>[0-9]{1,2}|[一二两三四五六七八九十])年(?:以上|多)?(?:的)?"
        r"(?:工作|相关|从业|驾龄)?(?:经验|经历|工龄|驾龄)(?:的)?"
    )


@cache
def _age_pattern() -> re.Pattern[str]:
    return re.compile(
        r"(?P<digits>[1-7][0-9])(?:-[1-7][0-9])?(?:多|几)?周?岁"
        r"(?:以上|以下|左右|也要|能做|可以做|可以|以内|的)*"
        r"|(?P<tens>[四五六])十(?:多|几|[一二三四五六七八九])?岁?"
        rf"(?:以上|左右|的|也要|能做)*(?![{HAN}])"
        r"|年纪(?:大|偏大)(?:的|也行|能做)*|上了?年纪(?:的)?|大龄(?:工)?|年龄(?:大|偏大)|中老年|退休(?:人员|返聘|后)?"
    )


def find_facts(text: str) -> Iterator[Fact]:
    """Yield every fact in a folded text, rule by rule; facts of different rules may overlap."""
    for rule in _rules():
        for match in rule.pattern.finditer(text):
            yield Fact(match.start(), match.end(), rule.part, rule.label, rule.criteria)
    yield from _find_education(text)
    yield from _find_experience(text)
    yield from _find_age(text)


def _find_education(text: str) -> Iterator[Fact]:
    for match in _education_pattern().finditer(text):
        level = _LEVELS[match["level"]]
        if match["more"] and level:
            label, criteria = f"要求{_LEVEL_LABELS[level]}及以上", Criteria(education_at_least=level)
        else:
            criteria = Criteria(education_at_most=level) if level else _NO_SCHOOLING
            label = f"学历{_LEVEL_LABELS[level]}可以"
        yield Fact(match.start(), match.end(), Part.EDUCATION, label, criteria)


_YEAR_TRAITS = ((1, T.TWO_YEARS), (2, T.THREE_YEARS), (4, T.FIVE_YEARS))


def _find_experience(text: str) -> Iterator[Fact]:
    for match in _experience_pattern().finditer(text):
        text_of_years = match["years"].replace("两", "二")
        years = int(text_of_years) if text_of_years.isdigit() else "零一二三四五六七八九十".find(text_of_years)
        denied = frozenset(trait for most, trait in _YEAR_TRAITS if years <= most)
        label = f"{years} 年经验"
        yield Fact(match.start(), match.end(), Part.EXPERIENCE, label, Criteria(without_traits=denied))


def _find_age(text: str) -> Iterator[Fact]:
    for match in _age_pattern().finditer(text):
        age = int(match["digits"] or 0) or _AGES.get(match["tens"] or "", 50)
        limits = ((40, T.UP_TO_40), (45, T.UP_TO_45), (50, T.UP_TO_50), (55, T.UP_TO_55))
        denied = frozenset(trait for limit, trait in limits if age > limit)
        yield Fact(match.start(), match.end(), Part.PERSON, f"{age} 岁也可以", Criteria(without_traits=denied))
