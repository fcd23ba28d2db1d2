"""Pay in a query: '5000以上', '月薪8千', '6k-8k', '一天200', '时薪20', '年薪15万', '底薪4000'."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

DAYS_OF_MONTH = 21.75  # legal working days, by which day wages become comparable
HOURS_OF_MONTH = 174
LEAST_MONTHLY, MOST_MONTHLY = 1000, 60_000  # yuan; a bare number outside is no pay
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "半": 0.5}
_UNITS = {"百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000}
_PERIODS = {"年": 1 / 12, "月": 1.0, "天": DAYS_OF_MONTH, "日": DAYS_OF_MONTH, "时": HOURS_OF_MONTH}
_PERIOD_LABELS = {"年": "年薪", "月": "月薪", "天": "日薪", "时": "时薪"}
_AT_MOST = re.compile(r"不超过|不高于|不大于|(?<!不)低于|(?<!不)少于|以下|以内|最多")
_ABOUT = re.compile(r"左右|上下|大概|约")
_NUMBER = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+)?"
    r"|(?:[二两三四五六七八九十百零半]|一(?![天个小月年钟休]))+)"
)
_HEAD = (
    r"底薪|保底|月薪|月工资|月收入|月入|工资|薪资|薪水|薪酬|收入|待遇|年薪|年收入|年入|日薪|日工资|时薪|工价"
    r"|[一每]天|[一每]个?小时|[一每]个?钟|[一每]个?月|[一每]年|日结"
)
_STEPS = r"不低于|不少于|不超过|不高于|不大于|大于|超过|高于|低于|少于|至少|最少|最低|最多|到手|税[前后]|大概|约|(?<!不)要|(?<!没)有|(?<!不)能|在|达?到|拿|得|给|:"
_PER = r"(?:[/每一]|1(?=个)|(?<=[元块钱]))\s*(?P<per>个?月|天|日|年|个?小时|个?钟头?|h(?![a-z]))"


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay at [start, end) of a text: yuan per month, both limits inclusive; `is_base` for pay without commission."""

    start: int
    end: int
    at_least: int | None
    at_most: int | None
    label: str
    is_base: bool = False


@cache
def _pattern() -> re.Pattern[str]:
    unit = "(?:[千百万]|[kw](?![a-z]))"
    tail = "(?:[一二三四五六七八九](?![十百千万天月年个])|[1-9](?![0-9天月年个]))"
    return re.compile(
        rf"(?<![0-9a-z.])(?P<denial>(?<![^\s,])(?:不要|不想要?|不做|不考虑|别))?(?P<head>{_HEAD})?\s?(?P<steps>(?:(?:{_STEPS})\s?)*)"
        rf"(?P<low>{_NUMBER})\s?(?P<low_unit>{unit})?(?P<low_tail>(?<=[千百万]){tail})?\s?(?:元|块钱?)?"
        rf"(?:\s?[-~—–至到]\s?(?P<high>{_NUMBER})\s?(?P<high_unit>{unit})?(?P<high_tail>(?<=[千百万]){tail})?)?"
        rf"(?P<more>[多几来])?\s?(?P<money>元|块钱?|rmb)?\s?(?:{_PER})?\s?"
        r"(?P<way>以上|及以上|起步?|往上|打底|\+|以下|以内|左右|上下|之间)?"
        r"(?:\s?(?:工资|月薪|薪资|的?工作|的))?(?P<refusal>(?:就?不要|不考虑|免谈|勿扰|不去|不做|不干|除外)(?![^\s,]))?"
        r"(?![0-9a-z.%岁年人米吨号班名台件路线强度个家匹步型款休险金])"
    )


@cache
def _round_pattern() -> re.Pattern[str]:
    return re.compile(r"(?:月薪|月入|工资|收入|年薪|年入)?(?:上|过|超过?|破)万(?:元)?(?:以上)?(?:的)?(?:工资|月薪)?")


@cache
def _double_pattern() -> re.Pattern[str]:
    return re.compile(
        r"(?:月薪|工资|薪资|月入)?(?P<low>[一二三四五六七八])(?P<high>[二三四五六七八九])(?P<unit>[千万])(?:元|块)?"
    )


