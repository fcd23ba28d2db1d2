"""Dates as people type them on sheets and as spreadsheet programs turn them."""

import calendar
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from portal.core.text_folding import fold_digits
from portal.imports.marked_cells import PARTIAL_DATE, MarkedCell

_EPOCH = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
# Serial numbers of days from 1927 to 2100; smaller and larger numbers are no dates of ours.
_SERIALS = range(10_000, 73_051)
_YEARS = range(1900, 2201)

_SEPARATOR = r"\s*[-/.,、]\s*"
_FULL = re.compile(
    rf"([0-9]{{4}})(?:{_SEPARATOR}|\s*年\s*)([0-9]{{1,2}})(?:{_SEPARATOR}|\s*月\s*)([0-9]{{1,2}})\s*[日号]?"
)
_MONTH = re.compile(rf"([0-9]{{4}})(?:({_SEPARATOR})|\s*年\s*)([0-9]{{1,2}})\s*(?:月份?)?")
_SHORT_YEAR = re.compile(r"([0-9]{2})\s*([.年])\s*([0-9]{1,2})\s*[.月]\s*([0-9]{1,2})\s*[日号]?")
_THREE_NUMBERS = re.compile(rf"([0-9]{{1,4}}){_SEPARATOR}([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,4}})")
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")
_ENGLISH = re.compile(
    r"(?:([0-9]{1,2})[-\s])?([a-z]{3,9})\.?[-\s]+(?:([0-9]{1,2})(?:st|nd|rd|th)?,?\s+)?([0-9]{4})",
    re.IGNORECASE,
)
_MONTH_NAMES = {
    name.casefold(): number
    for names in (calendar.month_abbr, calendar.month_name)
    for number, name in enumerate(names)
    if name
}
_WEEKDAY = re.compile(r"\s*[(（]?(?:星期|周|礼拜)[一二三四五六日天1-6][)）]?")
_TIME = re.compile(
    r"(?:(?<=[日号0-9])\s+|(?<=[日号])|(?<=[0-9])t)(?:上午|下午|晚上|中午|凌晨|am|pm)?\s*"
    r"[0-9]{1,2}(?:[:：][0-9]{1,2}|[时点])\S*(?:\s*(?:am|pm))?$",
    re.IGNORECASE,
)
_BEFORE_END = re.compile(r"^(?:截止到|截至到|截至|截止|止于|至|到)\s*")
_AFTER_END = re.compile(r"(?:(?<=月)[底末])?\s*(?:为止|截止|止)?$")
_NUMERALS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
_CHINESE_NUMBER = re.compile(r"[零〇○一二三四五六七八九十廿卅]+(?=[年月日号]|$)")
_DAY_WITHOUT_YEAR = re.compile(r"[0-9]{1,2}\s*(?:月|[-/.])\s*[0-9]{1,2}\s*[日号]?")


class UnreadableDate(Exception):
    """A cell that is no date for certain.

    Attributes:
        code: 'dates' or 'ambiguous'.
        reason: Chinese words for the uploader, without the column's label.
    """

    def __init__(self, reason: str, code: str = "dates") -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def read_date(
    cell: Any, *, last_of_month: bool = False, is_typed: bool = True, has_1904_dates: bool = False
) -> date | None:
    """Return the date of a cell; None for an empty one.

    Args:
        last_of_month: a month without a day is its last day, as for a closing date; otherwise its first.
        is_typed: the file keeps text and numbers apart; if not, '2026.1' may have been the number 2026.10.
        has_1904_dates: day 0 of numbers is 1904-01-01.

    Raises:
        UnreadableDate: not a date, or not for certain.
    """
    if isinstance(cell, MarkedCell):
        cell = cell.text if cell.mark == PARTIAL_DATE else cell.value
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        # Day 0, as which a cell in a date format shows an empty result, and 'NaN' in the XML of a workbook.
        if day.year < _YEARS.start or (has_1904_dates and day == _EPOCH_1904):
            raise UnreadableDate("这个数字不是日期，请写成 2003-12-01 这样。")
        return day
    if isinstance(cell, bool):
        raise UnreadableDate("读不出日期，请写成 2003-12-01 这样。")
    if isinstance(cell, (int, float)):
        return _read_number(float(cell), last_of_month=last_of_month, has_1904_dates=has_1904_dates)
    text = fold_digits(str(cell or "")).strip()
    return _read_text(text, last_of_month=last_of_month, is_typed=is_typed) if text else None


def _read_number(number: float, *, last_of_month: bool, has_1904_dates: bool) -> date:
    text = f"{number:.15g}"
    year, _, month = text.partition(".")
    if month and year.isascii() and year.isdecimal() and int(year) in _YEARS:
        if month == "1":
            raise UnreadableDate(
                f"“{text}”是按数字保存的，分不清是1月还是10月，请写成 {year}-01 或 {year}-10。", "ambiguous"
            )
        return _month(int(year), int(month) if len(month) <= 2 else 0, last_of_month=last_of_month)
    if number.is_integer() and (match := _DIGITS.fullmatch(text)) and int(match[1]) in _YEARS:
        return _digits_date(match, last_of_month=last_of_month)
    if int(number) in _SERIALS:
        return (_EPOCH_1904 if has_1904_dates else _EPOCH) + timedelta(days=int(number))
    raise UnreadableDate("这个数字不是日期，请写成 2003-12-01 这样。")


