"""Age limits in numbers, told apart into limits of the law and limits of the employer."""

import re
from collections.abc import Iterator
from functools import cache

_TENS = {"二": 20, "三": 30, "四": 40, "五": 50, "六": 60}
_UNITS = {c: i for i, c in enumerate("一二三四五六七八九", start=1)}
# Legal minimum ages: 16 for any work, 18 for many trades.
_LEGAL_MINIMUM_AGES = {16, 18}
# An upper limit at the retirement age excludes no applicant of working age.
_RETIREMENT_AGE = 60

_N = r"(?P<{0}>\d{{2}}|[二三四五六]?十[一二三四五六七八九]?|[二三四五六]\d)"
_TO = r"\s*(?:[-~～—–―－至到]+|、)\s*"
_YEARS = r"\s*(?:周\s*)?岁"
_AGE_WORD = (
    r"(?:年\s*龄|岁数|年纪|年岁)(?:一般|原则上|应|须|需|要求|限制|范围|条件|上限|段|方面|最好|控制|介于|必须)*"
    r"\s*(?:[:：，,在为是约满于]\s*)*"
)
_UP = (
    r"(?:[（(]\s*含\s*[）)])?(?:及\s*以\s*下|以\s*[下内里]|往下|朝下|向下|里头|之\s*内|内|左右|封顶|为限|止)"
)
_NOT_OVER = (
    r"(?:不(?:得|能|可|要|宜)?(?:超过|大于|高于|超|过)|(?:别|莫|勿|未|没|没有)(?:超过|超|过|大于)"
    r"|小于|低于|未满|不满|≤|<=|<|最大|不到|上限(?:为|是)?|截止)"
)
_OUT = (
    r"(?:勿(?:扰|投|进|试|来|报|应聘|入|选)|免(?:谈|投|进|报|打扰)|谢绝|除外|绕[行道]|止步|淘汰|劝退|慎[投报入]"
    r"|[别莫][来投报试扰]|(?:暂|恕|概|一律)*不(?:再|予)?(?:要|考虑|招|收|录|接[收受]|聘|受理|安排|行|宜|合适|适合|可以|用)(?:报名|应聘|投递)?)"
)
_TAIL = rf"(?:之间|以内|以下|左右|内|的)?(?:均可|皆可|优先(?:考虑|录用)?|者?(?:{_OUT}|为佳|佳))?"
_LEAVERS = r"(?:及?以上|的|者)?(?:人员|求职者|应聘者|朋友|同志|人|者)?(?:的)?(?:简历|应聘)?(?:一律|请|敬请)*"
_AT_LEAST = r"(?:年?满|大于|高于|不低于|不小于|≥|>=?)"
# Units that follow a number which is no age: 35元, 30人, 20天.
_NO_OTHER_UNIT = r"(?![\d年元个人天月小时.万kK%])"

_CLAUSE_START = r"(?:^|(?<=[，,。；;、！!\s（(：:【\n]))"
_CLAUSE_END = r"(?=[，,。；;、！!\s）)】\n]|$)"
_BARE_UP = r"(?:[（(]\s*含\s*[）)])?(?:周岁)?(?:及?以[下内里]|之内|往下|朝下|封顶|为限)(?:[（(]?含[）)]?)?"

