"""Precision and recall of the checker over labelled lines.

The lines of labelled.csv are written for this test after real advertisements. `expected` holds the categories
that a person finds in a line; a category with a question mark counts neither way. The rules were developed on
the `dev` lines. The others were labelled first, measured once, and then used to improve the rules: `held` P
0.979 R 0.888; `fresh` P 0.983 R 0.814; `last`, written to evade the rules, P 0.966 R 0.583; `clerk` P 0.976 R
0.650 (0.672 after four of its labels were made to agree with older ones); `second`, when the rules were
mended on `clerk`, P 0.942 R 0.721 (with the rules before that: P 0.921 R 0.515). So the printed figures are
those of fitted rules; on new texts expect few false alarms and one in four findings missed.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from portal.positions.wording import check

FILE = Path(__file__).with_name("labelled.csv")


@dataclass(frozen=True)
class Line:
    half: str
    text: str
    must: frozenset[str]
    may: frozenset[str]


@dataclass
class Count:
    right: int = 0
    wrong: int = 0
    misses: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.misses) if self.right + self.misses else 1.0

    def __str__(self) -> str:
        return f"P {self.precision:.3f} R {self.recall:.3f}"


def lines(half: str = "") -> list[Line]:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if half in {"", row["half"]}]
    labelled_lines = []
    for row in rows:
        words = row["expected"].split()
        labelled_lines.append(
            Line(
                row["half"],
                row["text"],
                frozenset(word for word in words if not word.endswith("?")),
                frozenset(word.rstrip("?") for word in words),
            )
        )
    return labelled_lines


def measure(labelled: list[Line]) -> tuple[Count, dict[str, Count], list[str]]:
    """Return the counts over all, the counts by category, and a text for each wrong line."""
    total, by_category = Count(), defaultdict[str, Count](Count)
    errors: list[str] = []
    for line in labelled:
        categories = {str(finding.category) for finding in check(line.text)}
        for category in categories | line.must:
            for count in (total, by_category[category]):
                count.right += category in categories & line.must
                count.wrong += category in categories - line.may
                count.misses += category in line.must - categories
        if categories - line.may or line.must - categories:
            errors.append(
                f"{line.text}: wrong {sorted(categories - line.may)}, missed {sorted(line.must - categories)}"
            )
    return total, dict(by_category), errors
