"""Ledgers in docs/reviews: earlier parts after the renaming, and what a fresh reader found."""

import csv
import hashlib
import subprocess
from collections.abc import Callable

import pytest

from tests.harness.must import requirements
from tests.house.source import ROOT

EARLIER_PARTS = ("walks", "files", "matching", "posts", "tracking")
RENAMING = "b7dca72"  # the first commit of the renaming


def _ledger(name: str) -> list[dict[str, str]]:
    with (ROOT / "docs/reviews" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.must("house.1")
@pytest.mark.slow  # the ledger is written after `make must` of each earlier part, which takes two hours
def test_earlier_parts_were_green_after_the_renaming(figure: Callable[[str], None]) -> None:
    rows = _ledger("house-1.csv")
    required_lines = {
        f"{part}.{i}" for part in EARLIER_PARTS for i, _ in enumerate(requirements()[part], start=1)
    }
    passed_lines = {row["line"] for row in rows if row["outcome"] == "passed"}
    figure(f"{len(passed_lines & required_lines)} of {len(required_lines)} lines of earlier parts passed")
    assert required_lines - passed_lines == set()
    for row in rows:
        is_later = subprocess.run(
            ["git", "merge-base", "--is-ancestor", RENAMING, row["commit"]], cwd=ROOT, check=False
        )
        assert is_later.returncode == 0, f"{row['line']}: {row['commit']} is older than the renaming"


@pytest.mark.must("house.4")
@pytest.mark.slow
def test_fresh_reader_found_nine_of_ten_places(figure: Callable[[str], None]) -> None:
    rows = _ledger("house-4.csv")
    rounds = sorted({row["round"] for row in rows})
    latest = [row for row in rows if row["round"] == rounds[-1]]
    right = [row for row in latest if row["verdict"] == "right"]
    figure(f"a fresh reader found {len(right)} of {len(latest)} places at the first guess")
    for row in rows:
        item = f"{row['change']}\n{row['place']}".encode()
        assert hashlib.sha256(item).hexdigest()[:16] == row["sha256"], f"changed since: {row['change']}"
    for row in latest:
        assert (ROOT / row["place"]).exists(), row["place"]
    assert len(latest) >= 10
    assert len(right) >= 9
