"""Finding of the wording checker about one phrase, and its replacement in the text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"


class Category(StrEnum):
    """Kinds of unlawful or discouraged phrases; each has a section in rules/*.toml."""

    SEX = "sex"
    AGE = "age"
    FAMILY = "family"
    HOUSEHOLD = "household"
    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    ILLNESS = "illness"
    DISABILITY = "disability"
    BODY = "body"
    ORIGIN = "origin"
    FEE = "fee"
    DOCUMENTS = "documents"
    LOAN = "loan"
    PYRAMID = "pyramid"
    LURE = "lure"
    PAY = "pay"
    CONTACT = "contact"
    IDENTITY = "identity"
    SECRET = "secret"  # noqa: S105 - military secrets, no password
    LENGTH = "length"  # the rest of a text that is too long to be read


@dataclass(frozen=True, slots=True)
class Finding:
    """A phrase of the checked text: `text` is at [start, end)."""

    start: int
    end: int
    text: str
    category: Category
    severity: Severity
    label: str  # Chinese name of the category
    law: str  # name of the law
    advice: str  # a sentence: what to write instead
    replacement: str  # lawful replacement; empty: delete the phrase
    excusable: bool  # allowed with a legal basis and the consent of two reviewers

    def overlaps(self, other: "Finding") -> bool:
        """Return whether both are of one category and share a character."""
        return self.category == other.category and self.start < other.end and other.start < self.end

    @property
    def is_blocking(self) -> bool:
        return self.severity == Severity.BLOCK


_SEPARATORS = "，,、；;"


def relax(text: str, finding: Finding) -> str:
    """Return `text` with the phrase of `finding` replaced or deleted, without a stray separator."""
    before, after = text[: finding.start], text[finding.end :]
    if finding.replacement:
        return before + finding.replacement + after
    if (
        after[:1]
        and after[0] in _SEPARATORS
        and (not before.strip() or before[-1] in _SEPARATORS + "。：:\n（(")
    ):
        after = after[1:].lstrip()
    elif before and before[-1] in _SEPARATORS and (not after or after[0] in "。；;\n）)"):
        before = before[:-1]
    # Delete a list item of which only its number is left.
    return re.sub(r"(?m)^[ \t]*\d{1,2}[、.．)）]?[ \t]*[。；;]?[ \t]*$\n?", "", before + after)


def relax_all(text: str, findings: Iterable[Finding]) -> str:
    """Return `text` with every finding replaced or deleted."""
    replacements: set[str] = set()
    for finding in sorted(findings, key=lambda f: f.start, reverse=True):
        text = relax(text, finding)
        replacements.add(finding.replacement)
    # Collapse repeats: '男女不限，男女不限'.
    for words in replacements - {""}:
        text = re.sub(rf"({re.escape(words)})(?:[，、,；]\1)+", r"\1", text)
    return text
