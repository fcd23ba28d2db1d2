"""Years of experience that an advertisement asks for, and of what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matching.requirements import experience_words as w
from matching.requirements.numbers import is_decimal_part, number_of
from matching.requirements.scope import PREFERENCE, is_strict
from matching.requirements.text import Sentence
from matching.requirements.types import MANAGEMENT, SAME_WORK, Requirement

NO_NUMBER = 0.5
"""Years of experience that is asked for without a number."""

MAX_YEARS = 20
CUT_CERTAINTY = 0.6
MAX_GAP = 24
START_OF_WORK = "参加工作"
_MAX_EVENTS = 20
_MAX_PHRASE = 30


@dataclass(slots=True)
class _Group:
    """Cues that make one statement: number, noun, verb; places in the sentence."""

    start: int
    end: int
    clause: int
    years: float | None = None
    is_up: bool = False
    number_start: int = -1
    number_end: int = -1
    noun_start: int = -1
    noun: str = ""
    verb: str = ""
    certainty: float = 0.85

    def set_years(self, years: float, start: int, end: int, *, is_up: bool) -> None:
        """Give the statement its number and the number's place; `is_up` for '以上'."""
        self.years, self.is_up, self.number_start, self.number_end = years, is_up, start, end


def _statements(sentence: Sentence) -> Iterator[Requirement]:
    """Yield what each statement of a sentence asks for."""
    group: _Group | None = None
    text = sentence.text
    for count, match in enumerate(w.EVENT.re.finditer(text)):
        if count == _MAX_EVENTS:
            break
        kind = next(
            name for name in ("none", "without", "young", "years", "cut", "noun", "verb") if match[name]
        )
        if kind in ("none", "without", "young"):
            if group:
                yield from _requirement(sentence, group)
                group = None
            yield from _no_years(sentence, kind, *match.span())
            continue
        event = _event(sentence, kind, match)
        if event is None:
            continue
        if group and _join(sentence, group, event):
            continue
        if group:
            yield from _requirement(sentence, group)
        group = event
    if group:
        yield from _requirement(sentence, group)


def read_years(sentence: Sentence) -> Iterator[Requirement]:
    """Yield what experience a sentence asks for; 0 years, once, where none is needed."""
    needs_none = False
    for requirement in _statements(sentence):
        if requirement.value == 0:
            if needs_none:
                continue
            needs_none = True
        yield requirement


def _no_years(sentence: Sentence, kind: str, start: int, end: int) -> Iterator[Requirement]:
    """Yield 'no experience needed' if the words say so."""
    text = sentence.text
    behind, before = text[end : end + 16], text[max(start - 14, 0) : start]
    if kind == "without":
        if w.REFUSAL.re.search(behind[:12]):
            yield Requirement("years", NO_NUMBER, True, 0.7, start, end, SAME_WORK)
            return
        if not w.WELCOME.re.match(behind):
            return
    elif kind == "young":
        if w.YOUNG_REFUSED.re.search(before) or w.REFUSAL.re.search(sentence.after(end, 6)):
            return
        before = w.YOUNG_QUALITY.re.sub("", before).rstrip(" ")
        if text[start:end] == "实习生" and not w.TRAINEE_BEFORE.re.search(before):
            return
        is_alone = not before or before[-1] in ",:(、"
        is_open = w.YOUNG_BEFORE.re.search(before) or (
            w.YOUNG_BEHIND.re.match(behind) and (is_alone or behind.strip(" ,)") != "")
        )
        if not is_open or (text[start:end] == "实习生" and behind.startswith(("工资", "待遇", "底薪", "薪"))):
            return
    certainty = {"none": 0.97, "without": 0.85, "young": 0.75}[kind]
    yield Requirement("years", 0.0, False, certainty, start, end, SAME_WORK)


