"""Wording checks of a position's texts, and the findings that keep it from being stored or submitted."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from portal.positions.wording import Category, Finding, category_labels, check_fields

# The public texts of a position, in the order of its page.
TEXT_FIELDS = ("title", "duties", "requirements", "benefits", "relaxable", "address")
# Numbers that are never stored, not even in a draft.
_NEVER_STORED = {Category.IDENTITY}


def checked_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts among a position's field values; a list of benefits becomes one line."""
    texts = {name: values.get(name) or "" for name in TEXT_FIELDS}
    return {name: "、".join(text) if isinstance(text, list) else text for name, text in texts.items()}


def check_position(position: models.Model) -> dict[str, list[Finding]]:
    """Return the checker's findings by field."""
    return check_fields(checked_texts({name: getattr(position, name) for name in TEXT_FIELDS}))


def find_blocking(position: models.Model) -> list[Finding]:
    """Return the findings that are unlawful without a legal basis, or always."""
    return [
        finding
        for findings in check_position(position).values()
        for finding in findings
        if finding.is_blocking
    ]


def summarize_findings(findings: Mapping[str, list[Finding]]) -> str:
    """Return ' block:sex warn:age ', the stored text that lists filter by.

    The spaces at both ends let a filter match whole words.
    """
    words = {f"{finding.severity}:{finding.category}" for rows in findings.values() for finding in rows}
    return f" {' '.join(sorted(words))} " if words else ""


def label_summary(summary: str) -> list[tuple[str, str]]:
    """Return (severity, Chinese label) pairs of a summary: ' block:sex ' -> [('block', '性别')]."""
    labels = category_labels()
    pairs = (word.split(":") for word in summary.split())
    return [(severity, labels[Category(category)]) for severity, category in pairs]


class WordingField(models.CharField):
    """Summary of the findings, computed whenever the row is written, one by one or in bulk."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = summarize_findings(check_position(model_instance))
        setattr(model_instance, self.attname, value)
        return value


def describe_finding(finding: Finding) -> str:
    """Return a finding as one sentence for the author of the text."""
    return f"“{finding.text}”涉及{finding.label}（{finding.law}）。{finding.advice}"


def refuse_identity_numbers(position: models.Model) -> None:
    """Refuse to store ID numbers and bank card numbers.

    Raises:
        ValidationError: by field.
    """
    messages = {
        name: [describe_finding(finding) for finding in findings if finding.category in _NEVER_STORED]
        for name, findings in check_position(position).items()
    }
    if errors := {name: lines for name, lines in messages.items() if lines}:
        raise ValidationError(errors)


def find_wording_errors(values: Mapping[str, Any]) -> dict[str, list[ValidationError]]:
    """Return, by field, the findings that keep these field values from being submitted."""
    has_basis = bool((values.get("legal_basis") or "").strip())
    errors: dict[str, list[ValidationError]] = {}
    for name, findings in check_fields(checked_texts(values)).items():
        for finding in findings:
            if not finding.is_blocking or (finding.excusable and has_basis):
                continue
            message = describe_finding(finding)
            if finding.excusable:
                message += "法律确有规定的，请在“依据”里写明，由两位审核人员核对。"
            errors.setdefault(name, []).append(ValidationError(message, code="wording"))
    return errors


def require_lawful_wording(position: models.Model) -> None:
    """Refuse blocking wording that has no legal basis, or that no basis can justify.

    Raises:
        ValidationError: by field.
    """
    names = (*TEXT_FIELDS, "legal_basis")
    if errors := find_wording_errors({name: getattr(position, name) for name in names}):
        raise ValidationError(errors)
