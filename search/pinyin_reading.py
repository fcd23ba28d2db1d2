"""Letters in a query that are no word, read as pinyin.

'diangong', 'dian gong', 'dian工' and 'dg' lead to 电工, 'dgsj' to 电工 and 司机 together. A word that
positions contain in letters (CNC, PLC, ERP) stays as it is. Interpretations are returned for the page.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise, product

from django.db.models import Q
from django.utils import timezone
from rapidfuzz.distance import OSA

from matching.tokens import dictionary, normalize
from search import pinyin, vocabulary
from search.models import Key, TermKind
from search.query import PinyinReading
from search.vocabulary import Match
from search.words import Group, groups

_LETTERS = re.compile(r"(?<![0-9a-z+#&._%\-])[a-z']+(?![0-9a-z+#&._%\-])")
_CHINESE_BEFORE = re.compile(r"[\u3400-\u9fff]{1,3}\Z")
_CHINESE_AFTER = re.compile(r"[\u3400-\u9fff]{1,3}")
MAX_LETTERS = 40  # letters
MAX_RUNS = 4  # runs of letters that are looked up in one query
MAX_TERMS = 6  # terms that one run may stand for
_ROWS_PER_KEY = 60
# Kinds of terms that letters may stand for: work and its properties, no names of employers.
_WORK = (TermKind.WORD, TermKind.OCCUPATION, TermKind.TITLE, TermKind.FACT)


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters at [start, end) of the text, with the Chinese characters directly before and after."""

    start: int
    end: int
    letters: str
    before: str
    after: str

    def windows(self) -> Iterator[tuple[str, str]]:
        """Yield (before, after): adjacent characters that may belong to the word, the longest first."""
        sizes = product(range(len(self.before) + 1), range(len(self.after) + 1))
        for left, right in sorted(sizes, key=sum, reverse=True):
            yield self.before[len(self.before) - left :], self.after[:right]


def read_letters(text: str, *, now: datetime | None = None) -> tuple[list[Group], tuple[PinyinReading, ...]]:
    """Return the words of a text, and the letters in it that were read as pinyin.

    No database query without letters, else a fixed number at most.
    """
    normal = normalize(text)
    runs = list(_runs(normal))
    if not runs:
        return groups(normal), ()
    query_groups: list[Group] = []
    readings: list[PinyinReading] = []
    at = 0
    for start, end, terms in _meanings(runs, now or timezone.now()):
        letters = normal[start:end]
        query_groups += groups(normal[at:start])
        query_groups.append(_group(letters, terms))
        readings.append(PinyinReading(letters, tuple(terms)))
        at = end
    query_groups += groups(normal[at:])
    return list(dict.fromkeys(query_groups)), tuple(readings)


def _runs(text: str) -> Iterator[_Run]:
    for letter_run in islice(_LETTERS.finditer(text), MAX_RUNS):
        letters = letter_run[0].replace("'", "")
        if 2 <= len(letters) <= MAX_LETTERS or (letters and _touches(text, letter_run)):
            before = _CHINESE_BEFORE.search(text[: letter_run.start()])
            after = _CHINESE_AFTER.match(text[letter_run.end() :])
            yield _Run(
                letter_run.start(),
                letter_run.end(),
                letters,
                before[0] if before else "",
                after[0] if after else "",
            )


def _touches(text: str, letter_run: re.Match[str]) -> bool:
    beside = (
        text[max(letter_run.start() - 1, 0) : letter_run.start()]
        + text[letter_run.end() : letter_run.end() + 1]
    )
    return pinyin.has_chinese(beside)


