"""The check itself: for each category, mask what is lawful, then look for what is not."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from portal.positions.wording.age_limits import age_limits
from portal.positions.wording.finding import Category, Finding
from portal.positions.wording.identifiers import identity_numbers, phone_numbers, unit_names
from portal.positions.wording.normalization import plain
from portal.positions.wording.rule_loader import Rule, Section, sections

_CLAUSE_ENDS = "，,。；;！!？?\n\r■●★◆•|"
# Stands where lawful words were: no pattern reads it, and it keeps every place.
_MASK = "\ufffc"
_LONGEST = 20_000
# What is found by its shape and not by words.
_BY_SHAPE = {
    Category.AGE: age_limits,
    Category.CONTACT: phone_numbers,
    Category.IDENTITY: identity_numbers,
    Category.SECRET: unit_names,
}


@lru_cache(maxsize=2048)
def _checked(text: str) -> tuple[Finding, ...]:
    narrow, places = plain(text[:_LONGEST])
    found = [finding for section in sections() for finding in _of(section, narrow)]
    found.sort(key=lambda f: (f[0], -f[1]))
    return tuple(
        Finding(
            start=start if places is None else places[start],
            end=end if places is None else places[end - 1] + 1,
            text=text[start:end] if places is None else text[places[start] : places[end - 1] + 1],
            category=section.category,
            severity=rule.severity if rule else section.severity,
            label=section.label,
            law=rule.law if rule else section.law,
            advice=rule.advice if rule else section.advice,
            relaxed=relaxed,
            excusable=section.excusable,
        )
        for start, end, section, rule, relaxed in found
    )


_Hit = tuple[int, int, Section, Rule | None, str]


def _of(section: Section, text: str) -> Iterator[_Hit]:
    """What `section` finds in `text`; of two that overlap the longer one."""
    if not section.hints.search(text):
        return
    masked = text
    if section.lawful is not None:
        masked = section.lawful.sub(lambda m: _MASK * len(m[0]), text)
    hits: list[_Hit] = []
    for rule in section.rules:
        for match in rule.find.finditer(masked):
            start, end = match.span("hit") if "hit" in rule.find.groupindex else match.span()
            clause = clause_around(masked, start, end)
            excused = (section.unless and section.unless.search(clause)) or (
                rule.unless and rule.unless.search(clause)
            )
            if start < end and not excused:
                groups = {name: value or "" for name, value in match.groupdict().items()}
                hits.append((start, end, section, rule, rule.relaxed.format(**groups)))
    look = _BY_SHAPE.get(section.category)
    if look is not None:
        hits += [(start, end, section, None, section.relaxed) for start, end in look(masked)]
    taken = 0
    for hit in sorted(hits, key=lambda h: (h[0], -h[1])):
        if hit[0] >= taken:
            yield hit
            taken = hit[1]


def clause_around(text: str, start: int, end: int) -> str:
    """The clause that [start, end) stands in: what a 'not' reaches."""
    first = max((text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1) + 1
    ends = [place for mark in _CLAUSE_ENDS if (place := text.find(mark, end)) >= 0]
    return text[first : min(ends, default=len(text))]


def check(text: str) -> list[Finding]:
    """Every phrase of `text` that may not stand so, in the order of the text."""
    return list(_checked(text)) if text and not re.fullmatch(r"[\s\w]{0,1}", text) else []


def check_fields(fields: Mapping[str, str]) -> dict[str, list[Finding]]:
    """The findings of each field that has any: {'requirements': [...]}."""
    return {name: found for name, text in fields.items() if (found := check(text or ""))}
