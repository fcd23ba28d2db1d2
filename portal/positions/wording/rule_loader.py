"""The rules as data: rules/*.toml read once and compiled."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.positions.wording.finding import Category, Severity

_FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to write what a section forbids."""

    find: re.Pattern[str]
    unless: re.Pattern[str] | None  # in the clause around: then it is no finding
    severity: Severity
    relaxed: str  # a template: {job} is the group of that name
    law: str
    advice: str


@dataclass(frozen=True, slots=True)
class Section:
    """Everything about one category."""

    category: Category
    label: str
    excusable: bool
    law: str
    advice: str
    severity: Severity
    relaxed: str
    hints: re.Pattern[str]  # a text without any of these has no finding of this category
    lawful: re.Pattern[str] | None  # looks alike and is allowed: not read by the rules
    unless: re.Pattern[str] | None
    rules: tuple[Rule, ...]


def _compile(pattern: str | None, words: dict[str, str]) -> re.Pattern[str] | None:
    if not pattern:
        return None
    for _ in range(3):  # a word may be made of words
        pattern = re.sub(r"(?<!\?P)<([a-z_]+)>", lambda m: f"(?:{words[m[1]]})", pattern)
    return re.compile(pattern, re.IGNORECASE)


def _any(patterns: list[str]) -> str:
    return "|".join(f"(?:{p})" for p in patterns)


def _section(name: str, data: dict[str, Any], words: dict[str, str]) -> Section:
    rules = []
    for row in data.get("rules", []):
        find = _compile(row["find"], words)
        assert find is not None
        rules.append(
            Rule(
                find=find,
                unless=_compile(row.get("unless"), words),
                severity=Severity(row.get("severity", data["severity"])),
                relaxed=row.get("relaxed", data["relaxed"]),
                law=row.get("law", data["law"]),
                advice=row.get("advice", data["advice"]),
            )
        )
    hints = _compile(data["hints"], words)
    assert hints is not None
    return Section(
        category=Category(name),
        label=data["label"],
        excusable=data["excusable"],
        law=data["law"],
        advice=data["advice"],
        severity=Severity(data["severity"]),
        relaxed=data["relaxed"],
        hints=hints,
        lawful=_compile(_any(data.get("lawful", [])), words),
        unless=_compile(_any(data.get("unless", [])), words),
        rules=tuple(rules),
    )


@cache
def sections() -> tuple[Section, ...]:
    """Every category's section, in the order of `Category`."""
    files = sorted(_FOLDER.glob("*.toml"))
    tables = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in files}
    words: dict[str, str] = tables.pop("words")
    data = {name: table for tables_ in tables.values() for name, table in tables_.items()}
    return tuple(_section(category.value, data[category.value], words) for category in Category)


LABELS = {section.category: section.label for section in sections()}