def _meanings(runs: Sequence[_Run], now: datetime) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (start, end, terms) for each run that could be read, in order, without overlaps."""
    keys = {key for run in runs for key in _keys_of(run)}
    whole = _joined_letters(runs)
    keys.add(whole)
    exact = vocabulary.matches(
        Q(key__in=keys, at=0, term__kind__in=_WORK), now=now, limit=_ROWS_PER_KEY * len(keys)
    )
    by_key: dict[str, list[Match]] = {}
    for match in exact:
        by_key.setdefault(match.key, []).append(match)
    known_words = {match.text for match in exact if match.way == Key.Way.TEXT} | dictionary().keys()
    runs = [run for run in runs if run.letters not in known_words]
    joined_terms = _by_pinyin(by_key.get(whole, ()))
    if len(runs) > 1 and joined_terms:
        yield runs[0].start, runs[-1].end, joined_terms
        return
    after = 0
    for run in runs:
        meaning = _exact_terms(run, by_key) or _near_terms(run, now)
        if meaning is None:
            continue
        start, end, terms = meaning
        if terms and start >= after:
            yield meaning
            after = end


def _joined_letters(runs: Sequence[_Run]) -> str:
    """Return 'dian gong' as one word if only spaces separate the runs, else ""."""
    apart = any(one.after or two.before or two.start - one.end != 1 for one, two in pairwise(runs))
    return "" if apart else "".join(run.letters for run in runs)


def _keys_of(run: _Run) -> Iterator[str]:
    """Yield every key that the run may be: itself, with adjacent characters, in two parts."""
    for before, after in run.windows():
        yield pinyin.sound(before) + run.letters + pinyin.sound(after)
        yield _short(before) + run.letters + _short(after)
    for split_at in range(2, len(run.letters) - 1):
        yield run.letters[:split_at]
        yield run.letters[split_at:]


def _short(characters: str) -> str:
    return pinyin.initials(pinyin.syllables(characters)) if characters else ""


def _exact_terms(run: _Run, by_key: dict[str, list[Match]]) -> tuple[int, int, list[str]] | None:
    """Return the terms that the run spells, alone or with adjacent characters, else in two parts."""
    for before, after in run.windows():
        letter_run = _by_pinyin(by_key.get(pinyin.sound(before) + run.letters + pinyin.sound(after), ()))
        initial_matches = _by_initials(by_key.get(_short(before) + run.letters + _short(after), ()))
        terms = [
            text for text in letter_run or initial_matches if text.startswith(before) and text.endswith(after)
        ]
        if terms:
            return run.start - len(before), run.end + len(after), terms[:MAX_TERMS]
    best: tuple[int, list[str]] = (0, [])
    for split_at in range(2, len(run.letters) - 1):
        ends = by_key.get(run.letters[:split_at], ()), by_key.get(run.letters[split_at:], ())
        for choose in (_by_pinyin, _by_initials):
            heads, tails = (choose(matches)[:2] for matches in ends)
            if heads and tails:
                sure = (1000 if choose is _by_pinyin else 0) + min(len(heads[0]), len(tails[0]))
                best = max(best, (sure, [f"{head} {tail}" for head in heads for tail in tails]))
    return (run.start, run.end, best[1]) if best[1] else None


def _by_pinyin(found_matches: Iterable[Match]) -> list[str]:
    return _texts(match for match in found_matches if match.way == Key.Way.PINYIN)


def _by_initials(found_matches: Iterable[Match]) -> list[str]:
    return _texts(match for match in found_matches if match.way == Key.Way.INITIALS)


def _texts(found_matches: Iterable[Match]) -> list[str]:
    return list(dict.fromkeys(match.text for match in found_matches))[:MAX_TERMS]


def _near_terms(run: _Run, now: datetime) -> tuple[int, int, list[str]] | None:
    """Return terms that start with the run, or that differ from it by one letter. One query."""
    start, end = run.start - len(run.before), run.end
    key = pinyin.sound(run.before) + run.letters
    if len(key) < 3:
        return None
    half = len(key) // 2
    beginning = vocabulary.beginning("key", key)
    near = vocabulary.beginning("key", key[:half]) | vocabulary.beginning("backwards", key[half:][::-1])
    near |= Q(key__in=[key[:i] + key[i + 1] + key[i] + key[i + 2 :] for i in range(len(key) - 1)])
    found_matches = vocabulary.matches(
        Q(beginning | near, way=Key.Way.PINYIN, at=0, term__kind__in=_WORK), now=now, limit=2000
    )
    found_matches = [match for match in found_matches if match.text.startswith(run.before)]
    prefix_matches = _texts(match for match in found_matches if match.key.startswith(key))
    near_matches = _texts(
        match for match in found_matches if len(key) > 3 and OSA.distance(match.key, key, score_cutoff=1) == 1
    )
    terms = prefix_matches or near_matches
    return (start, end, terms) if terms else None


def _group(letters: str, terms: Iterable[str]) -> Group:
    """Return a group that matches the letters as written, or any of the terms."""
    literal = tuple(word for group in groups(letters) for word in group.alternatives[0])
    ways = [literal] if literal else []
    for term in terms:
        each = [group.alternatives for group in groups(term)]
        ways += [tuple(dict.fromkeys(sum(way, ()))) for way in islice(product(*each), 4)]
    return Group(tuple(dict.fromkeys(way for way in ways if way)))