def _read_text(text: str, *, last_of_month: bool, is_typed: bool) -> date:
    if text.isascii() and text.isdecimal() and len(text) == 5 and int(text) in _SERIALS:
        return _EPOCH + timedelta(days=int(text))
    text = _TIME.sub("", _CHINESE_NUMBER.sub(_chinese_number, _WEEKDAY.sub("", text))).strip()
    if last_of_month:
        text = _AFTER_END.sub("", _BEFORE_END.sub("", text))
    if match := _FULL.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH.fullmatch(text):
        if not is_typed and match[3] == "1" and "." in (match[2] or ""):
            raise UnreadableDate(
                f"“{text}”分不清是1月还是10月（表格软件会去掉末尾的0），"
                f"请写成 {match[1]}-01 或 {match[1]}-10。",
                "ambiguous",
            )
        return _month(int(match[1]), int(match[3]), last_of_month=last_of_month)
    if match := _DIGITS.fullmatch(text):
        return _digits_date(match, last_of_month=last_of_month)
    return _read_rare_text(text, last_of_month=last_of_month)


def _read_rare_text(text: str, *, last_of_month: bool) -> date:
    if match := _SHORT_YEAR.fullmatch(text):
        return _date(_full_year(int(match[1]), is_future=last_of_month), int(match[3]), int(match[4]))
    if match := _THREE_NUMBERS.fullmatch(text):
        return _one_of_orders(*(match[part] for part in (1, 2, 3)), is_future=last_of_month)
    if match := _ENGLISH.fullmatch(text):
        return _english_date(match)
    raise UnreadableDate(_explain(text, last_of_month=last_of_month))


def _explain(text: str, *, last_of_month: bool) -> str:
    if re.fullmatch(r"[0-9]{4}\s*年?", text):
        return "只写了年份，请写到月或日，例如 2003-12。"
    if _DAY_WITHOUT_YEAR.fullmatch(text):
        return "没有写年份，请写成 2003-12-01 这样。"
    if last_of_month and re.search(r"长期|招满|不限|随时|常年|面议|无", text):
        return "请写具体日期，例如 2026-12-31；长期招聘可以不填。"
    return "读不出日期，请写成 2003-12-01 这样。"


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableDate("没有这一天，请核对。") from error


def _month(year: int, month: int, *, last_of_month: bool) -> date:
    if not 1 <= month <= 12 or year not in _YEARS:
        raise UnreadableDate("没有这个月份，请核对。")
    return date(year, month, calendar.monthrange(year, month)[1] if last_of_month else 1)


def _digits_date(match: "re.Match[str]", *, last_of_month: bool) -> date:
    """Return the date of '20261231' or '202612'."""
    if match[3] is None:
        return _month(int(match[1]), int(match[2]), last_of_month=last_of_month)
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _full_year(year: int, *, is_future: bool) -> int:
    """Return the year of two digits: of a closing date in this century, else at most next year."""
    return 2000 + year if is_future or year <= (datetime.now().year + 1) % 100 else 1900 + year  # noqa: DTZ005


def _one_of_orders(first: str, second: str, third: str, *, is_future: bool) -> date:
    """Return the only date that three numbers can be in the orders that people use.

    Raises:
        UnreadableDate: none, or several: '5/8/2026' is 5 August or 8 May.
    """
    if len(first) == 4:
        raise UnreadableDate("没有这一天，请核对。")
    numbers = [int(first), int(second), int(third)]
    orders: Iterable[tuple[int, int, int]]
    if len(third) == 4:
        orders = [(numbers[2], numbers[0], numbers[1]), (numbers[2], numbers[1], numbers[0])]
    elif len(first) <= 2 and len(third) == 2:
        years = [_full_year(number, is_future=is_future) for number in (numbers[0], numbers[2])]
        orders = [
            (years[0], numbers[1], numbers[2]),
            (years[1], numbers[0], numbers[1]),
            (years[1], numbers[1], numbers[0]),
        ]
    else:
        orders = []
    days = {date(*order) for order in orders if _exists(*order)}
    if len(days) == 1:
        return days.pop()
    if days:
        raise UnreadableDate("年、月、日分不清先后，请写成 2003-12-01 这样。", "ambiguous")
    raise UnreadableDate("读不出日期，请写成 2003-12-01 这样。")


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _english_date(match: "re.Match[str]") -> date:
    month = _MONTH_NAMES.get(match[2].casefold())
    day = match[1] or match[3]
    if month is None or day is None or (match[1] and match[3]):
        raise UnreadableDate("读不出日期，请写成 2003-12-01 这样。")
    return _date(int(match[4]), month, int(day))


def _chinese_number(match: "re.Match[str]") -> str:
    """Return digits for '二〇二六' and '三十一'."""
    text = match[0].replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return "".join(str(_NUMERALS[numeral]) for numeral in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str((_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0))
