"""What the checker says about one phrase, and the text with that phrase relaxed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"


class Category(StrEnum):
    """What a phrase limits or asks for; each has its section in rules/*.toml."""

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
    SECRET = "secret"  # noqa: S105 - of a military kind


@dataclass(frozen=True, slots=True)
class Finding:
    """One marked phrase: `text` stands at [start, end) of what was checked."""

    start: int
    end: int
    text: str
    category: Category
    severity: Severity
    label: str  # the category in Chinese
    law: str  # its name only
    advice: str  # what to write instead, in a sentence
    relaxed: str  # what may stand in the phrase's place; empty: leave it out
    excusable: bool  # may stand when a legal basis is written and two reviewers agree

    @property
    def blocks(self) -> bool:
        return self.severity == Severity.BLOCK


_MARKS = "，,、；;"


def relax(text: str, finding: Finding) -> str:
    """`text` with the phrase of `finding` replaced by what may stand there; no mark is left hanging."""
    before, after = text[: finding.start], text[finding.end :]
    if finding.relaxed:
        return before + finding.relaxed + after
    if after[:1] and after[0] in _MARKS and (not before.strip() or before[-1] in _MARKS + "。：:\n（("):
        after = after[1:].lstrip()
    elif before and before[-1] in _MARKS and (not after or after[0] in "。；;\n）)"):
        before = before[:-1]
    # An item of a list that says nothing any more is no item.
    return re.sub(r"(?m)^[ \t]*\d{1,2}[、.．)）]?[ \t]*[。；;]?[ \t]*$\n?", "", before + after)


def relax_all(text: str, findings: Iterable[Finding]) -> str:
    """`text` with every finding relaxed."""
    said: set[str] = set()
    for finding in sorted(findings, key=lambda f: f.start, reverse=True):
        text = relax(text, finding)
        said.add(finding.relaxed)
    # '男女不限，男女不限' says it once.
    for words in said - {""}:
        text = re.sub(rf"({re.escape(words)})(?:[，、,；]\1)+", r"\1", text)
    return text
