"""Precision and recall of the reading of requirements against labelled lines.

A predicted fact is right when its kind, its value and its strictness are those of a label of the line that no
other fact has used up. Years: number and strictness; of what they are (`of`) is counted apart. Certificates
and fields of study: names that overlap. Several jobs: that they were seen.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matching.requirements import MANAGEMENT, SAME_WORK, Requirement, read_line
from tests.judgments.corpus import labelled_lines

FOLDER = Path(__file__).parent
_VALUE_KEYS = {"education": "level", "years": "years", "shift": "value", "travel": "value"}
_MIN_OVERLAP = 2


@dataclass
class Score:
    """Counts of facts, by kind: right, predicted in vain, and labelled but not found."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    of_right: int = 0
    of_total: int = 0
    lines: int = 0
    errors: list[str] = field(default_factory=list)

    def precision(self, kind: str = "") -> float:
        """Return the share of the predicted facts that are right, of one kind or of all."""
        return self._share(self.wrong, kind)

    def recall(self, kind: str = "") -> float:
        """Return the share of the labelled facts that are found, of one kind or of all."""
        return self._share(self.missing, kind)

    def _share(self, other: Counter[str], kind: str) -> float:
        right = self.right[kind] if kind else self.right.total()
        rest = other[kind] if kind else other.total()
        return right / (right + rest) if right + rest else 1.0

    @property
    def kinds(self) -> list[str]:
        return sorted({*self.right, *self.wrong, *self.missing})

    def __str__(self) -> str:
        total = self.right.total() + self.missing.total()
        return (
            f"{self.lines} lines, {total} facts: P {self.precision():.3f} R {self.recall():.3f},"
            f" of {self.of_right}/{self.of_total}"
        )

    def by_kind(self) -> str:
        """Return precision and recall of each kind as text."""
        return ", ".join(
            f"{kind} {self.precision(kind):.2f}/{self.recall(kind):.2f}"
            f" ({self.right[kind] + self.missing[kind]})"
            for kind in self.kinds
        )


def _overlap(one: str, other: str) -> bool:
    """Return whether two names share two characters in a row, or one is the other's whole."""
    one, other = one.lower().replace(" ", ""), other.lower().replace(" ", "")
    if min(len(one), len(other)) < _MIN_OVERLAP:
        return one == other
    return any(one[i : i + _MIN_OVERLAP] in other for i in range(len(one) - 1))


def _agree(fact: Requirement, label: dict[str, Any]) -> bool:
    """Return whether a predicted fact is the labelled one."""
    if fact.kind != label["kind"]:
        return False
    if "strict" in label and fact.is_strict != label["strict"]:
        return False
    if fact.kind in ("certificate", "major"):
        return _overlap(str(fact.value), label["name"])
    key = _VALUE_KEYS.get(fact.kind)
    return key is None or key not in label or fact.value == label[key]


def _agree_of(fact: Requirement, label: dict[str, Any]) -> bool:
    """Return whether both say the experience to be of the same thing."""
    classes = (SAME_WORK, MANAGEMENT)
    if fact.of in classes or label["of"] in classes:
        return bool(fact.of == label["of"])
    return _overlap(fact.of, label["of"])


def _rest(fact: Requirement) -> str:
    return f"{fact.kind} {fact.value}{'' if fact.is_strict else ' (preferred)'}"


def score(path: Path, *, only: Collection[str] | None = None) -> Score:
    """Score the reading of the labelled lines of a file.

    Args:
        path: the file of labelled lines.
        only: keys of the lines to score; all if None.

    Raises:
        ValueError: a line in the corpus is not the one that was labelled.
    """
    result = Score()
    for title, line, labels in labelled_lines(path, only=only):
        result.lines += 1
        open_labels = list(labels)
        wrong_facts: list[str] = []
        for fact in read_line(line, title):
            label = next((entry for entry in open_labels if _agree(fact, entry)), None)
            if label is None:
                result.wrong[fact.kind] += 1
                wrong_facts.append(_rest(fact))
                continue
            open_labels.remove(label)
            result.right[fact.kind] += 1
            if fact.kind == "years" and "of" in label:
                result.of_total += 1
                result.of_right += _agree_of(fact, label)
        for label in open_labels:
            result.missing[label["kind"]] += 1
        if wrong_facts or open_labels:
            result.errors.append(f"[{title}] {line}\n    wrong {wrong_facts}, missing {open_labels}")
    return result
