"""Education that an advertisement asks for: the lowest level that suffices."""

from collections.abc import Iterator

from matching.requirements.scope import is_preference, is_waived
from matching.requirements.text import MAX_CUES, Lazy, Sentence
from matching.requirements.types import Requirement

NOT_ASKED = -1

_LEVELS = {
    "不识字": 0, "小学": 0, "初中": 0, "中学": 0,
    "高中": 1, "职高": 1, "中专": 1, "技校": 1, "中技": 1, "中职": 1, "职专": 1, "职校": 1, "技工学校": 1,
    "中等": 1, "三校生": 1,
    "大专": 2, "专科": 2, "高职": 2, "大学专科": 2, "专本科": 2, "高专": 2,
    "本科": 3, "大学本科": 3, "学士": 3, "大学": 3, "一本": 3, "二本": 3, "统本": 3,
    "硕士": 4, "研究生": 4, "硕士研究生": 4, "博士": 4, "博士研究生": 4, "mba": 4,
}  # fmt: skip
_LEVEL = "|".join(sorted(_LEVELS, key=len, reverse=True))
# Level words, joined: '高中、中专', '大专或本科'.
_GROUP = Lazy(
    rf"(?P<first>{_LEVEL})(?P<more>(?:(?:学历)?(?:\(含\))?(?: ?[、/] ?|,? ?|或者?|和|及|以及|与|至|到"
    rf"|-)(?:{_LEVEL}))*)"
)
_EACH = Lazy(_LEVEL)
# What makes a level word a demand: the words behind it, before it, or nothing else in the clause.
_BEHIND = Lazy(
    r"[ ]*(?:\([^()]{0,8}\))?[ ]*(?:(?:及|其|或者|或|和|\(含\)|含|同等|等|相当|以及)*(?:以上|以上的"
    r"|以及上|上以上)"
    r"|(?:或|及)?(?:同等|相当|相关)?(?:的|类)?(?:学历|文化|文凭|毕业(?!设计)|学位|程度|水平|起(?!步)|在读"
    r"|肄业)|(?<!大学)(?=应届|实习生|在校生)"
    r"|及格)"
)
_BEFORE = Lazy(
    r"(?:学历|文化程度|文凭|教育背景|教育程度)(?:/专业)?(?:最好|要求|必须|至少|不低于|须|要|为|是|达到|在|:"
    r"|,| )*$"
    r"|(?:统招|全日制|正规|普通|至少|不低于|重点)(?:的|院校|大学|高校|全日制|统招| )*$"
)
_MAJOR_BEHIND = Lazy(
    r"[^,:;()]{0,16}?(?:专业|毕业|学历)|(?:及|其|需|须|要|满|工作)*(?:[0-9]{1,2}"
    r"|[一二两三四五六七八九十])年(?!制)"
    r"|以下(?!学历)|或(?:者)?[一二两三四五0-9]+年"
)
_OPENS_DEMAND = Lazy(r"(?:要求|限|招|男|女|或者|应届|[0-9]{4}届|在校)?")
_NO_LEVEL_BEHIND = Lazy(
    r" ?(?:生(?!产|物)|教|课|部|院(?!校)|城|门|英语|四级|六级|数学|语文|物理|化学|科室|科技|医|老师|女生"
    r"|男生|同学|时期|阶段|家教|补习"
    r"|底薪|[0-9]{3,}|以下|及以下|或以下|[^,]{0,4}[0-9]+元|员|[^,]{0,3}补贴|津贴)"
)
_NO_LEVEL_BEFORE = Lazy(
    r"[在一-龥]*(?:其中|占|员工中|提升|升读|就读|函授|报考|针对|面向|辅导|提供|团队|我司|公司)[^,]{0,12}$"
)
_BY_LEVEL = Lazy(r"(?:根据|按照?|依|视)[^,;]{0,4}学历")
_HEADCOUNT = Lazy(
    r"[^,]{0,6}?(?:学历|文化)[^,]{0,4}?[0-9]+ ?(?:人|名|%)|[^,]{0,8}(?:补贴|津贴|底薪|[0-9]{3,}元)"
)
_NOT_ASKED = Lazy(
    r"(?:学历|文凭|文化(?:程度|水平)?)(?:、[^,、]{2,4}){0,3}(?:要求)?[: ]*"
    r"(?:均|都|皆)?(?:不限|不拘|不做(?:硬性)?要求|不作(?:硬性)?要求|没有?(?:什么|任何|硬性)?(?:要求|限制)"
    r"|无(?:任何|硬性|特殊)?(?:要求|限制)|不要求|不重要|不是问题|无所谓|高低不限|高低)"
    r"|(?:不限|不看|不论|不要求|无论|不问|不分|不管|无需|不需要?|不唯|不讲)(?:你的|您的|你|您)?(?:(?:性别"
    r"|专业|年龄|经验|户籍|男女|出身|背景)[、和,]?)*(?:学历|文凭|文化程度)"
    r"|(?:无|没有)(?:学历|文凭)(?:要求|限制|门槛)"
)
_CONDITION = Lazy(r"(?:者|的|有[^,]{0,8}经验|能力[^,]{0,6})[,]?(?:可|则|其)?$|者[^,]{0,6}$")


