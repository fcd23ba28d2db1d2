"""Suggestions for a search box: terms with a word that starts with the input.

One query over an index of prefixes; it runs at every key press.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from matching.tokens import normalize
from search import pinyin, vocabulary
from search.models import Key, Term, TermKind
from search.query import LONGEST_TEXT
from search.vocabulary import Match

MAX_SUGGESTIONS = 8
FREQUENT_TERMS = 500
MAX_ROWS = 48  # one term may match by several keys
MAX_OF_KIND = {TermKind.EMPLOYER: 3, TermKind.FAIR: 2}
_MIXED = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested text, and the label of its kind ('岗位', '用人单位' …)."""

    text: str
    label: str


def suggest(text: str, *, now: datetime | None = None, limit: int = MAX_SUGGESTIONS) -> list[Suggestion]:
    """Return completions of the input; words before the last one are kept.

    One query, or none for an empty input.
    """
    # No term holds a NUL, and PostgreSQL refuses one.
    head, word = _last_word(normalize(text[:LONGEST_TEXT]).replace("\x00", ""))
    if not word:
        return []
    matches = vocabulary.matches(_condition(word), now=now or timezone.now(), limit=MAX_ROWS)
    suggestions: dict[str, Match] = {}
    of_kind: dict[str, int] = {}
    for match in (match for match in matches if _fits(word, match.text)):
        if match.text in suggestions or of_kind.get(match.kind, 0) >= MAX_OF_KIND.get(
            TermKind(match.kind), limit
        ):
            continue
        suggestions[match.text] = match
        of_kind[match.kind] = of_kind.get(match.kind, 0) + 1
    return [
        # Terms are stored in lower case; people write CNC.
        Suggestion(f"{head}{term}".upper(), TermKind(match.kind).label)
        for term, match in list(suggestions.items())[:limit]
        if term != word or len(suggestions) > 1
    ]


def _last_word(text: str) -> tuple[str, str]:
    """Split the input into its beginning and its last word: ('叉车 ', '夜') for '叉车 夜'."""
    head, gap, word = text.lstrip().rpartition(" ")
    return head + gap, word[: vocabulary.MAX_KEY_LENGTH]


def _condition(word: str) -> Q:
    """Return the condition for keys that start with the word; mixed letters and characters match by sound."""
    if not pinyin.has_chinese(word) or not _MIXED.search(word):
        condition = vocabulary.beginning("key", word)
        if len(word) > 1 or pinyin.has_chinese(word):
            return condition
        # One letter matches a tenth of all keys, so only the most frequent terms are searched.
        frequent = Term.objects.order_by("-weight", "-aside").values("pk")[:FREQUENT_TERMS]
        return condition & Q(term__in=frequent)
    by_pinyin = vocabulary.beginning("key", pinyin.sound(word)) & Q(way=Key.Way.PINYIN)
    by_initials = "".join(s[0] if pinyin.has_chinese(c) else c for c, s in _characters(word))
    condition = vocabulary.beginning("key", by_initials) & Q(way=Key.Way.INITIALS)
    return by_pinyin | condition | vocabulary.beginning("key", word)


def _characters(word: str) -> list[tuple[str, str]]:
    return list(zip(pinyin.spoken_characters(word), pinyin.syllables(word), strict=True))


def _fits(word: str, text: str) -> bool:
    """Return whether the Chinese characters of the input occur in the term, in order."""
    at = 0
    for character in word:
        if pinyin.has_chinese(character):
            at = text.find(character, at) + 1
            if not at:
                return False
    return True
