"""Number formats of cells, where they show less or more than the value."""

import re
from datetime import date, datetime
from typing import Any

from portal.imports.marked_cells import FORMATTED, PARTIAL_DATE, MarkedCell

# Formats that a file need not define (ECMA-376, 18.8.30; from 27 on as Chinese programs show them).
_BUILT_IN = {
    2: "0.00", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "yyyy/m/d h:mm",
    27: "yyyy年m月", 28: "m月d日", 29: "m月d日", 30: "m-d-yy", 31: "yyyy年m月d日", 36: "yyyy年m月",
    50: "yyyy年m月", 51: "m月d日", 52: "yyyy年m月", 53: "m月d日", 54: "m月d日", 57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|!.')
_FIXED_PATTERN = re.compile(r"(0*)(?:\.(0+))?")
MONTH, DAY_OF_YEAR, FIXED_DIGITS = "month", "day_of_year", "fixed"


def format_class(code: str) -> str:
    """Return what is special about a number format, or ''.

    MONTH shows year and month, DAY_OF_YEAR month and day, FIXED more digits than the number may have.
    """
    pattern = code.split(";", 1)[0]
    plain = _LITERAL.sub("", pattern).casefold().strip()
    if plain.replace("0", "").replace(".", "") == "":
        return FIXED_DIGITS if len(plain) > 1 else ""
    has_year, has_day = "y" in plain or "e" in plain.replace("general", ""), "d" in plain
    if re.search(r"[hs]|am/pm", plain) and not (has_year or has_day):
        return ""
    if has_year and "m" in plain and not has_day:
        return MONTH
    return DAY_OF_YEAR if has_day and "m" in plain and not has_year else ""


def built_in_format(number: int) -> str:
    """Return the code of a built-in number format; '' for those that are not special."""
    return _BUILT_IN.get(number, "")


def mark_number(value: float, code: str) -> Any:
    """Return the number; marked where the format shows more digits: 2.1 by '0.00', 7 by '000'."""
    if format_class(code) != FIXED_DIGITS:
        return value
    match = _FIXED_PATTERN.search(_LITERAL.sub("", code.split(";", 1)[0]))
    whole, decimals = (match[1], match[2] or "") if match else ("0", "")
    width = len(whole) + (len(decimals) + 1 if decimals else 0)
    text = f"{value:0{width}.{len(decimals)}f}"
    return value if text == f"{value:.15g}" else MarkedCell(FORMATTED, text, value)


def mark_date(moment: date | datetime, code: str) -> Any:
    """Return the date, without a time of midnight; marked where the format hides its day or its year."""
    kind = format_class(code)
    if kind == MONTH:
        return MarkedCell(PARTIAL_DATE, f"{moment.year}年{moment.month}月", moment)
    if kind == DAY_OF_YEAR:
        return MarkedCell(PARTIAL_DATE, f"{moment.month}月{moment.day}日", moment)
    return to_day(moment)


def to_day(moment: date | datetime) -> date | datetime:
    """Return a moment at midnight as a date."""
    is_midnight = isinstance(moment, datetime) and not (moment.hour or moment.minute or moment.second)
    return date(moment.year, moment.month, moment.day) if is_midnight else moment
