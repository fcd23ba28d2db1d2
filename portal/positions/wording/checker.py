"""Check of one text: for each category, mask lawful phrases, then search for unlawful or discouraged ones.

- `lawful` patterns of a category match allowed phrases that look alike; they are masked before the rules run.
- `unless` patterns of a category or rule excuse a match whose clause they match: no finding (`_is_excused`).
- `excusable` categories still yield findings; two reviewers may approve these with a legal basis.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from portal.core.disguises import FoldedText, squeeze, undisguise
from portal.core.unit_names import find_unit_names
from portal.positions.wording.age_limits import find_age_limits
from portal.positions.wording.finding import Category, Finding
from portal.positions.wording.identifiers import (
    find_identity_numbers,
    find_phone_numbers,
)
from portal.positions.wording.rule_loader import CategoryRules, Rule, load_categories

_CLAUSE_ENDS = "，,。；;！!？?\n\r■●★◆•|"
# As far as a clause without an end is read: it keeps the check linear.
_CLAUSE_REACH = 60
# Replaces lawful phrases: no pattern matches it, and every later character keeps its index.
_MASK = "\ufffc"
# A longer text is read in passages that end with a sentence, or overlap, so that no phrase is cut.
_PASSAGE = 1_000
_SENTENCE_SEARCH = 300
_OVERLAP = 100
_SENTENCE_ENDS = re.compile(r"[。；;！!？?\n](?!.*[。；;！!？?\n])", re.DOTALL)
# No honest text has more characters in passages that do not repeat; the rest is refused, not passed.
MAX_DISTINCT_CHARACTERS = 15_000
# A text that is refused a hundred times for one reason needs no further finding of it.
MAX_FINDINGS = 100
# Categories with findings that functions recognise by pattern (numbers, units) besides the rules.
_PATTERN_FINDERS = {
    Category.AGE: find_age_limits,
    Category.CONTACT: find_phone_numbers,
    Category.IDENTITY: find_identity_numbers,
}


class _Match(NamedTuple):
    start: int
    end: int
    category_rules: CategoryRules
    rule: Rule | None  # None: found by one of _PATTERN_FINDERS
    replacement: str


@lru_cache(maxsize=2048)
def _check_passage(text: str) -> tuple[Finding, ...]:
    reading = undisguise(text)
    findings = [_build_finding(match, text, reading) for match in _match_all(reading.text)]
    further = [_build_finding(match, text, FoldedText(text)) for match in _match_unit_names(text)]
    if (squeezed := squeeze(reading)) is not None:
        further += [_build_finding(match, text, squeezed) for match in _match_all(squeezed.text)]
    for finding in further:
        if not any(finding.overlaps(other) for other in findings):
            findings.append(finding)
    return tuple(sorted(findings, key=lambda finding: (finding.start, -finding.end)))


def _match_unit_names(text: str) -> Iterator[_Match]:
    category_rules = _rules_of(Category.SECRET)
    for start, end in find_unit_names(text):
        yield _Match(start, end, category_rules, None, category_rules.replacement)


def _rules_of(category: Category) -> CategoryRules:
    return next(rules for rules in load_categories() if rules.category == category)


def _match_all(text: str) -> Iterator[_Match]:
    for category_rules in load_categories():
        yield from _match_category(category_rules, text)


def _passages(text: str) -> Iterator[tuple[int, str]]:
    """Yield (start, passage) so that every phrase stands whole in one of them."""
    start = 0
    while len(text) - start > _PASSAGE:
        end = start + _PASSAGE
        sentence = _SENTENCE_ENDS.search(text, end - _SENTENCE_SEARCH, end)
        yield start, text[start : sentence.end() if sentence else end]
        start = sentence.end() if sentence else end - _OVERLAP
    yield start, text[start:]


def _check_long(text: str) -> Iterator[Finding]:
    """Yield the findings of all passages; equal passages are read once."""
    counts: Counter[Category] = Counter()
    passages: set[str] = set()
    size = 0
    last_ends: dict[Category, int] = {}
    for start, passage in _passages(text):
        if passage not in passages:
            passages.add(passage)
            size += len(passage)
        if size > MAX_DISTINCT_CHARACTERS:
            yield _unread_finding(text, start)
            return
        for finding in _check_passage(passage):
            category = finding.category
            absolute = replace(finding, start=finding.start + start, end=finding.end + start)
            if counts[category] < MAX_FINDINGS and absolute.start >= last_ends.get(category, 0):
                counts[category] += 1
                last_ends[category] = absolute.end
                yield absolute


def _unread_finding(text: str, start: int) -> Finding:
    match = _Match(start, len(text), _rules_of(Category.LENGTH), None, "")
    return _build_finding(match, text, FoldedText(text))


def _build_finding(match: _Match, text: str, reading: FoldedText) -> Finding:
    start, end = reading.original_span(match.start, match.end)
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
        for match in islice(rule.find.finditer(text), MAX_FINDINGS):
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
    low, high = max(start - _CLAUSE_REACH, 0), min(end + _CLAUSE_REACH, len(text))
    first = max((text.rfind(mark, low, start) for mark in _CLAUSE_ENDS), default=-1) + 1
    ends = [index for mark in _CLAUSE_ENDS if (index := text.find(mark, end, high)) >= 0]
    return text[first or low : min(ends, default=high)]


def check(text: str) -> list[Finding]:
    """Return every phrase of `text` that is unlawful or discouraged, in the order of the text.

    Takes time in proportion to the length; of one category at most MAX_FINDINGS findings are returned.
    """
    if not text or re.fullmatch(r"[\s\w]{0,1}", text):
        return []
    if len(text) <= _PASSAGE:
        return list(_check_passage(text))
    return sorted(_check_long(text), key=lambda finding: (finding.start, -finding.end))


def check_fields(fields: Mapping[str, str]) -> dict[str, list[Finding]]:
    """Return the findings of each field that has any: {'requirements': [...]}."""
    return {name: findings for name, text in fields.items() if (findings := check(text or ""))}
