"""Correction of one character that sounds like the right one: 气修 for 汽修, 消售 for 销售.

People type by pinyin and take the wrong character. Sounds that southern dialects merge count as equal. Only
trade words are restored, and only where the text as written is no word.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from matching.tokens import default_engine
from matching.trades import senses, trades

_CHINESE = re.compile("[\u4e00-\u9fff]+")
# Sounds that southern dialects merge: 'zi' and 'zhi', 'xin' and 'xing', 'lan' and 'nan'.
_MERGED_SOUNDS = ((re.compile("([zcs])h"), r"\1"), (re.compile("ng$"), "n"), (re.compile("^l"), "n"))
MAX_READINGS = 2  # of one character of a trade word; of a written one the first counts
MAX_LENGTH = 5  # characters of a word that is corrected
# Characters of which sentences are made; none of them stands for a character of a trade.
_GRAMMAR = frozenset(
    "的了是不也都在有就还只要想能可以我你他她它这那个和与或跟给让把被对到去来做干找又再很太最更"
)


@dataclass(frozen=True, slots=True)
class Homophone:
    """Correction of the text at [start, end): `written` stands for `word`, which is as long."""

    start: int
    end: int
    typed_word: str
    word: str


@lru_cache(maxsize=1 << 13)
def sounds(character: str) -> tuple[str, ...]:
    """Return the readings of a character without tones, the most common first, merged sounds merged."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 - 0.3 s, only for texts with an unknown word

    readings = []
    for reading in PINYIN_DICT.get(ord(character), "").split(",")[:MAX_READINGS]:
        plain = "".join(c for c in unicodedata.normalize("NFD", reading) if c.isascii())
        for pattern, same in _MERGED_SOUNDS:
            plain = pattern.sub(same, plain)
        readings.append(plain)
    return tuple(dict.fromkeys(filter(None, readings)))


@cache
def _words_by_sound() -> dict[str, list[str]]:
    """Return the trade words by sound: names of trades first, then words that stand in a dictionary.

    Words of two characters that stand in none are left out: too much sounds like them.
    """
    by_sound: dict[str, list[str]] = {}
    has_word = default_engine().has_word
    words = [word for word in senses() if len(word) <= MAX_LENGTH and _CHINESE.fullmatch(word)]
    words.sort(key=lambda word: (word not in trades(), not has_word(word)))
    for word in words:
        if len(word) > 2 or word in trades() or has_word(word):
            for reading in product(*map(sounds, word)):
                by_sound.setdefault(" ".join(reading), []).append(word)
    return by_sound


def corrections(text: str) -> list[Homophone]:
    """Return the corrections of a folded text, in order, without overlaps, the longest first at a place."""
    result: list[Homophone] = []
    loose, starts = _loose_characters(text)
    at = 0
    while at < len(text) - 1:
        correction = _correction_at(text, at, loose, starts) if starts[at] else None
        if correction is not None:
            result.append(correction)
        at = correction.end if correction is not None else at + 1
    return result


def _loose_characters(text: str) -> tuple[list[bool], list[bool]]:
    """Return for each place whether no known word covers it, and whether a word may start or end there."""
    loose: list[bool] = []
    starts: list[bool] = []
    engine = default_engine()
    for token in engine.raw(text):
        is_known = len(token) > 1 and engine.has_word(token)
        unknown_chinese = not is_known and bool(_CHINESE.fullmatch(token))
        loose += [unknown_chinese] * len(token)
        starts += [True, *[not is_known] * (len(token) - 1)]
    return loose, [*starts, True]


def _correction_at(text: str, at: int, loose: list[bool], starts: list[bool]) -> Homophone | None:
    for length in range(min(MAX_LENGTH, len(text) - at), 1, -1):
        typed_word, end = text[at : at + length], at + length
        if not starts[end] or not any(loose[at:end]) or not _CHINESE.fullmatch(typed_word):
            continue
        if typed_word in senses() or default_engine().has_word(typed_word):
            return None
        if not _GRAMMAR.isdisjoint(typed_word):
            continue
        word = _intended_word(typed_word, loose[at:end])
        if word is not None:
            return Homophone(at, end, typed_word, word)
    return None


def _intended_word(typed_word: str, loose: list[bool]) -> str | None:
    """Return the first trade word that sounds like the written one and differs in one character."""
    key = " ".join(next(iter(sounds(character)), "") for character in typed_word)
    for word in _words_by_sound().get(key, ()):
        places = [at for at, (a, b) in enumerate(zip(typed_word, word, strict=True)) if a != b]
        if len(places) == 1 and _is_likely(word, places[0], loose):
            return word
    return None


def _is_likely(word: str, place: int, loose: list[bool]) -> bool:
    """Return whether the character at a place of a word was mistaken, and not part of what was meant.

    A verb before a known word was meant ('买保险' is no '卖保险'). The end of a name may make up a known
    word with the mistake ('休工' in '维休工').
    """
    if place == 0 and len(word) > 2 and not any(loose[1:]):
        return False
    return loose[place] or (loose[0] and len(word) > 2 and senses()[word][0].kind == "people")