def _event(sentence: Sentence, kind: str, match: re.Match[str]) -> _Group | None:
    """Return one cue as a statement of its own, None if it asks for nothing."""
    start, end = match.span()
    group = _Group(start, end, sentence.clause_number(start))
    if kind == "cut":
        group.set_years(NO_NUMBER, start, end, is_up=True)
        group.certainty = CUT_CERTAINTY
    elif kind == "years":
        years = _years(sentence, match)
        if years is None:
            return None
        group.set_years(years, start, end, is_up=bool(match["up"]))
    elif kind == "noun":
        if not _asks(sentence, match.group(), start, end):
            return None
        group.noun, group.noun_start = match.group(), start
    else:
        group.verb = match.group()
        is_past = group.verb == START_OF_WORK or group.verb.endswith("过")
        if not is_past and w.WISH.re.search(sentence.text, max(start - 12, 0), start):
            return None
    return group


def _years(sentence: Sentence, match: re.Match[str]) -> float | None:
    """Return the number of years that are asked for, None if the number is about something else."""
    text, (start, end), word = sentence.text, match.span(), match["low"]
    years = NO_NUMBER if match["many"] else number_of(word)
    if years is None or years > MAX_YEARS or years == 0:
        return None
    if word and is_decimal_part(text, start):
        years = NO_NUMBER + float(text[start - 2])
    if w.EMPLOYER.re.search(text, max(start - 30, 0), start) or w.MONTHS.re.match(text, end):
        return None
    if w.AT_MOST.re.match(text, end):
        return 0.0
    is_other = w.NOT_ASKED_YEARS_BEFORE.re.search(
        text, max(start - 12, 0), start
    ) or w.NOT_ASKED_YEARS_BEHIND.re.match(text, end)
    return None if is_other and not w.NOUN_BEHIND.re.search(sentence.after(end)) else years


def _asks(sentence: Sentence, noun: str, start: int, end: int) -> bool:
    """Return whether a noun such as 经验 may be one that is asked for."""
    text = sentence.text
    before, behind = text[max(start - 30, 0) : start], text[end : end + 10]
    if w.NOT_ASKED_BEHIND.re.match(behind) or w.LONG_BEFORE.re.search(before):
        return False
    if noun == "经历" and before.endswith(("培训", "教育", "面试", "学习")):
        return False
    if noun in ("经验", "经历") and (w.NOT_ASKED_BEFORE.re.search(before) or w.OFFICE_USE.re.search(before)):
        return False
    return not w.EMPLOYER.re.search(before)


def _join(sentence: Sentence, group: _Group, event: _Group) -> bool:
    """Add a cue to the statement before it if both make one; return whether they do."""
    near = event.clause == group.clause
    if event.noun:
        return _join_noun(sentence, group, event, near=near)
    if event.years is not None:
        return _join_years(sentence, group, event, near=near)
    if not near or group.noun:
        return False
    if group.years is not None and not group.verb:
        group.verb, group.end = event.verb, event.end
        return True
    return bool(group.verb) and group.years is None


def _join_noun(sentence: Sentence, group: _Group, event: _Group, *, near: bool) -> bool:
    """Add 经验 to a number or a verb before it."""
    if group.noun or (group.years is None and not (group.verb and near)):
        return False
    opens_clause = not w.FILLER.re.sub("", sentence.before(event.start))
    opens_clause = opens_clause and event.start - group.end < MAX_GAP
    continues = event.clause == group.clause + 1 and group.is_up and _is_bare(sentence, event)
    continues = continues or bool(w.ASIDE.re.fullmatch(sentence.text, group.end, event.start))
    if not (near or continues or opens_clause):
        return False
    group.noun, group.noun_start, group.end = event.noun, event.start, event.end
    return True


def _join_years(sentence: Sentence, group: _Group, event: _Group, *, near: bool) -> bool:
    """Add a number to the 经验 or the verb before it."""
    gap = sentence.text[group.end : event.start]
    if group.years is not None or event.years is None:
        return False
    if group.noun:
        if not w.BETWEEN.re.fullmatch(gap) or _followed_by_noun(sentence, event, gap):
            return False
    elif not near:
        return False
    group.set_years(event.years, event.number_start, event.number_end, is_up=event.is_up)
    group.certainty, group.end = event.certainty, max(group.end, event.end)
    return True


def _is_bare(sentence: Sentence, event: _Group) -> bool:
    """Return whether the clause of a noun goes on with the one before: 3年以上零售，批发行业经验."""
    clause = sentence.clauses[event.clause]
    return clause.opener in ", " and not w.OWN_STATEMENT.re.match(sentence.text, clause.start)


