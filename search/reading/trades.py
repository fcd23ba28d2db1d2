"""Words for trades and their synonyms: those of workers ('烧焊', '睇铺') beside those of the dictionary.

The table is `matching/data/trades.csv` (word, canonical trade, codes) where it exists, and beside it
`search/data/trade_words.csv`. A word may stand for several trades, the first of them being its own; its synonyms are the
names of its trades and the other words for them. A word whose `use` is 'query' ('工厂', '食堂') is read in a query, but
is no synonym: in a position it names other things too.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from matching.tokens import DATA, canonical, default_engine, dictionary, normalize
from search.reading.tables import DATA as SEARCH_DATA

TABLES = (DATA / "trades.csv", SEARCH_DATA / "trade_words.csv")
_CATEGORIES = frozenset({"职业", "技能"})  # of the dictionary, whose words name a job
MAX_SYNONYMS = 24  # of one word


@cache
def _rows() -> tuple[tuple[str, str, bool], ...]:
    """Return (word, trade, whether the word is only read in queries) of every line."""
    rows = []
    for path in TABLES:
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    trade = row.get("trade") or row.get("canonical trade") or row.get("canonical") or ""
                    word, trade = normalize(row["word"].strip()), normalize(trade.strip())
                    if word and trade:
                        rows.append((word, trade, row.get("use") == "query"))
    return tuple(rows)


@cache
def trades_of_words() -> Mapping[str, tuple[str, ...]]:
    """Return the trades of each word of the tables, its own trade first."""
    trades: dict[str, dict[str, None]] = {}
    for word, trade, _ in _rows():
        trades.setdefault(word, {})[trade] = None
    return {word: tuple(names) for word, names in trades.items()}


@cache
def _words_of_trades() -> Mapping[str, tuple[str, ...]]:
    words: dict[str, list[str]] = {}
    for word, trade, is_query_word in _rows():
        if trades_of_words()[word][0] == trade:
            names = words.setdefault(trade, [])
            names += [] if is_query_word else [word]
    return {trade: tuple(names) for trade, names in words.items()}


@lru_cache(maxsize=1 << 12)
def synonyms(word: str) -> tuple[str, ...]:
    """Return other words for the trades that a word stands for, the most usual first; () for other words.

    Words with one canonical form in the dictionary count as one.
    """
    names = trades_of_words().get(word) or trades_of_words().get(canonical(word)) or (canonical(word),)
    result: dict[str, str] = {canonical(word): word}
    for trade in names:
        for name in (trade, *_words_of_trades().get(trade, ())):
            result.setdefault(canonical(name), name)
    return tuple(name for name in result.values() if name != word)[:MAX_SYNONYMS]


@cache
def lexicon() -> frozenset[str]:
    """Return every word that names a job: those of the tables, their trades, and those of the dictionary."""
    own_words = {entry.word for entry in dictionary().values() if entry.category in _CATEGORIES}
    return frozenset({*trades_of_words(), *_words_of_trades(), *own_words})


@cache
def _longest() -> Mapping[str, int]:
    """Return the length of the longest word of the lexicon by its first character."""
    longest: dict[str, int] = {}
    for word in lexicon():
        longest[word[0]] = max(longest.get(word[0], 0), len(word))
    return longest


def boundaries(text: str) -> list[int]:
    """Return the offsets between the words of a folded text, its start and its end included.

    Inside a guess of the segmentation that no dictionary has ('招睇铺'), and inside a word between two single
    characters ('丰江' in 顺丰江门), every offset counts.
    """
    tokens = list(default_engine().segment(text))
    edges, at = [0], 0
    for number, token in enumerate(tokens):
        beside = [*tokens[max(number - 1, 0) : number], *tokens[number + 1 : number + 2]]
        is_split = len(beside) == 2 and all(len(other) == 1 and other.strip() for other in beside)
        if len(token) > 1 and not token.isascii() and not _is_word(token, is_split=is_split):
            edges += range(at + 1, at + len(token))
        at += len(token)
        edges.append(at)
    return edges


def _is_word(token: str, *, is_split: bool) -> bool:
    if token in dictionary() or token in lexicon():
        return True
    return not (is_split and len(token) == 2) and default_engine().has_word(token)


def find_trades(text: str, edges: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans of words that name a job, the longest at each place, without overlaps.

    Args:
        text: folded text.
        edges: its `boundaries`; a word must start and end at one, or be one that segmentation does not know.
    """
    starts = set(edges)
    at = 0
    while at < len(text):
        end = next(
            (
                end
                for end in range(min(len(text), at + _longest().get(text[at], 0)), at + 1, -1)
                if text[at:end] in lexicon() and ((at in starts and end in starts) or not _is_known(text[at:end]))
            ),
            0,
        )
        if end:
            yield at, end
        at = end or at + 1


@cache
def _split_pattern() -> re.Pattern[str]:
    words = sorted((word for word in lexicon() if len(word) > 1 and not _is_known(word)), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def split_words(text: str) -> list[str]:
    """Return the words for trades in a normalised text that segmentation cuts apart: '睇铺'."""
    return _split_pattern().findall(text)


@lru_cache(maxsize=1 << 12)
def _is_known(word: str) -> bool:
    return list(default_engine().segment(word)) == [word]
