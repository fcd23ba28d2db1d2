"""Scores of the checker on labelled lines: precision, recall, and how often it blocks rightly and wrongly."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.positions.wording.checker import check
from portal.positions.wording.finding import Finding

LABELS = ("none", "warn", "block")
_COLUMNS = {"text", "label", "category"}
# A cell may hold a text of a megabyte, which the csv module refuses by default.
_MAX_CELL = 16_000_000


class BadFileError(Exception):
    """A file that is no table of labelled lines."""


@dataclass(frozen=True)
class LabelledLine:
    text: str
    label: str  # one of LABELS
    category: str


def read_labelled_lines(path: Path) -> list[LabelledLine]:
    """Return the lines of a CSV file with the columns text, label and category; other labels are skipped.

    Raises:
        BadFileError: the file cannot be read, lacks a column, or has no labelled line.
    """
    limit = csv.field_size_limit(_MAX_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            columns = set(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFileError(f"{path}: {error}") from error
    finally:
        csv.field_size_limit(limit)
    if missing := _COLUMNS - columns:
        raise BadFileError(f"{path}: no column {', '.join(sorted(missing))}")
    lines = [
        LabelledLine(row["text"] or "", label, (row["category"] or "").strip())
        for row in rows
        if (label := (row["label"] or "").strip()) in LABELS
    ]
    if not lines:
        raise BadFileError(f"{path}: no line labelled {', '.join(LABELS)}")
    return lines


def _share(count: int, total: int) -> float:
    return round(count / total, 4) if total else 1.0


def score_lines(
    lines: Iterable[LabelledLine], find: Callable[[str], list[Finding]] = check
) -> dict[str, Any]:
    """Return precision and recall of any finding, block_recall, false_block, and recall by category.

    A violation is a line labelled warn or block. `block_recall` is the share of block lines with a blocking
    finding; `false_block` the share of the other lines with one. A share of nothing is 1.0, or 0.0 for
    `false_block`.
    """
    results = [(line, find(line.text)) for line in lines]
    blocks = [any(finding.is_blocking for finding in findings) for _, findings in results]
    positive = sum(bool(findings) for _, findings in results)
    violations = [(line, findings) for line, findings in results if line.label != "none"]
    right = sum(bool(findings) for _, findings in violations)
    to_block = [blocked for (line, _), blocked in zip(results, blocks, strict=True) if line.label == "block"]
    to_pass = [blocked for (line, _), blocked in zip(results, blocks, strict=True) if line.label != "block"]
    by_category: dict[str, list[bool]] = defaultdict(list)
    for line, findings in violations:
        by_category[line.category].append(bool(findings))
    return {
        "lines": len(results),
        "precision": _share(right, positive),
        "recall": _share(right, len(violations)),
        "block_recall": _share(sum(to_block), len(to_block)),
        "false_block": round(sum(to_pass) / len(to_pass), 4) if to_pass else 0.0,
        "by_category": {
            name: {"lines": len(hits), "recall": _share(sum(hits), len(hits))}
            for name, hits in sorted(by_category.items())
        },
    }