_PATTERN_SOURCES = (
    # 年龄18-45岁, 18岁至45周岁之间, 年龄：18~45
    rf"(?:{_AGE_WORD})?LOW(?:{_YEARS})?{_TO}HIGH{_YEARS}(?:及?以下)?{_TAIL}",
    rf"{_AGE_WORD}LOW(?:{_YEARS})?{_TO}HIGH{_NO_OTHER_UNIT}{_TAIL}",
    rf"LOW{_YEARS}{_TO}HIGH{_NO_OTHER_UNIT}",
    # 45周岁以下, 年龄45以下
    rf"(?:{_AGE_WORD})?HIGH{_YEARS}{_UP}{_TAIL}",
    rf"{_AGE_WORD}HIGH\s*{_UP}{_TAIL}",
    # 不超过50岁, 年龄不超过50
    rf"(?:{_AGE_WORD})?{_NOT_OVER}\s*HIGH{_YEARS}(?:者)?(?:优先)?",
    rf"{_AGE_WORD}{_NOT_OVER}\s*HIGH{_NO_OTHER_UNIT}",
    # 45岁以上勿扰, 超过45岁免谈
    rf"(?:超过|大于|满|年满|过了?)?HIGH{_YEARS}{_LEAVERS}{_OUT}",
    # 30岁以上, 年龄25以上
    rf"(?:{_AGE_WORD})?{_AT_LEAST}?\s*LOW{_YEARS}(?:或|及)?以上(?:者)?(?:优先)?",
    rf"{_AGE_WORD}{_AT_LEAST}?\s*LOW\s*(?:或|及)?以上",
    rf"{_AGE_WORD}{_AT_LEAST}\s*LOW{_YEARS}",
    # 年龄限制：35, 年龄35岁左右
    rf"{_AGE_WORD}HIGH{_YEARS}(?:左右|上下|前后)?{_TAIL}",
    rf"{_AGE_WORD}HIGH\s*(?:左右|上下|前后|出头|封顶|为限)",
    rf"年\s*龄(?:限制|上限|要求)\s*[:：]?\s*HIGH{_NO_OTHER_UNIT}",
    rf"HIGH{_YEARS}(?:左右|上下|前后)(?:优先|为佳|佳)?",
    # 35以下 as a clause of its own, 限40以内, 也不要超50的
    rf"{_CLAUSE_START}(?:仅?限|限定|只要|要|限制在|须|在)?\s*HIGH\s*{_BARE_UP}{_TAIL}{_CLAUSE_END}",
    rf"(?:仅?限|只要|限定)\s*HIGH\s*{_BARE_UP}",
    rf"(?:不(?:要|招|收|能|得|满|超)|别|未满|不到|最[大高](?:不超过?)?|超过?)\s*(?:超过?|大于)?\s*HIGH(?:的|者)?(?:就?{_OUT})?{_CLAUSE_END}",
    # B2司机25-50, 保安18-45
    rf"(?:司机|保安|普工|[一-龥](?:工|员|师傅))\s*[:：]?\s*LOW\s*[-~～—–至到]\s*HIGH{_CLAUSE_END}",
    # 18-40 and 45左右 as clauses of their own, 只要25到30的
    rf"{_CLAUSE_START}(?:仅?限|只要|要)?\s*LOW\s*[-~～—–至到]\s*HIGH(?:的|者|之间)?{_CLAUSE_END}",
    rf"{_CLAUSE_START}(?:仅?限|只要|要)?\s*HIGH(?:左右|上下|出头)(?:的|者)?{_CLAUSE_END}",
    r"(?:仅?限|只要|只招|只收)\s*LOW\s*[-~～—–至到]\s*HIGH(?!\s*[\d元个天公kK%月年米吨])",
    # 35岁是道坎
    rf"HIGH{_YEARS}(?:就?是|为|作)[一道个条]{{0,2}}(?:坎|线|杠|界|门槛|红线|底线|上限|天花板)",
    # 三十好几的别来
    rf"(?:年?满|过了?|超过?|上了?)HIGH{_YEARS}?(?:的|者|人员|朋友)*{_OUT}",
)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Compile the patterns on first use: it takes 50 ms."""
    return tuple(
        re.compile(source.replace("LOW", _N.format("low")).replace("HIGH", _N.format("high")))
        for source in _PATTERN_SOURCES
    )


def _parse_number(numeral: str) -> int:
    """Parse '35', '三十五' or '三5' to 35."""
    if numeral.isdigit():
        return int(numeral)
    if numeral[-1].isdigit():
        return _TENS[numeral[0]] + int(numeral[-1])
    tens, _, units = numeral.partition("十")
    return _TENS.get(tens, 10) + _UNITS.get(units, 0)


def _is_limit(low: int | None, high: int | None) -> bool:
    if low is not None and not 16 <= low <= 70:
        return False  # the age of a child, or no age at all
    if high is not None:
        return 20 <= high < _RETIREMENT_AGE or (
            high >= _RETIREMENT_AGE and low is not None and low not in _LEGAL_MINIMUM_AGES
        )
    return low is not None and low not in _LEGAL_MINIMUM_AGES


def find_age_limits(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of every age limit of the employer; `text` has its lawful phrases masked."""
    for pattern in _patterns():
        for match in pattern.finditer(text):
            groups = match.groupdict()
            low = _parse_number(groups["low"]) if groups.get("low") else None
            high = _parse_number(groups["high"]) if groups.get("high") else None
            if _is_limit(low, high):
                yield match.span()
