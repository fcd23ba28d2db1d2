"""Folding of text: what is dropped and kept, which spellings are one, which numbers and dates are refused."""

import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.text_folding import (
    MAX_BIGINT,
    display_line,
    display_name,
    display_paragraphs,
    fold_code,
    fold_digits,
    fold_key,
    fold_name,
    fold_phone,
    fold_words,
    is_digits,
    parse_day,
    parse_decimal,
    parse_integer,
    visible_text,
)

FUNCTIONS: tuple[Callable[[str], str], ...] = (
    visible_text,
    display_line,
    display_paragraphs,
    display_name,
    fold_words,
    fold_key,
    fold_name,
    fold_digits,
    fold_code,
    fold_phone,
)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
# What DerivedCoreProperties.txt lists as Default_Ignorable_Code_Point, and a space without ink.
IGNORABLE = (
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xFFF0, 0xFFF9),
    *range(0x1BCA0, 0x1BCA4),
    *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE1000),
)
ZEROS = [code for code in range(sys.maxunicode) if unicodedata.decimal(chr(code), -1) == 0]
NONCHARACTERS = (
    *range(0xFDD0, 0xFDF0),
    *(p + n for p in range(0, 0x110000, 0x10000) for n in (0xFFFE, 0xFFFF)),
)


def test_no_format_control_surrogate_or_noncharacter_stays() -> None:
    survivors = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"} and visible_text(f"a{chr(code)}b") != "ab"
    }
    # Line breaks of five kinds become one; a tab is white space.
    assert survivors == {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85}
    assert {visible_text(chr(code)) for code in survivors} == {"\t", "\n"}
    assert not [hex(code) for code in (*IGNORABLE, *NONCHARACTERS) if visible_text(chr(code))]


def test_visible_letters_and_private_use_stay() -> None:
    losses = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code))[0] in "LNPSM"
        and code not in IGNORABLE
        and code not in {0x2800, 0xFFFC}
        and visible_text(chr(code)) != chr(code)
    ]
    assert losses == []
    assert visible_text("\ue863王\ufa0e\U0002a6d6") == "\ue863王\ufa0e\U0002a6d6"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    for function in FUNCTIONS:
        once = function(text)
        assert function(once) == once, function.__name__


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT)
def test_folded_text_can_be_stored_and_sent(text: str) -> None:
    for function in FUNCTIONS:
        result = function(text)
        result.encode()
        assert not any(unicodedata.category(c) in {"Cf", "Cs"} for c in result), function.__name__
        assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in result), function.__name__
        assert not any(ord(c) in NONCHARACTERS for c in result), function.__name__


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.sampled_from("张三 Ab9·,，。（")),
    st.sampled_from([chr(code) for code in (*IGNORABLE, *NONCHARACTERS)]),
    st.integers(0, 20),
)
def test_invisible_character_anywhere_changes_nothing(text: str, invisible: str, at: int) -> None:
    for function in FUNCTIONS:
        assert function(text[:at] + invisible + text[at:]) == function(text), function.__name__


@pytest.mark.parametrize(
    "invisible", ["\u3164", "\u200b\u200d", "\u2800", "\u3000", "\u202e", "\ufe0f", "\x00", "\U000e0041"]
)
def test_text_that_nobody_sees_is_empty(invisible: str) -> None:
    assert {function(invisible) for function in (display_line, display_paragraphs, display_name)} == {""}
    assert {fold_words(invisible), fold_key(invisible), fold_name(invisible)} == {""}


def test_lines_and_paragraphs_keep_what_was_typed() -> None:
    assert display_line(" 招聘（电工）：\t２名\r\n包吃 ") == "招聘（电工）： ２名 包吃"
    assert (
        display_paragraphs("\r\n　　一、电工\xa0 \r二、焊工\u2028\u2028三、\ufeff钳工\n")
        == "一、电工\n二、焊工\n\n三、钳工"
    )
    assert display_paragraphs("工资\n　　六千") == "工资\n　　六千"


@pytest.mark.parametrize("dot", "·・•‧∙⋅･.．﹒")
def test_middle_dots_make_one_name(dot: str) -> None:
    assert fold_name(f"买买提{dot}艾力") == "买买提·艾力"
    assert display_name(f"买买提{dot}艾力") == f"买买提{dot}艾力"


@pytest.mark.parametrize(
    "name", ["张三", "张　三", " 张 三 ", "张\u200b三", "张\u3000\xa0三", "\u202e张三\u202c"]
)
def test_spaces_in_a_name_are_no_other_person(name: str) -> None:
    assert fold_name(name) == "张三"