def _demand_certainty(sentence: Sentence, start: int, end: int) -> float:
    """Return how surely the level words from `start` to `end` are a demand, 0 if they are none."""
    text = sentence.text
    before, behind = text[max(start - 16, 0) : start], text[end : end + 24]
    if _NO_LEVEL_BEHIND.re.match(behind) or _HEADCOUNT.re.match(behind) or _NO_LEVEL_BEFORE.re.search(before):
        return 0.0
    if _BEHIND.re.match(text, end):
        return 0.97
    if _BEFORE.re.search(before):
        return 0.93
    is_school = text[start:end] in ("大学", "中学", "中等")  # '大学附近'
    return 0.0 if is_school else _bare_certainty(sentence, start, end)


def _bare_certainty(sentence: Sentence, start: int, end: int) -> float:
    """Return how surely level words without 学历 or 以上 are a demand: alone, or with a field of study."""
    text, clause = sentence.text, sentence.clause(start)
    before, rest = text[clause.start : start].strip(" 、"), text[end : clause.end].strip(" 、")
    has_field = _MAJOR_BEHIND.re.match(text, end)
    if _OPENS_DEMAND.re.fullmatch(before) and (not rest or has_field):
        return 0.8
    if has_field and "专业" in text[end : end + 24]:
        return 0.75
    return 0.6 if "专业" in before and (not rest or text.startswith("、", end)) else 0.0


def read_education(sentence: Sentence) -> Iterator[Requirement]:
    """Yield the education that a sentence asks for: one fact, the lowest level that suffices."""
    text = sentence.text
    if _BY_LEVEL.re.search(text):
        return
    demands: list[tuple[bool, int, int, int, float]] = []
    for count, match in enumerate(_GROUP.re.finditer(text)):
        if count == MAX_CUES:
            break
        start, end = match.span()
        certainty = _demand_certainty(sentence, start, end)
        if not certainty:
            continue
        level = min(_LEVELS[word.group()] for word in _EACH.re.finditer(match.group()))
        tail = _BEHIND.re.match(text, end)
        end = tail.end() if tail else end
        more = text[end : end + 2]
        end += 2 if more in ("学历", "文化", "文凭", "毕业") else 0
        preference = is_preference(sentence, "education", start, end) or "放宽" in sentence.before(start)
        demands.append((preference, level, start, end, certainty))
    if demands:
        preference, level, start, end, certainty = min(demands)
        strict = not preference and not is_waived(sentence, "education", end)
        yield Requirement("education", level, strict, certainty, start, end)
        return
    waiver = _NOT_ASKED.re.search(text)
    if waiver and not _CONDITION.re.search(sentence.before(waiver.start(), 14)):
        yield Requirement("education", NOT_ASKED, False, 0.95, *waiver.span())
