"""What the wording checker finds, as pages show it: the text in pieces, each marked phrase beside its law."""

from dataclasses import dataclass
from typing import Any

from portal.positions.wording import Finding, check, relax

# The field that a person writes freely -> how the page calls it.
FIELDS = {
    "title": "岗位名称",
    "duties": "岗位职责",
    "requirements": "任职要求",
    "relaxable": "可放宽项",
    "address": "工作地址",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text; `severity` is empty where nothing was found."""

    text: str
    severity: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A finding, and the whole text as it would read relaxed."""

    finding: Finding
    relaxed: str


def pieces(text: str, findings: list[Finding]) -> list[Piece]:
    """`text` cut at its findings; where two overlap the first one is marked."""
    cut, place = [], 0
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if finding.start < place:
            continue
        if finding.start > place:
            cut.append(Piece(text[place : finding.start]))
        cut.append(Piece(finding.text, str(finding.severity), finding.label))
        place = finding.end
    if place < len(text):
        cut.append(Piece(text[place:]))
    return cut


def panel(field: str, text: str, *, basis: str = "") -> dict[str, Any]:
    """What employer/positions/_wording.html shows under one field."""
    findings = check(text)
    return {
        "field": field,
        "pieces": pieces(text, findings) if findings else [],
        "offers": [Offer(finding, relax(text, finding)) for finding in findings],
        "has_basis": bool(basis.strip()),
    }


def relaxed(text: str, start: int) -> str:
    """`text` with the finding that begins at `start` relaxed; as it is where there is none any more."""
    found = next((finding for finding in check(text) if finding.start == start), None)
    return relax(text, found) if found else text
