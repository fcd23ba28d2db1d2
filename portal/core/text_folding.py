"""Folding of text that people type, before it is checked, hashed, compared or stored.

Three depths. `visible_*` and `display_*` keep what was typed but for characters that nobody sees. `fold_*`
return the one spelling that is compared, hashed or looked up. `parse_*` return numbers and dates within
bounds, or raise a ValidationError in Chinese.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError

MAX_BIGINT = 2**63 - 1  # largest integer that both databases store
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2199, 12, 31)

# Controls, formats (bidirectional, zero width, tags), default-ignorable characters, surrogates and
# non-characters. Tab, line feed, carriage return and private use (rare characters of names) stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffc\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    + "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK = "\u2800"  # a braille cell without dots looks like a space
_ODD_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u2800]")
_SPACES = re.compile(r"[\s\u2800]+")
# Dots that people type between the parts of a name: 买买提·艾力.
_MIDDLE_DOTS = re.compile(
    "[\xb7\u0387\u16eb\u2022\u2027\u2218\u2219\u22c5\u2981\u2e30\u2e31\u2e33\u30fb\uff65\uff0e.]"
)
# What NFKC would turn into digits although it is another sign: ², ①, Ⅷ, ㊿.
_SIGN_CATEGORIES = frozenset({"No", "Nl"})
_PHONE_SEPARATORS = re.compile(r"[().]")
_COUNTRY_CODE = re.compile(r"(?:\+|00)?86(?=1[0-9]{10}$)")
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))"
)


def visible_text(text: str) -> str:
    """Return the text without characters that nobody sees; every line break becomes a line feed."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", _LINE_BREAK.sub("\n", text))


def display_line(text: str) -> str:
    """Return one visible line, as typed, with single spaces where there were any white space."""
    return _SPACES.sub(" ", visible_text(text)).strip()


def display_paragraphs(text: str) -> str:
    """Return visible paragraphs, as typed; ideographic spaces that indent a line stay."""
    lines = _ODD_SPACE.sub(" ", visible_text(text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def display_name(text: str) -> str:
    """Return a name as typed: its characters, dots, spaces and their width stay."""
    name = visible_text(text).replace(_BLANK, " ").strip()
    return re.sub(r"[\n\t]+", " ", name)


def fold_words(text: str) -> str:
    """Return the visible text in compatibility form (NFKC) with single spaces, as search boxes need it."""
    return display_line(unicodedata.normalize("NFKC", visible_text(text)))


def fold_key(text: str) -> str:
    """Return the text by which two spellings are compared: half width, without case and without spaces."""
    return _without_case(_SPACES.sub("", fold_words(text)))


def _without_case(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def fold_name(text: str) -> str:
    """Return the key of a name: without spaces, case and width, with one middle dot between its parts.

    A full stop counts as a dot only beside other than digits and Latin letters ('艾力.买买提', not 'No.1').
    """
    name = fold_key(text)
    return re.sub("·+", "·", _MIDDLE_DOTS.sub(_fold_dot, name)).strip("·")


def _fold_dot(match: "re.Match[str]") -> str:
    if match[0] != ".":
        return "·"
    around = (
        match.string[max(match.start() - 1, 0) : match.start()] + match.string[match.end() : match.end() + 1]
    )
    return "." if around.isascii() else "·"


def fold_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as 0-9 and other characters in half width.

    Signs such as '²' and '①' stay what they are, so that a check of digits refuses them.
    """
    if text.isascii():
        return visible_text(text)
    return "".join(map(_fold_character, visible_text(text)))


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in _SIGN_CATEGORIES:
        return character
    return "-" if category == "Pd" else unicodedata.normalize("NFKC", character)


def fold_code(text: str) -> str:
    """Return a code (ID number, credit code, ticket) in upper case without spaces and dashes."""
    return (
        _SPACES.sub("", fold_digits(text)).replace("-", "").replace("\N{MINUS SIGN}", "").strip("'").upper()
    )


def fold_phone(text: str) -> str:
    """Return a phone number without separators and country code: '+86 138-1234 5678' -> '13812345678'.

    Anything else stays, so that a check refuses it.
    """
    return _COUNTRY_CODE.sub("", _PHONE_SEPARATORS.sub("", fold_code(text)))


def is_digits(text: str) -> bool:
    """Return whether the text is one or more of the digits 0-9 and nothing else."""
    return text.isascii() and text.isdigit()


def parse_integer(text: str, *, minimum: int = 0, maximum: int = MAX_BIGINT) -> int:
    """Return the whole number that people typed, in digits of any script.

    Raises:
        ValidationError: `integer` for other than a whole number, `too_small`, `too_large`.
    """
    digits = _SPACES.sub("", fold_digits(text))
    if not _INTEGER.fullmatch(digits):
        raise ValidationError("请填写整数。", code="integer")
    return check_size(int(digits), minimum, maximum)


def parse_decimal(text: str, *, minimum: int = 0, maximum: int = MAX_BIGINT) -> Decimal:
    """Return the number that people typed; neither exponents nor 'NaN' are numbers.

    Raises:
        ValidationError: `number`, `too_small`, `too_large`.
    """
    digits = _SPACES.sub("", fold_digits(text))
    if not _DECIMAL.fullmatch(digits):
        raise ValidationError("请填写数字。", code="number")
    return check_size(Decimal(digits), minimum, maximum)


_Number = TypeVar("_Number", bound=int | float | Decimal)


def check_size(value: _Number, minimum: int, maximum: int) -> _Number:
    """Return the number if it lies within the limits.

    Raises:
        ValidationError: `too_small`, `too_large`.
    """
    if value < minimum:
        raise ValidationError("不能小于 %(limit)s。", code="too_small", params={"limit": minimum})
    if value > maximum:
        raise ValidationError("不能大于 %(limit)s。", code="too_large", params={"limit": maximum})
    return value


def parse_day(text: str, *, earliest: date = EARLIEST_DAY, latest: date = LATEST_DAY) -> date:
    """Return the date that people typed.

    '2026-11-29', '2026/11/29', '2026.11.29', '2026年11月29日' and '20261129' are one day.

    Raises:
        ValidationError: `date` for other than a date, `date_range` for one outside the limits.
    """
    match = _DAY.fullmatch(_SPACES.sub("", fold_digits(text)))
    numbers = [int(group) for group in match.groups() if group] if match else []
    try:
        day = date(*numbers)
    except (TypeError, ValueError) as error:
        raise ValidationError("请填写日期，例如 2026-06-30。", code="date") from error
    return check_day(day, earliest=earliest, latest=latest)


def check_day(day: date, *, earliest: date = EARLIEST_DAY, latest: date = LATEST_DAY) -> date:
    """Return the date if it lies within the limits.

    Raises:
        ValidationError: `date_range`.
    """
    if not earliest <= day <= latest:
        raise ValidationError(
            "日期应在 %(earliest)s 至 %(latest)s 之间。",
            code="date_range",
            params={"earliest": earliest.isoformat(), "latest": latest.isoformat()},
        )
    return day
