"""Guessing for a year: what it opens, and whom it keeps out."""

import time
from datetime import date, timedelta
from random import Random

import pytest

from portal.accounts import guess_limits
from portal.accounts.guess_counts import DatabaseCounts
from portal.accounts.guess_limits import Limit
from tests.accounts.guessing import DAYS, FIRST_DAY, PHONES, MemoryCounts, Year, run_year
from tests.harness.must import Figure

ATTACKS = {
    "sweep, 1 address": (1, False),
    "sweep, 10,000 addresses": (10_000, False),
    "staff member, 1 address": (1, True),
    "staff member, 10,000 addresses": (10_000, True),
}


@pytest.mark.slow
@pytest.mark.must("hold.6")
def test_a_year_of_guessing_opens_less_than_one_account_and_keeps_nobody_out(figure: Figure) -> None:
    """Each attack runs through all 365 days, one decision of the limiter for each try."""
    years: dict[str, Year] = {}
    for name, (addresses, staff) in ATTACKS.items():
        began = time.process_time()
        year = years[name] = run_year(addresses=addresses, staff=staff)
        figure(
            f"{name}: {year.expected_openings:.5f} opened by {year.guesses:,} guesses"
            f" ({year.short_guesses:,} at six digits) in {time.process_time() - began:.0f} s"
        )
        assert year.guesses > 0, name
        assert year.days == DAYS, name
        assert year.first_tries > 1_000, name
    openings = sum(year.expected_openings for year in years.values())
    figure(
        f"{PHONES:,} phones, {DAYS} days: {openings:.3f} accounts expected to be opened", openings, below=1
    )
    for name, year in years.items():
        words = (
            f"{name}: first tries let in {year.let_in:.2%} of {year.first_tries:,},"
            f" in new browsers {year.new_let_in:.2%} of {year.new_browsers[0]:,}"
        )
        figure(words, year.let_in, at_least=0.99)


def test_without_limits_the_same_attack_opens_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    boundless = Limit(wrong_day=500, wrong_month=15_000, sends_day=100, sends_month=3_000)
    monkeypatch.setattr(guess_limits, "LIMITS", dict.fromkeys(guess_limits.LIMITS, boundless))
    monkeypatch.setattr(guess_limits, "ALARM_WRONG", dict.fromkeys(guess_limits.ALARM_WRONG, 10**9))
    monkeypatch.setattr(guess_limits, "ALARM_SENDS", dict.fromkeys(guess_limits.ALARM_SENDS, 10**9))
    year = run_year(addresses=100, staff=False, days=2)
    per_address_and_day = year.expected_openings / 100 / 2
    assert per_address_and_day * 10_000 * 365 > 100


def test_a_short_attack_stays_within_its_share_of_the_year() -> None:
    year = run_year(addresses=200, staff=False, days=3)
    assert 0 < year.expected_openings * 365 / 3 < 0.5
    assert year.short_guesses <= 3 * (100 + 300)
    assert year.let_in >= 0.99


@pytest.mark.django_db
def test_memory_and_database_keep_the_same_counts() -> None:
    chance, memory, database = Random(6), MemoryCounts(), DatabaseCounts()
    keys, day = ["a", "b", "c"], date(2026, 1, 1)
    for _ in range(60):
        day += timedelta(days=chance.choice((0, 0, 1, 3)))
        sample = chance.sample(keys, 2)
        wrong, sends = chance.randrange(-2, 4), chance.randrange(-2, 4)
        for store in (memory, database):
            store.add(sample, day, wrong=wrong, sends=sends)
        read = [store.read(keys, day) for store in (memory, database)]
        assert {key: read[0][key] for key in read[0] if any(_numbers(read[0][key]))} == {
            key: read[1][key] for key in read[1] if any(_numbers(read[1][key]))
        }
    assert day > FIRST_DAY + timedelta(days=guess_limits.MONTH_DAYS)


def _numbers(counts: guess_limits.Counts) -> tuple[int, ...]:
    return (counts.wrong_day, counts.wrong_month, counts.sends_day, counts.sends_month)
