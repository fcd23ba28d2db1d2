"""Check of one text: for each category, mask lawful phrases, then search for unlawful or discouraged ones.

- `lawful` patterns of a category match allowed phrases that look alike; they are masked before the rules run.
- `unless` patterns of a category or rule excuse a match whose clause they match: no finding (`_is_excused`).
- `excusable` categories still yield findings; two reviewers may approve these with a legal basis.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from portal.positions.wording.age_limits import find_age_limits
from portal.positions.wording.finding import Category, Finding
from portal.positions.wording.identifiers import (
    find_identity_numbers,
    find_phone_numbers,
    find_unit_names,
)
from portal.positions.wording.normalization import normalize_text
from portal.positions.wording.rule_loader import CategoryRules, Rule, load_categories

_CLAUSE_ENDS = "，,。；;！!？?\n\r■●★◆•|"
# Replaces lawful phrases: no pattern matches it, and every later character keeps its index.
_MASK = "\ufffc"
MAX_CHARACTERS = 20_000
# Categories with findings that functions recognise by pattern (numbers, units) besides the rules.
_PATTERN_FINDERS = {
    Category.AGE: find_age_limits,
    Category.CONTACT: find_phone_numbers,
    Category.IDENTITY: find_identity_numbers,
    Category.SECRET: find_unit_names,
}


class _Match(NamedTuple):
    start: int
    end: int
    category_rules: CategoryRules
    rule: Rule | None  # None: found by one of _PATTERN_FINDERS
    replacement: str


@lru_cache(maxsize=2048)
def _check_cached(text: str) -> tuple[Finding, ...]:
    normalized, positions = normalize_text(text[:MAX_CHARACTERS])
    matches = [
        match for category_rules in load_categories() for match in _match_category(category_rules, normalized)
    ]
    matches.sort(key=lambda match: (match.start, -match.end))
    return tuple(_build_finding(match, text, positions) for match in matches)


def _build_finding(match: _Match, text: str, positions: list[int] | None) -> Finding:
    start, end = match.start, match.end
    if positions is not None:
        start, end = positions[start], positions[end - 1] + 1
    category_rules = match.category_rules
    source = match.rule or category_rules
    return Finding(
        start=start,
        end=end,
        text=text[start:end],
        category=category_rules.category,
        severity=source.severity,
        label=category_rules.label,
        law=source.law,
        advice=source.advice,
        replacement=match.replacement,
        excusable=category_rules.excusable,
    )


def _match_category(category_rules: CategoryRules, text: str) -> Iterator[_Match]:
    """Yield the matches of one category in `text`; of two that overlap only the longer one."""
    if not category_rules.hints.search(text):
        return
    masked_text = text
    if category_rules.lawful is not None:
        masked_text = category_rules.lawful.sub(lambda match: _MASK * len(match[0]), text)
    matches = list(_match_rules(category_rules, masked_text))
    find_by_pattern = _PATTERN_FINDERS.get(category_rules.category)
    if find_by_pattern is not None:
        matches += [
            _Match(start, end, category_rules, None, category_rules.replacement)
            for start, end in find_by_pattern(masked_text)
        ]
    last_end = 0
    for match in sorted(matches, key=lambda match: (match.start, -match.end)):
        if match.start >= last_end:
            yield match
            last_end = match.end


def _match_rules(category_rules: CategoryRules, text: str) -> Iterator[_Match]:
    for rule in category_rules.rules:
        for match in rule.find.finditer(text):
            # The group "hit" is the phrase to report, where the pattern also matches its context.
            start, end = match.span("hit") if "hit" in rule.find.groupindex else match.span()
            if start < end and not _is_excused(category_rules, rule, clause_around(text, start, end)):
                groups = {name: value or "" for name, value in match.groupdict().items()}
                yield _Match(start, end, category_rules, rule, rule.replacement.format(**groups))


def _is_excused(category_rules: CategoryRules, rule: Rule, clause: str) -> bool:
    return any(
        pattern is not None and pattern.search(clause) for pattern in (category_rules.unless, rule.unless)
    )


def clause_around(text: str, start: int, end: int) -> str:
    """Return the clause that contains [start, end): as far as a negation reaches."""
    first = max((text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1) + 1
    ends = [index for mark in _CLAUSE_ENDS if (index := text.find(mark, end)) >= 0]
    return text[first : min(ends, default=len(text))]


def check(text: str) -> list[Finding]:
    """Return every phrase of `text` that is unlawful or discouraged, in the order of the text."""
    return list(_check_cached(text)) if text and not re.fullmatch(r"[\s\w]{0,1}", text) else []


def check_fields(fields: Mapping[str, str]) -> dict[str, list[Finding]]:
    """Return the findings of each field that has any: {'requirements': [...]}."""
    return {name: findings for name, text in fields.items() if (findings := check(text or ""))}
