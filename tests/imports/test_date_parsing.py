"""Tests of the dates that people type on sheets: read for certain, or refused with a reason."""

from datetime import date

import pytest

from portal.imports.date_parsing import UnreadableDate, read_date


@pytest.mark.parametrize("text", ["31/5/2026", "5/31/2026", "31.5.2026", "31-5-2026"])
def test_day_and_month_before_the_year_are_told_by_what_is_a_month(text: str) -> None:
    assert read_date(text) == date(2026, 5, 31)


@pytest.mark.parametrize("text", ["13/25/2026", "31/4/2026", "0/5/2026", "5/0/2026", "29/2/2026"])
def test_three_numbers_that_are_no_day_in_any_order_are_refused(text: str) -> None:
    with pytest.raises(UnreadableDate) as error:
        read_date(text)
    assert (error.value.code, error.value.reason) == ("dates", "读不出日期，请写成 2003-12-01 这样。")


@pytest.mark.parametrize("text", ["115/5/31", "12/13/5", "31/1/8", "5/12/126"])
def test_year_of_one_or_three_digits_is_not_guessed(text: str) -> None:
    """'115/5/31' is a year of the Republic, 2026; taken for two digits it would be 2015."""
    with pytest.raises(UnreadableDate, match="读不出日期"):
        read_date(text)
