"""Tests of the dates that people type on sheets: read for certain, or refused with a reason."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from portal.imports.date_parsing import UnreadableDate, read_date
from portal.imports.marked_cells import FORMATTED, PARTIAL_DATE, MarkedCell

UNREADABLE = "读不出日期，请写成 2003-12-01 这样。"
NO_DAY = "没有这一天，请核对。"
NO_MONTH = "没有这个月份，请核对。"
NO_DATE_NUMBER = "这个数字不是日期，请写成 2003-12-01 这样。"
SEVERAL_ORDERS = "年、月、日分不清先后，请写成 2003-12-01 这样。"
YEAR_ALONE = "只写了年份，请写到月或日，例如 2003-12。"
NO_YEAR = "没有写年份，请写成 2003-12-01 这样。"
OPEN_END = "请写具体日期，例如 2026-12-31；长期招聘可以不填。"


@pytest.fixture(autouse=True)
def fixed_day() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 29, 4, tzinfo=UTC)):
        yield


def reason_of(cell: Any, **options: Any) -> tuple[str, str]:
    """Return code and reason of a cell that has to be refused."""
    with pytest.raises(UnreadableDate, match="请") as error:
        read_date(cell, **options)
    return error.value.code, error.value.reason


# --- three numbers in the order of the writer
@pytest.mark.parametrize("text", ["31/5/2026", "5/31/2026", "31.5.2026", "31-5-2026"])
def test_day_and_month_before_the_year_are_told_by_what_is_a_month(text: str) -> None:
    assert read_date(text) == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("99/12/31", date(1999, 12, 31)),
        ("99/1/31", date(1999, 1, 31)),
        ("31/1/99", date(1999, 1, 31)),
        ("1/31/99", date(1999, 1, 31)),
        ("5/5/2026", date(2026, 5, 5)),
        ("12/12/2026", date(2026, 12, 12)),
        ("1/1/2026", date(2026, 1, 1)),
    ],
)
def test_three_numbers_with_one_meaning_are_read(text: str, day: date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize("text", ["5/8/2026", "26/5/31", "1/2/03", "30/6/12"])
def test_three_numbers_with_several_meanings_are_refused(text: str) -> None:
    assert reason_of(text) == ("ambiguous", SEVERAL_ORDERS)


@pytest.mark.parametrize("text", ["13/25/2026", "31/4/2026", "0/5/2026", "5/0/2026", "29/2/2026"])
def test_three_numbers_that_are_no_day_in_any_order_are_refused(text: str) -> None:
    assert reason_of(text) == ("dates", UNREADABLE)


@pytest.mark.parametrize("text", ["115/5/31", "12/13/5", "31/1/8", "5/12/126"])
def test_year_of_one_or_three_digits_is_not_guessed(text: str) -> None:
    """'115/5/31' is a year of the Republic, 2026; taken for two digits it would be 2015."""
    assert reason_of(text) == ("dates", UNREADABLE)


# --- years of two digits
@pytest.mark.parametrize(
    ("text", "start", "closing_day"),
    [
        ("27.1.31", date(2027, 1, 31), date(2027, 1, 31)),
        ("28.1.31", date(1928, 1, 31), date(2028, 1, 31)),
        ("98年12月1日", date(1998, 12, 1), date(2098, 12, 1)),
        ("03.12.01", date(2003, 12, 1), date(2003, 12, 1)),
        ("99/12/31", date(1999, 12, 31), date(2099, 12, 31)),
    ],
)
def test_year_of_two_digits_is_at_most_the_next_one_unless_a_closing_date(
    text: str, start: date, closing_day: date
) -> None:
    assert read_date(text) == start
    assert read_date(text, last_of_month=True) == closing_day


# --- numbers
@pytest.mark.parametrize(
    ("number", "day"),
    [
        (10_000, date(1927, 5, 18)),
        (73_050, date(2099, 12, 31)),
        (45_291.75, date(2023, 12, 31)),
        (2026.12, date(2026, 12, 1)),
        (2026.05, date(2026, 5, 1)),
        (1900.02, date(1900, 2, 1)),
        (2200.02, date(2200, 2, 1)),
        (202_612, date(2026, 12, 1)),
        (20_261_231, date(2026, 12, 31)),
        (19_000_101, date(1900, 1, 1)),
        (22_001_231, date(2200, 12, 31)),
    ],
)
def test_number_is_read_as_serial_number_month_or_eight_digits(number: float, day: date) -> None:
    assert read_date(number) == day


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (0, NO_DATE_NUMBER),
        (9_999, NO_DATE_NUMBER),
        (73_051, NO_DATE_NUMBER),
        (1899.02, NO_DATE_NUMBER),
        (2201.02, NO_DATE_NUMBER),
        (22_010_101, NO_DATE_NUMBER),
        (20_261_231.5, NO_DATE_NUMBER),
        (-45_291, NO_DATE_NUMBER),
        (2026.13, NO_MONTH),
        (2026.123, NO_MONTH),
        (2026.012, NO_MONTH),
        (202_613, NO_MONTH),
        (20_260_230, NO_DAY),
        (True, UNREADABLE),
    ],
)
def test_number_that_is_no_date_is_refused(number: float, reason: str) -> None:
    assert reason_of(number) == ("dates", reason)


def test_number_that_may_have_lost_a_zero_is_refused() -> None:
    code, reason = reason_of(2026.1)
    assert code == "ambiguous"
    assert "请写成 2026-01 或 2026-10" in reason
    assert read_date("2026.1") == date(2026, 1, 1)
    code, reason = reason_of("2026.1", is_typed=False)
    assert code == "ambiguous"
    assert "请写成 2026-01 或 2026-10" in reason
    for text in ("2026-1", "2026年1月"):
        assert read_date(text, is_typed=False) == date(2026, 1, 1)
    assert read_date("2026.2", is_typed=False) == date(2026, 2, 1)


def test_serial_number_counts_from_the_day_that_the_workbook_names() -> None:
    assert read_date(43_829, has_1904_dates=True) == read_date(45_291) == date(2023, 12, 31)


# --- months without a day
@pytest.mark.parametrize("cell", ["2024年2月", "2024-02", "202402", 202_402, 2024.02, "2024年2月份"])
def test_month_is_its_first_day_or_for_a_closing_date_its_last(cell: Any) -> None:
    assert read_date(cell) == date(2024, 2, 1)
    assert read_date(cell, last_of_month=True) == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "1899-12", "2201-01", "202600"])
def test_month_that_does_not_exist_is_refused(text: str) -> None:
    assert reason_of(text) == ("dates", NO_MONTH)


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026年13月1日", "2026/4/31", "20260431", "26.2.29", "2026/1/123"]
)
def test_day_that_does_not_exist_is_refused(text: str) -> None:
    assert reason_of(text) == ("dates", NO_DAY)


# --- text
@pytest.mark.parametrize(
    "text",
    [
        "2026-12-31",
        "２０２６－１２－３１",
        "2026.12.31",
        "2026、12、31",
        "2026 年 12 月 31 号",
        "20261231",
        "46387",
        "2026-12-31 08:30",
        "2026年12月31日下午5点",
        "2026-12-31T17:00",
        "2026年12月31日（星期四）",
        "二〇二六年十二月三十一日",
        "二零二六年十二月卅一日",
        "Dec 31, 2026",
        "31 December 2026",
        "31-dec-2026",
        "December 31st 2026",
    ],
)
def test_ways_of_writing_a_day(text: str) -> None:
    assert read_date(text) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二六年十月十日", date(2026, 10, 10)),
        ("二〇二六年一月二十日", date(2026, 1, 20)),
        ("二〇二六年十一月廿一日", date(2026, 11, 21)),
        ("10000", date(1927, 5, 18)),
        ("73050", date(2099, 12, 31)),
    ],
)
def test_numerals_and_serial_numbers_as_text_are_read(text: str, day: date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    "text", ["截止到2026年12月31日", "2026年12月31日止", "至2026-12-31", "2026年12月底", "2026年12月末截止"]
)
def test_words_around_a_closing_date_are_left_out(text: str) -> None:
    assert read_date(text, last_of_month=True) == date(2026, 12, 31)
    assert reason_of(text) == ("dates", UNREADABLE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026", YEAR_ALONE),
        ("2026年", YEAR_ALONE),
        ("12-31", NO_YEAR),
        ("12月31日", NO_YEAR),
        ("长期有效", UNREADABLE),
        ("去年", UNREADABLE),
        ("09999", UNREADABLE),
        ("73051", UNREADABLE),
        ("Dec 2026", UNREADABLE),
        ("Foo 31, 2026", UNREADABLE),
        ("5 May 6 2026", UNREADABLE),
        ("31 June 2026", NO_DAY),
        ("二〇二六年十二月二三十日", UNREADABLE),
        ("二〇二六年十二月十二三日", UNREADABLE),
        ("2026年12月二三十", UNREADABLE),
    ],
)
def test_text_that_is_no_day_is_refused_with_what_is_missing(text: str, reason: str) -> None:
    assert reason_of(text) == ("dates", reason)


@pytest.mark.parametrize(
    ("text", "reason"), [("长期有效", OPEN_END), ("招满为止", OPEN_END), ("去年", UNREADABLE)]
)
def test_closing_date_that_is_open_is_refused_with_what_to_write(text: str, reason: str) -> None:
    assert reason_of(text, last_of_month=True) == ("dates", reason)


# --- cells that are no text
@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 59), date(2026, 12, 31)),  # noqa: DTZ001
        (MarkedCell(PARTIAL_DATE, "2026年12月", date(2026, 12, 31)), date(2026, 12, 1)),
        (MarkedCell(FORMATTED, "2026-12", date(2026, 12, 31)), date(2026, 12, 31)),
    ],
)
def test_empty_cells_dates_and_marked_cells(cell: Any, day: date | None) -> None:
    assert read_date(cell) == day


def test_partial_date_without_its_year_is_refused() -> None:
    assert reason_of(MarkedCell(PARTIAL_DATE, "12-31", date(2026, 12, 31))) == ("dates", NO_YEAR)


@pytest.mark.parametrize(
    ("cell", "has_1904_dates"),
    [
        (datetime(1899, 12, 30), False),  # noqa: DTZ001
        (date(1899, 12, 31), False),
        (date(1904, 1, 1), True),
    ],
)
def test_day_zero_of_a_workbook_is_no_date(cell: date, has_1904_dates: bool) -> None:
    with pytest.raises(UnreadableDate) as error:
        read_date(cell, has_1904_dates=has_1904_dates)
    assert error.value.code == "dates"


def test_first_year_and_the_epoch_of_other_workbooks_are_dates() -> None:
    assert read_date(datetime(1900, 1, 1, 8)) == date(1900, 1, 1)  # noqa: DTZ001
    assert read_date(date(1904, 1, 1)) == date(1904, 1, 1)
    assert read_date(date(9999, 12, 31)) == date(9999, 12, 31)  # the bounds of its column refuse it