def _followed_by_noun(sentence: Sentence, event: _Group, gap: str) -> bool:
    """Return whether a number has a noun of its own behind it: 有经验者优先，2年以上带班经验."""
    if gap.strip(" (") == "" and len(gap) <= 2:
        return False
    return "经验" in sentence.after(event.end) or "经历" in sentence.after(event.end)


def _requirement(sentence: Sentence, group: _Group) -> Iterator[Requirement]:
    """Yield the fact that a statement makes, if it asks for anything."""
    text = sentence.text
    behind = text[group.end : group.end + 24]
    if group.years is None:
        if not _bare_asks(sentence, group):
            return
        years, certainty = NO_NUMBER, 0.85 if group.noun == "经验" else 0.75
    else:
        has_cue = bool(group.noun or group.verb) or w.CUE.re.search(
            text, max(group.start - 12, 0), min(group.end + 24, len(text))
        )
        if not has_cue and not group.is_up:
            return
        years, certainty = group.years, min(0.97 if group.noun else 0.8, group.certainty + 0.1)
    strict = (
        years > 0
        and not w.ALSO.re.match(behind)
        and is_strict(sentence, "years", group.start, group.end, is_numbered=group.years is not None)
    )
    start = _phrase_start(sentence, group)
    yield Requirement("years", years, strict, certainty, start, group.end, _field(sentence, group))


def _phrase_start(sentence: Sentence, group: _Group) -> int:
    """Return where the words that state the experience begin: at 有 or 具备, else with the clause."""
    if group.years is not None or group.verb:
        return group.start
    phrase = sentence.before(group.start, _MAX_PHRASE)
    opening = w.LAST_OPENING.re.match(phrase)
    begins_clause = group.start - len(phrase) == sentence.clause(group.start).start
    if opening:
        return group.start - len(phrase) + opening.start("verb")
    return group.start - len(phrase.lstrip()) if begins_clause else group.start


def _bare_asks(sentence: Sentence, group: _Group) -> bool:
    """Return whether a statement without a number asks for experience."""
    if _is_heading(sentence, group.end) or group.noun == "驾龄":
        return False
    if group.noun in ("经验", "经历", "检验"):
        return not w.EITHER.re.match(sentence.text, group.end)
    clause_end = sentence.clause(group.end - 1).end
    has_preference = bool(PREFERENCE.re.search(sentence.text, group.end, clause_end)) or sentence.is_optional
    if group.noun:
        clause = sentence.clause(group.start)
        return has_preference and not w.WISHING.re.search(sentence.text, clause.start, group.start)
    if group.verb == START_OF_WORK:
        return False
    return has_preference or group.verb.endswith("过")


def _is_heading(sentence: Sentence, end: int) -> bool:
    """Return whether a word is the heading of what follows: '工作经验：'."""
    behind = sentence.text[end : end + 6]
    return behind.lstrip("要求/及 年限")[:1] == ":"


def _field(sentence: Sentence, group: _Group) -> str:
    """Return of what the experience is: SAME_WORK, MANAGEMENT, or the field as written."""
    text = sentence.text
    clause = sentence.clause(group.start)
    if 0 <= group.number_end <= group.noun_start:
        phrase = text[group.number_end : group.noun_start]
    elif group.noun_start >= 0:
        phrase = text[max(clause.start, group.noun_start - 24) : group.noun_start]
        opening = w.OPENING.re.match(phrase)
        phrase = phrase[opening.end() :] if opening else phrase
    elif group.verb:
        phrase = sentence.after(group.start + len(group.verb), 24)
        phrase = PREFERENCE.re.split(phrase)[0]
    else:
        phrase = sentence.after(group.number_end, 24)
    if w.MANAGE.re.search(phrase) and not w.NOT_PEOPLE.re.search(phrase):
        return MANAGEMENT
    phrase = w.FILLER.re.sub("", phrase)[:20]
    pairs = [phrase[i : i + 2] for i in range(len(phrase) - 1)]
    if 2 * sum(pair in sentence.title for pair in pairs) >= len(pairs):
        return SAME_WORK
    return phrase
