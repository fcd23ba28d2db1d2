"""Findings of the wording checker for templates: the marked text and a suggestion per finding."""

from dataclasses import dataclass
from typing import Any

from portal.positions.wording import Finding, check, relax

# Free-text fields of a position -> label.
CHECKED_FIELDS = {
    "title": "岗位名称",
    "duties": "岗位职责",
    "requirements": "任职要求",
    "relaxable": "可放宽项",
    "address": "工作地址",
}


@dataclass(frozen=True, slots=True)
class TextRun:
    """A part of the text; `severity` is empty outside findings."""

    text: str
    severity: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A finding, and the whole text with this finding relaxed."""

    finding: Finding
    relaxed: str


def split_at_findings(text: str, findings: list[Finding]) -> list[TextRun]:
    """Split `text` at its findings; of two that overlap, only the first one is marked."""
    runs: list[TextRun] = []
    end = 0
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if finding.start < end:
            continue
        if finding.start > end:
            runs.append(TextRun(text[end : finding.start]))
        runs.append(TextRun(finding.text, str(finding.severity), finding.label))
        end = finding.end
    if end < len(text):
        runs.append(TextRun(text[end:]))
    return runs


def build_panel(field: str, text: str, *, basis: str = "") -> dict[str, Any]:
    """Return the context of employer/positions/_wording.html for one field."""
    findings = check(text)
    return {
        "field": field,
        "runs": split_at_findings(text, findings) if findings else [],
        "suggestions": [Suggestion(finding, relax(text, finding)) for finding in findings],
        "has_basis": bool(basis.strip()),
    }


def relax_finding_at(text: str, start: int) -> str:
    """Return `text` with the finding at character `start` relaxed, unchanged when there is none."""
    match = next((finding for finding in check(text) if finding.start == start), None)
    return relax(text, match) if match else text
