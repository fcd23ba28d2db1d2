"""Correction of one mistake in a Chinese word: wrong, missing, additional or transposed characters.

Most mistakes sound alike, as people type by pinyin: 电公 for 电工, 保按 for 保安. Corrections are terms of
visible records, and are looked up only if a query contains an unknown word.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import log10

from django.db.models import Q
from django.utils import timezone
from rapidfuzz.distance import OSA

from matching.tokens import default_engine, dictionary, normalize
from search import pinyin, vocabulary
from search.models import Key, TermKind
from search.query import Correction
from search.query_reading import QueryReading
from search.reading.trades import lexicon
from search.vocabulary import Match

# Names of records, which are no words that people misspell.
_NAMES = (TermKind.EMPLOYER, TermKind.FAIR, TermKind.POLICY, TermKind.BASE, TermKind.NEWS)
_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
MAX_RUNS = 4
MAX_SPANS = 24  # spans of a query that are checked
MAX_WORD_LENGTH = 8  # characters of a span
MAX_ROWS = 3000
MAX_COST = 2.2
# Sounds that southern dialects merge: 'zi' and 'zhi', 'lan' and 'nan', 'xin' and 'xing'.
ANOTHER_WORD = 3.0  # cost of two characters of which one differs in writing and sound: 修车 is no 叉车
_NEAR = ((re.compile("([zcs])h"), r"\1"), (re.compile("ng"), "n"), (re.compile("l"), "n"))


@dataclass(frozen=True, slots=True)
class _Span:
    """Adjacent words of the query, at [start, end) of its text."""

    start: int
    end: int
    text: str
    words: tuple[str, ...]


def correct_reading(reading: QueryReading, *, now: datetime | None = None) -> Correction | None:
    """Return the correction of those words of a query that were not understood otherwise."""
    correction = correct(reading.rest, now=now)
    if correction is None:
        return None
    start = reading.rest.find(correction.original)
    written = reading.shape.written
    text = written[:start] + correction.replacement + written[start + len(correction.original) :]
    return Correction(text, correction.original, correction.replacement)


def correct(text: str, *, now: datetime | None = None) -> Correction | None:
    """Return the most likely query that differs by one mistake; None when all words are known.

    Two queries at most.
    """
    now = now or timezone.now()
    normal = normalize(text)
    spans = [span for run in list(_RUN.finditer(normal))[:MAX_RUNS] for span in _spans(run)][:MAX_SPANS]
    if not spans:
        return None
    # One query: spans as written, and terms with the same sound as a span.
    exact = vocabulary.matches(
        Q(way=Key.Way.TEXT, key__in={word for span in spans for word in (span.text, *span.words)})
        | Q(way=Key.Way.PINYIN, at=0, key__in={pinyin.sound(span.text) for span in spans}),
        now=now,
        limit=MAX_ROWS,
    )
    known_words = {match.key for match in exact if match.way == Key.Way.TEXT} | dictionary().keys() | lexicon()
    doubtful = [
        span for span in spans if span.text not in known_words and not known_words.issuperset(span.words)
    ]
    if not doubtful:
        return None
    candidates = [*exact, *vocabulary.matches(_half(doubtful), now=now, limit=MAX_ROWS)]
    best = min(_scored_corrections(doubtful, candidates), default=None, key=lambda candidate: candidate[0])
    if best is None:
        return None
    _, span, replacement = best
    return Correction(normal[: span.start] + replacement + normal[span.end :], span.text, replacement)


def _spans(run: re.Match[str]) -> Iterator[_Span]:
    words = list(default_engine().segment(run[0]))
    starts = [sum(map(len, words[:i])) for i in range(len(words))]
    for first, start in enumerate(starts):
        for last in range(first, len(words)):
            inside = tuple(words[first : last + 1])
            text = "".join(inside)
            if 2 <= len(text) <= MAX_WORD_LENGTH:
                at = run.start() + start
                yield _Span(at, at + len(text), text, inside)


def _half(spans: Iterable[_Span]) -> Q:
    """Return the condition for keys that share one half with a span, or all of it after a transposition."""
    condition = Q(pk__in=[])
    for span in spans:
        half = len(span.text) // 2
        transpositions = {
            span.text[:i] + span.text[i + 1] + span.text[i] + span.text[i + 2 :]
            for i in range(len(span.text) - 1)
        }
        condition |= (
            vocabulary.beginning("key", span.text[:half])
            | vocabulary.beginning("backwards", span.text[half:][::-1])
            | Q(key__in=transpositions)
        )
    return Q(condition, way=Key.Way.TEXT, at=0) & ~Q(term__kind__in=_NAMES)


def _scored_corrections(
    spans: Iterable[_Span], candidates: Iterable[Match]
) -> Iterator[tuple[float, _Span, str]]:
    unique = {match.text: match for match in candidates if len(match.text) > 1}
    for span in spans:
        for match in unique.values():
            cost = _cost(span.text, match.text)
            if cost is None or cost >= ANOTHER_WORD:
                continue
            # A word of the language is corrected by ear only.
            if default_engine().has_word(span.text) and not _sounds_alike(span.text, match.text):
                continue
            score = cost - 0.4 * log10(match.weight + 1) - 0.2 * len(span.text)
            if score <= MAX_COST:
                yield score, span, match.text


def _cost(word: str, other: str) -> float | None:
    """Return the cost of reading one word as the other; None if they differ by more than one mistake."""
    if abs(len(word) - len(other)) > 1:
        return None
    sounds = pinyin.sound(word), pinyin.sound(other)
    distance = OSA.distance(word, other, score_cutoff=1)
    if sounds[0] == sounds[1]:
        return 1.0 if distance == 1 else 1.6
    if distance != 1:
        return None
    if len(word) == len(other) and sorted(word) == sorted(other):
        return 1.2
    if _near(sounds[0]) == _near(sounds[1]):
        return 1.3
    return {2: ANOTHER_WORD, 3: 2.0}.get(min(len(word), len(other)), 1.5)


def _sounds_alike(word: str, other: str) -> bool:
    return _near(pinyin.sound(word)) == _near(pinyin.sound(other))


def _near(sound: str) -> str:
    for pattern, same in _NEAR:
        sound = pattern.sub(same, sound)
    return sound
