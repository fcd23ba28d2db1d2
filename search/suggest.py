"""Suggestions while somebody types: terms with a word that begins with what stands there so far.

One query, over an index of prefixes; the page that asks for them is asked at every key.
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

MOST = 8
_OFTEN = 500
_READ = 48  # rows; one term may come by several keys
_MOST_OF = {TermKind.EMPLOYER: 3, TermKind.FAIR: 2}
_MIXED = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the box would hold, and what it is ('岗位', '用人单位' …)."""

    text: str
    label: str


def suggest(typed: str, *, now: datetime | None = None, most: int = MOST) -> list[Suggestion]:
    """What somebody who typed this may be about to type; words before the last one are kept.

    One query, or none for an empty box.
    """
    # No term holds a NUL, and PostgreSQL refuses one.
    head, word = _last_word(normalize(typed[:LONGEST_TEXT]).replace("\x00", ""))
    if not word:
        return []
    found = vocabulary.matches(_condition(word), now=now or timezone.now(), most=_READ)
    chosen: dict[str, Match] = {}
    of_kind: dict[str, int] = {}
    for match in (match for match in found if _fits(word, match.text)):
        if match.text in chosen or of_kind.get(match.kind, 0) >= _MOST_OF.get(TermKind(match.kind), most):
            continue
        chosen[match.text] = match
        of_kind[match.kind] = of_kind.get(match.kind, 0) + 1
    return [
        # Small letters are how a term is stored, not how people write CNC.
        Suggestion(f"{head}{text}".upper(), TermKind(match.kind).label)
        for text, match in list(chosen.items())[:most]
        if f"{head}{text}" != f"{head}{word}" or len(chosen) > 1
    ]


def _last_word(text: str) -> tuple[str, str]:
    """('叉车 ', '夜') of '叉车 夜'."""
    head, gap, word = text.lstrip().rpartition(" ")
    return head + gap, word[: vocabulary.LONGEST]


def _condition(word: str) -> Q:
    """Keys that begin with the word; written with letters and characters mixed, as it sounds."""
    if not pinyin.has_chinese(word) or not _MIXED.search(word):
        begun = vocabulary.beginning("key", word)
        if len(word) > 1 or pinyin.has_chinese(word):
            return begun
        # A letter begins a tenth of all keys: looked for among the terms that most say.
        often = Term.objects.order_by("-weight", "-aside").values("pk")[:_OFTEN]
        return begun & Q(term__in=often)
    spelled = vocabulary.beginning("key", pinyin.sound(word)) & Q(way=Key.Way.PINYIN)
    short = "".join(s[0] if pinyin.has_chinese(c) else c for c, s in _characters(word))
    begun = vocabulary.beginning("key", short) & Q(way=Key.Way.INITIALS)
    return spelled | begun | vocabulary.beginning("key", word)


def _characters(word: str) -> list[tuple[str, str]]:
    return list(zip(pinyin.said(word), pinyin.syllables(word), strict=True))


def _fits(word: str, text: str) -> bool:
    """The characters that were typed as characters stand in the term, in order."""
    at = 0
    for character in word:
        if pinyin.has_chinese(character):
            at = text.find(character, at) + 1
            if not at:
                return False
    return True
