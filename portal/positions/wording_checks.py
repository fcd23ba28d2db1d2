"""A position's texts before the wording checker: what it finds, and what must not be stored or handed in."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from portal.positions.wording import LABELS, Category, Finding, check_fields

# What people read of a position, in the order they read it.
TEXTS = ("title", "duties", "requirements", "benefits", "relaxable", "address")
# Numbers that are never stored, not even in a draft.
_NEVER = {Category.IDENTITY}


def checked_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """The texts among a position's fields; a list of benefits reads as one line."""
    texts = {name: values.get(name) or "" for name in TEXTS}
    return {name: "、".join(text) if isinstance(text, list) else text for name, text in texts.items()}


def check_position(position: models.Model) -> dict[str, list[Finding]]:
    """The checker's findings by field."""
    return check_fields(checked_texts({name: getattr(position, name) for name in TEXTS}))


def find_blocking(position: models.Model) -> list[Finding]:
    """Those that may not stand without a basis, or at all."""
    return [finding for found in check_position(position).values() for finding in found if finding.blocks]


def summary(findings: Mapping[str, list[Finding]]) -> str:
    """' block:sex warn:age ': what a list filters by. Spaces at both ends, so that a word is found whole."""
    words = {f"{finding.severity}:{finding.category}" for found in findings.values() for finding in found}
    return f" {' '.join(sorted(words))} " if words else ""


def label_summary(words: str) -> list[tuple[str, str]]:
    """' block:sex ' -> [('block', '性别')]."""
    pairs = (word.split(":") for word in words.split())
    return [(severity, LABELS[Category(category)]) for severity, category in pairs]


class WordingField(models.CharField):
    """The summary of what the checker says, written with the row (one by one or in bulk), so that it never
    tells of another text.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = summary(check_position(model_instance))
        setattr(model_instance, self.attname, value)
        return value


def describe_finding(finding: Finding) -> str:
    """A finding as one sentence for whoever wrote the text."""
    return f"“{finding.text}”涉及{finding.label}（{finding.law}）。{finding.advice}"


def refuse_identity_numbers(position: models.Model) -> None:
    """No ID number and no bank card is ever stored.

    Raises:
        ValidationError: by field.
    """
    errors = {
        name: [describe_finding(f) for f in found if f.category in _NEVER]
        for name, found in check_position(position).items()
    }
    if errors := {name: words for name, words in errors.items() if words}:
        raise ValidationError(errors)


def find_wording_errors(values: Mapping[str, Any]) -> dict[str, list[ValidationError]]:
    """What keeps these fields of a position from being handed in, beside the field it stands in."""
    basis = bool((values.get("legal_basis") or "").strip())
    errors: dict[str, list[ValidationError]] = {}
    for name, found in check_fields(checked_texts(values)).items():
        for finding in found:
            if not finding.blocks or (finding.excusable and basis):
                continue
            words = describe_finding(finding)
            if finding.excusable:
                words += "法律确有规定的，请在“依据”里写明，由两位审核人员核对。"
            errors.setdefault(name, []).append(ValidationError(words, code="wording"))
    return errors


def require_lawful_wording(position: models.Model) -> None:
    """Blocked wording is handed in only with a legal basis, and some of it never.

    Raises:
        ValidationError: by field.
    """
    if errors := find_wording_errors({name: getattr(position, name) for name in (*TEXTS, "legal_basis")}):
        raise ValidationError(errors)