def find_pay(text: str) -> Iterator[Pay]:
    """Yield the pay that a folded query states, in order, without overlaps."""
    after = 0
    for match in _double_pattern().finditer(text):
        low, high = (_DIGITS[match[name]] * _UNITS[match["unit"]] for name in ("low", "high"))
        if high > low:
            yield _pay(match, "月", low, high, "")
            after = match.end()
    for match in _round_pattern().finditer(text):
        period = "年" if "年" in match[0] else "月"
        if match.start() >= after and period == "月":
            yield _pay(match, period, 10_000, None, "")
            after = match.end()
    for match in _pattern().finditer(text):
        if match.start() >= after and (result := _read(match)) is not None:
            yield result
            after = match.end()


def _read(match: "re.Match[str]") -> Pay | None:
    low = _value(match["low"], match["low_unit"], match["low_tail"])
    high = _value(match["high"], match["high_unit"], match["high_tail"]) if match["high"] else None
    if low is None or (match["high"] and high is None):
        return None
    if high is not None and match["high_unit"] and not match["low_unit"] and low < high:
        low *= _UNITS[match["high_unit"]]  # '6-8k', '五到八千'
    period = _period(match)
    unit = match["low_unit"] or match["high_unit"]
    is_stated = bool(match["head"] or match["money"] or match["per"] or (unit and unit != "百"))
    if period == "月" and match["head"] and not unit and low < 100:
        low, high = low * 1000, high * 1000 if high else None  # '月薪6-8'
    if not period:
        period = "年" if (high or low) > MOST_MONTHLY and unit else "月"
    most = (high or low) * _PERIODS[period]
    if high is not None and high <= low:
        return None
    if not LEAST_MONTHLY <= most <= MOST_MONTHLY or (not is_stated and not _is_plausible(match, low, high)):
        return None
    words = f"{match['steps'] or ''}{match['way'] or ''}"
    if match["denial"] or match["refusal"]:  # '低于5000不要' is 5,000 and more
        words = "" if _AT_MOST.search(words) else "以下"
    return _pay(match, period, low, high, words, is_base=match["head"] in {"底薪", "保底"})


def _period(match: "re.Match[str]") -> str:
    words = f"{match['head'] or ''}{match['per'] or ''}"
    if re.search("小时|钟|时薪|h", words):
        return "时"
    if re.search("天|日", words):
        return "天"
    if "年" in words:
        return "年"
    return "月" if re.search("月|底薪|保底|per", words) else ""


def _is_plausible(match: "re.Match[str]", low: float, high: float | None) -> bool:
    """Return whether a number without a word for money is pay: round, of four or five digits."""
    values = [low] if high is None else [low, high]
    return match["low"].replace(",", "").isdigit() and all(
        value % (100 if high is None and not match["way"] else 50) == 0 and value >= LEAST_MONTHLY
        for value in values
    )


def _value(number: str, unit: str | None, tail: str | None) -> float | None:
    """Return the number in yuan: ('三', '千', '五') is 3500. None for characters that are no number."""
    value = float(number.replace(",", "")) if number[0].isdigit() else _chinese(number)
    if value is None:
        return None
    factor = _UNITS[unit] if unit else 1
    last = float(_DIGITS.get(tail, 0) or tail) if tail else 0.0
    return value * factor + last * factor / 10


def _chinese(number: str) -> float | None:
    """Return the value of Chinese digits up to the hundreds: '十二' is 12, '二百五' is 250."""
    total, digit, last_unit = 0.0, None, 0
    for character in number:
        if character in "十百":
            last_unit = 10 if character == "十" else 100
            total += (1 if digit is None else digit) * last_unit
            digit = None
        elif digit is not None:
            return None
        else:
            digit = float(_DIGITS[character])
    if digit is None:
        return total
    return total + digit * (last_unit / 10 if last_unit == 100 else 1)


def _pay(
    match: "re.Match[str]", period: str, low: float, high: float | None, words: str, *, is_base: bool = False
) -> Pay:
    factor = _PERIODS[period]
    at_least: float | None = low
    at_most = high
    name = "底薪" if is_base else _PERIOD_LABELS[period]
    if high is None and _AT_MOST.search(words):
        at_least, at_most = None, low
        label = f"{name} {low:,.0f} 元以下"
    elif high is None and _ABOUT.search(words):
        at_least, at_most = low * 0.9, low * 1.1
        label = f"{name} {low:,.0f} 元左右"
    elif high is not None:
        label = f"{name} {low:,.0f}–{high:,.0f} 元"
    else:
        label = f"{name} {low:,.0f} 元以上"
    monthly = [int(value * factor) if value is not None else None for value in (at_least, at_most)]
    if period != "月":
        label += f"（约合月薪 {monthly[0] or monthly[1]:,} 元）"
    return Pay(match.start(), match.end(), monthly[0], monthly[1], label, is_base)
