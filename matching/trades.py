"""Trade words: what workers call their work, with the trade and the occupations that each word means.

data/trades.csv has a row for each trade, with its occupations (the nearest first) and its words by kind;
data/trade_senses.csv has the words that need a context: '护理' is care of people, of leather or of cars.
Words of data/dictionary.csv and the names of the classification follow, where these two lack them.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from itertools import chain

from matching.folding import fold
from matching.knowledge import occupations
from matching.tokens import DATA, default_engine, dictionary

CONTEXT = 24
"""Characters before and after a word among which a word of its context must stand, or must not."""

KINDS = ("people", "work", "fields")
"""Kinds of words: who works ('电工'), what is done ('修电路'), and where or on what ('电子厂').

A field is a trade only where a text says so ('进电子厂'), not before another word ('电子厂保安').
"""

_LETTER = re.compile("[0-9a-z]")
_LONGER = frozenset({"工程", "工业"})  # '插件工程师' is no 插件工
_NAME_PARTS = re.compile("[/、(（]")


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade.

    Attributes:
        name: canonical word.
        codes: occupations of level 4, the nearest first.
    """

    name: str
    codes: tuple[str, ...]

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each occupation, halved from one to the next; they add up to 1."""
        total = 2.0 - 0.5 ** (len(self.codes) - 1)
        return {code: 0.5**rank / total for rank, code in enumerate(self.codes)}


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a word: its trade where one of `needs` stands beside the word and none of `unless`."""

    trade: Trade
    kind: str
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def fits(self, context: str) -> bool:
        has_need = not self.needs or any(word in context for word in self.needs)
        return has_need and not any(word in context for word in self.unless)


@dataclass(frozen=True, slots=True)
class TradeWord:
    """One trade word at [start, end) of a text. `word` is folded."""

    start: int
    end: int
    word: str
    kind: str
    trade: Trade


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


@cache
def trades() -> dict[str, Trade]:
    """Return the trades of data/trades.csv by name."""
    return {row["trade"]: Trade(row["trade"], _words(row["codes"])) for row in _rows("trades.csv")}


@cache
def written_senses() -> dict[str, tuple[Sense, ...]]:
    """Return the meanings of each word of the two files, those with a context first."""
    by_word: dict[str, list[Sense]] = {}
    for row in _rows("trade_senses.csv"):
        sense = Sense(trades()[row["trade"]], row["kind"], _words(row["needs"]), _words(row["unless"]))
        by_word.setdefault(row["word"], []).append(sense)
    for row in _rows("trades.csv"):
        for kind in KINDS:
            sense = Sense(trades()[row["trade"]], kind)
            for word in _words(row[kind]):
                by_word.setdefault(word, []).append(sense)
    return {word: tuple(sorted(words, key=lambda s: not s.needs)) for word, words in by_word.items()}


@cache
def senses() -> dict[str, tuple[Sense, ...]]:
    """Return the meanings of every word, with the dictionary's and the classification's."""
    by_word = dict(written_senses())
    for entry in dictionary().values():
        if entry.category == "职业" and entry.word not in by_word and entry.canonical in trades():
            by_word[entry.word] = (Sense(trades()[entry.canonical], "people"),)
    codes_by_name: dict[str, list[str]] = {}
    for occupation in occupations().values():
        if occupation.level == 4:
            for name in (occupation.name, *chain(*map(_NAME_PARTS.split, occupation.aliases))):
                codes_by_name.setdefault(fold(name).strip(), []).append(occupation.code)
    for name, codes in codes_by_name.items():
        if len(name) > 2 and len(set(codes)) == 1 and name not in by_word:
            by_word[name] = (Sense(Trade(name, (codes[0],)), "people"),)
    return by_word


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """Return the lengths of the words that start with two characters, the longest first."""
    by_start: dict[str, set[int]] = {}
    for word in senses():
        by_start.setdefault(word[:2], set()).add(len(word))
    return {start: tuple(sorted(lengths, reverse=True)) for start, lengths in by_start.items()}


def meaning(word: str, context: str = "") -> Sense | None:
    """Return the meaning of a word beside the words of a context; None if it is no trade word there."""
    return next((s for s in senses().get(fold(word), ()) if s.fits(context)), None)


def find(text: str) -> list[TradeWord]:
    """Return the trade words of a text in order, the longest at each place, without overlaps.

    A word of two characters inside a longer known word is none: '车位' in '停车位'.
    """
    plain = fold(text)
    known_ends = _ends_of_known_words(plain)
    words: list[TradeWord] = []
    at = 0
    while at < len(plain) - 1:
        match = _word_at(plain, at, known_ends)
        later = _word_at(plain, at + 1, known_ends) if match is not None else None
        if match is None or (later is not None and later.end > match.end):
            at += 1  # '做保险' and '保险销售' overlap: the word that ends later is the head
        else:
            words.append(match)
            at = match.end
    return words


def _ends_of_known_words(plain: str) -> list[int]:
    """Return for each place the end of the known word that covers it and starts before it; else the place."""
    ends: list[int] = []
    engine = default_engine()
    for token in engine.raw(plain):
        start = len(ends)
        end = start + len(token) if len(token) > 1 and engine.has_word(token) else start
        ends.append(start)
        ends += [max(end, place) for place in range(start + 1, start + len(token))]
    return ends


def _word_at(plain: str, at: int, known_ends: list[int]) -> TradeWord | None:
    for length in _lengths().get(plain[at : at + 2], ()):
        word = plain[at : at + length]
        end = at + len(word)
        words = senses().get(word)
        if words is None or _cuts(plain, at, end, known_ends):
            continue
        context = plain[max(at - CONTEXT, 0) : at] + " " + plain[end : end + CONTEXT]
        sense = next((s for s in words if s.fits(context)), None)
        if sense is not None:
            return TradeWord(at, end, word, sense.kind, sense.trade)
    return None


def _cuts(plain: str, start: int, end: int, known_ends: list[int]) -> bool:
    """Return whether a word would begin or end inside letters, or inside a longer known word."""
    if start and _LETTER.match(plain[start]) and _LETTER.match(plain[start - 1]):
        return True
    if end < len(plain) and _LETTER.match(plain[end - 1]) and _LETTER.match(plain[end]):
        return True
    if plain[end - 1 : end + 1] in _LONGER:
        return True
    if end - start > 2:
        return False
    return known_ends[start] > start or (end < len(plain) and known_ends[end] > end)
