"""Loader of the wording rules: rules/*.toml, read on first use; each pattern is compiled on its first use.

Compiling all patterns takes 0.4 to 2 s of CPU. A process that checks no text does not compile them, and a
text compiles only the categories whose `hints` it contains.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from portal.positions.wording.finding import Category, Severity

_FOLDER = Path(__file__).parent / "rules"
# A word of words.toml may be made of other words, nested this deep.
_WORD_DEPTH = 3
Conditions = dict[str, dict[str, Any]]
_WORD_REFERENCE = re.compile(r"(?<!\?P)<([a-z_]+)>")


@dataclass(frozen=True)
class Rule:
    """One way to write what a category forbids.

    `find_source` and `unless_source` are patterns with <word> references expanded. A match whose clause also
    matches `unless` is no finding. `replacement` is a template: {job} stands for the group of that name.
    """

    find_source: str
    unless_source: str
    severity: Severity
    replacement: str
    law: str
    advice: str

    @cached_property
    def find(self) -> re.Pattern[str]:
        return _compile(self.find_source)

    @cached_property
    def unless(self) -> re.Pattern[str] | None:
        return _compile(self.unless_source) if self.unless_source else None


@dataclass(frozen=True)
class CategoryRules:
    """Texts, patterns and rules of one category.

    A text without a match of `hints` has no finding of this category. Matches of `lawful` look alike and are
    allowed: they are masked before the rules run. `unless` holds for every rule.
    """

    category: Category
    label: str
    excusable: bool
    law: str
    advice: str
    severity: Severity
    replacement: str
    hints_source: str
    lawful_source: str
    unless_source: str
    rules: tuple[Rule, ...]

    @cached_property
    def hints(self) -> re.Pattern[str]:
        return _compile(self.hints_source)

    @cached_property
    def lawful(self) -> re.Pattern[str] | None:
        return _compile(self.lawful_source) if self.lawful_source else None

    @cached_property
    def unless(self) -> re.Pattern[str] | None:
        return _compile(self.unless_source) if self.unless_source else None


def _compile(source: str) -> re.Pattern[str]:
    # ASCII: a boundary stands between a Latin letter and a Chinese character.
    return re.compile(source, re.IGNORECASE | re.ASCII)


def _expand_words(source: str, words: dict[str, str]) -> str:
    for _ in range(_WORD_DEPTH):
        source = _WORD_REFERENCE.sub(lambda match: f"(?:{words[match[1]]})", source)
    return source


def _join_alternatives(sources: list[str]) -> str:
    return "|".join(f"(?:{source})" for source in sources)


def _condition_rows(people: dict[str, Any], conditions: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the rules of the grammar 'condition + group' for the people of one category."""
    group, filler, tail = people["people"], conditions["filler"], conditions["tail"]
    before = f"(?:{conditions['reject_before']})(?:{filler}|[一-龥]){{0,3}}?"
    after = conditions["reject_after"]
    if people.get("wanted", True):
        before = f"(?:{before}|(?:{conditions['want']})(?:{filler}){{0,3}})"
        after = f"{after}|{conditions['wish_after']}"
    sources = [f"{before}(?:{group})", f"(?:{group})(?:{tail}){{0,4}}(?:{after})"]
    if "alone" in people:
        sources.append(rf"(?:^|(?<=[，,。；;、\s（(]))(?:{people['alone']})(?=[，,。；;、\s）)]|$)")
    for source in sources:
        yield {"find": source, "unless": people["exempt"]}


def _build_category(
    category: Category, data: dict[str, Any], words: dict[str, str], conditions: Conditions
) -> CategoryRules:
    rows = data.get("rules", [])
    hints = [data["hints"]]
    if people := conditions.get(category.value):
        rows = [*rows, *_condition_rows(people, conditions["conditions"])]
        hints += [people["people"], people.get("alone", "(?!)")]
    rules = tuple(
        Rule(
            find_source=_expand_words(row["find"], words),
            unless_source=_expand_words(row.get("unless", ""), words),
            severity=Severity(row.get("severity", data["severity"])),
            replacement=row.get("replacement", data["replacement"]),
            law=row.get("law", data["law"]),
            advice=row.get("advice", data["advice"]),
        )
        for row in rows
    )
    return CategoryRules(
        category=category,
        label=data["label"],
        excusable=data["excusable"],
        law=data["law"],
        advice=data["advice"],
        severity=Severity(data["severity"]),
        replacement=data["replacement"],
        hints_source=_expand_words(_join_alternatives(hints), words),
        lawful_source=_expand_words(_join_alternatives(data.get("lawful", [])), words),
        unless_source=_expand_words(_join_alternatives(data.get("unless", [])), words),
        rules=rules,
    )


@cache
def load_categories() -> tuple[CategoryRules, ...]:
    """Return the rules of every category, in the order of `Category`."""
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in _FOLDER.glob("*.toml")}
    words: dict[str, str] = files.pop("words")
    conditions: Conditions = files.pop("conditions")
    data = {name: table for tables in files.values() for name, table in tables.items()}
    return tuple(_build_category(category, data[category.value], words, conditions) for category in Category)


@cache
def category_labels() -> dict[Category, str]:
    """Return the Chinese label of every category."""
    return {rules.category: rules.label for rules in load_categories()}
