"""Limits of public figures: nobody is counted below the county, nor by branch, rank or year of discharge."""

from dataclasses import fields

import pytest

from portal.reports import open_statistics, public_totals
from portal.reports.report_filter import COUNTY_CODE_LENGTH

# Counts of people that are published for the whole city only.
PEOPLE = {"confirmed_intentions", "onboarded"}


@pytest.mark.must("hold.7")
def test_public_cells_count_positions_and_no_people() -> None:
    cells = {field.name for field in fields(open_statistics.OpenCell)}
    assert cells == {"code", "name", "positions", "headcount"}
    parts = {field.name for field in fields(open_statistics.OpenStatistics)}
    assert parts == {"as_of", "figures", "counties", "occupations"}
    assert COUNTY_CODE_LENGTH == 6  # a town has nine digits


def test_public_counts_of_people_are_suppressed_when_small() -> None:
    totals = {field.name for field in fields(public_totals.PortalTotals)}
    assert totals >= PEOPLE
    assert public_totals.suppress_small_count(public_totals.MIN_PUBLISHED_COUNT - 1) is None
    assert public_totals.MIN_PUBLISHED_COUNT >= 5