def test_display_of_a_name_keeps_width_and_rare_characters() -> None:
    assert display_name("\u200f张　\ufa0e\n") == "张　\ufa0e"
    assert display_name("Ａｎｎａ ・ 李") == "Ａｎｎａ ・ 李"
    assert fold_name("Ａｎｎａ ・ 李") == fold_name("anna·李") == "anna·李"
    assert fold_name("德华.刘") == "德华·刘"
    assert fold_name("No.1") == "no.1"


@pytest.mark.parametrize(
    "spelling",
    [
        "13812345678",
        "１３８１２３４５６７８",
        "138 1234 5678",
        "138-1234-5678",
        "138－1234–5678",
        "+86 138 1234 5678",
        "0086 13812345678",
        "(+86)138.1234.5678",
        "8613812345678",
        "１３８　１２３４　５６７８",
        "\u202d13812345678\u202c",
        "١٣٨١٢٣٤٥٦٧٨",
        "१३८१२३४५६७८",
        "𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖",
        "138\u200b1234\xad5678",
    ],
)
def test_spellings_of_a_phone_are_one(spelling: str) -> None:
    assert fold_phone(spelling) == "13812345678"


@pytest.mark.parametrize(
    "spelling",
    ["1381234567²", "①3812345678", "13812345678转2", "13812345678/13912345678", "861234", "l3812345678"],
)
def test_other_than_a_phone_stays_other(spelling: str) -> None:
    assert not is_digits(fold_phone(spelling)) or len(fold_phone(spelling)) != 11


def test_codes_are_upper_case_without_spaces_and_dashes() -> None:
    assert fold_code("'44070519850101001x ") == "44070519850101001X"
    assert fold_code("４４０７０５ １９８５０１０１ ００１ｘ") == "44070519850101001X"
    assert fold_code("91440700－ma4u 1abc2d") == "91440700MA4U1ABC2D"
    assert fold_code("12²") == "12²"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.data())
def test_digits_of_every_script_are_the_same_digits(digits: list[int], data: st.DataObject) -> None:
    spelling = "".join(chr(data.draw(st.sampled_from(ZEROS)) + digit) for digit in digits)
    plain = "".join(map(str, digits))
    assert fold_digits(spelling) == fold_code(spelling) == plain
    assert parse_integer(spelling) == int(plain)


def _code_of(call: Callable[..., Any], *args: Any, **limits: Any) -> str:
    with pytest.raises(ValidationError) as error_info:
        call(*args, **limits)
    assert error_info.value.messages[0].isprintable()
    assert error_info.value.code
    return str(error_info.value.code)


@pytest.mark.parametrize(
    "spelling", ["²", "①", "Ⅷ", "½", "", " ", "1.5", "1e9", "0x10", "1_000", "--1", "十", "9" * 5000, "NaN"]
)
def test_other_than_a_whole_number_is_refused(spelling: str) -> None:
    assert _code_of(parse_integer, spelling) == "integer"


def test_numbers_past_the_bounds_are_refused() -> None:
    assert parse_integer(str(MAX_BIGINT)) == MAX_BIGINT
    assert _code_of(parse_integer, str(2**63)) == "too_large"
    assert _code_of(parse_integer, "-1") == "too_small"
    assert parse_integer("－1", minimum=-5) == -1
    assert _code_of(parse_integer, "13", maximum=12) == "too_large"
    assert parse_decimal("６０００．50") == Decimal("6000.50")
    assert [_code_of(parse_decimal, text) for text in ("1e3", "NaN", "²", "Infinity", "-0.01")] == [
        *["number"] * 4,
        "too_small",
    ]


@pytest.mark.parametrize(
    "spelling",
    [
        "2026-06-30",
        "２０２６－０６－３０",
        "2026年6月30日",
        "2026/6/30",
        "2026.06.30",
        "20260630",
        " 2026 - 06 - 30 ",
    ],
)
def test_spellings_of_a_day_are_one(spelling: str) -> None:
    assert parse_day(spelling) == date(2026, 6, 30)


def test_other_than_a_day_is_refused() -> None:
    for spelling in (
        "",
        "2026-02-30",
        "2026-06",
        "2026-6/30",
        "²026-06-30",
        "0000-01-01",
        "30.6.2026",
        "now",
    ):
        assert _code_of(parse_day, spelling) == "date", spelling
    for spelling in ("0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01"):
        assert _code_of(parse_day, spelling) == "date_range", spelling
    assert _code_of(parse_day, "2026-06-30", latest=date(2026, 6, 29)) == "date_range"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT)
def test_parsers_answer_or_refuse_any_text(text: str) -> None:
    for parse in (parse_integer, parse_decimal, parse_day):
        try:
            parse(text)
        except ValidationError:
            continue
