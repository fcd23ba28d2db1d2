"""Committed reports of hold.11: mutants of the domain code, and must tests with a spoiled figure."""

import csv
from collections import Counter
from functools import cache

import pytest

from tests.harness import spoil
from tests.harness.must import Figure
from tests.house.source import ROOT
from tests.mutation.mutants import function_hashes

REPORT = ROOT / "docs/reviews/hold-11.csv"
OUTCOMES = {"killed", "timeout", "survived"}
# Itself: without the ledger that it is to help to write, it has nothing to read.
NOT_SPOILED = "tests/mutation/test_reports.py::test_every_must_test_fails_when_its_figure_is_spoiled"


@pytest.mark.slow
@pytest.mark.must("hold.11")
def test_mutants_are_killed_and_survivors_explained(figure: Figure) -> None:
    """`make mutate` is run apart from `make must`: it takes an hour."""
    assert REPORT.exists(), "no report: make mutate SEED=1 COUNT=120"
    with REPORT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["outcome"] for row in rows} <= OUTCOMES
    outcomes = Counter(row["outcome"] for row in rows)
    hashes = cache(function_hashes)
    current = [
        row
        for row in rows
        if (ROOT / row["path"]).exists() and row["sha256"] in hashes(row["path"]).get(row["function"], set())
    ]
    silent = [
        f"{row['path']}:{row['line']} {row['function']}: {row['original']} -> {row['mutated']}"
        for row in rows
        if row["outcome"] == "survived" and not row["note"].strip()
    ]
    killed_share = 1 - outcomes["survived"] / max(len(rows), 1)
    current_share = len(current) / max(len(rows), 1)
    figure(f"{len(rows)} mutants", len(rows), at_least=120)
    figure(f"{killed_share:.1%} killed, {outcomes['timeout']} of them endless", killed_share, at_least=0.92)
    figure(f"{outcomes['survived']} survivors, {len(silent)} without a note", len(silent), at_most=0)
    figure(f"{current_share:.1%} of their functions as they are", current_share, at_least=0.9)
    assert len({(row["path"], row["function"]) for row in rows}) >= 0.98 * len(rows)
    assert all(row["killing_test"] for row in rows if row["outcome"] != "survived")


@pytest.mark.slow
@pytest.mark.must("hold.11")
def test_every_must_test_fails_when_its_figure_is_spoiled(figure: Figure) -> None:
    """The ledger is written by `python -m tests.harness.spoil hold`; a note says why a test cannot fail."""
    ledger = spoil.read_ledger()
    tests = {test: sha for test, sha in spoil.must_tests("hold").items() if test != NOT_SPOILED}
    missing = sorted(set(tests) - set(ledger))
    assert not missing, "not spoiled yet:\n" + "\n".join(missing)
    wrong = [
        f"{ledger[test]['outcome']}: {test}"
        for test in tests
        if ledger[test]["outcome"] != spoil.FAILS and not ledger[test]["note"].strip()
    ]
    sensitive_tests = [test for test in tests if ledger[test]["outcome"] == spoil.FAILS]
    current = [test for test, sha in tests.items() if ledger[test]["sha256"] == sha]
    assert not wrong, "\n".join(wrong)
    share = len(sensitive_tests) / len(tests)
    figure(
        f"{len(sensitive_tests)} of {len(tests)} must tests of hold fail when spoiled", share, at_least=0.95
    )
    share = len(current) / len(tests)
    figure(f"{share:.1%} of them as they were", share, at_least=0.9)
