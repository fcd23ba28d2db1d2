"""Tokenisation of Chinese text: jieba's segmentation, canonical spelling, long words with their parts.

jieba defines what a word is; the Rust engine gives the same words ten times as fast (tests/matching compares
them token by token). Both load the user dictionary matching/data/dictionary.csv; a word that is not yet
segmented as one gets the frequency that the engine suggests.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

DATA = Path(__file__).resolve().parent / "data"

# Dictionary categories of personal attributes and of common promises. They can be searched (`tokenize`), but
# carry no weight in a ranking (`terms`): '退役军人优先' is in nearly every posting, and rank, party or
# disability must not change a score. Education and places are facts, not words.
UNRANKED_CATEGORIES = frozenset(
    {"优先词", "人员类别", "军衔", "安置方式", "就业状态", "学历", "福利", "招聘会", "政策", "地名"}
)

_PUNCTUATION = tuple(zip("，；：！？（）", ",;:!?()", strict=True))
_UNUSUAL = re.compile("[^\x00-\x7f\u4e00-\u9fff，；：！？（）。、]")
_ASCII_RUN = re.compile(r"[a-zA-Z0-9+#&._%\-]+\Z")
_ASCII_PARTS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")  # as jieba.finalseg splits what its dictionary lacks
_WORDLIKE = re.compile(r"[0-9a-z\u3400-\u9fff]")
_NUMBER = re.compile(r"[0-9.%\-]+\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the user dictionary: its category and the canonical form of all its synonyms."""

    word: str
    category: str
    canonical: str


class Engine(Protocol):
    """Segmentation engine with jieba's words and dictionary.

    `segment` is `raw` with each word `split` as jieba would split it. `parts` maps each word of the user
    dictionary to its segmentation before the word was added.
    """

    parts: dict[str, list[str]]

    def segment(self, text: str) -> Iterable[str]: ...
    def raw(self, text: str) -> Iterable[str]: ...
    def split(self, raw: str) -> list[str]: ...
    def has_word(self, word: str) -> bool: ...


def normalize(text: str) -> str:
    """Convert full width to half width and upper to lower case, as all other functions here expect."""
    if _UNUSUAL.search(text):
        return unicodedata.normalize("NFKC", text).lower()
    for wide, half in _PUNCTUATION:  # the only characters left that NFKC changes, at a tenth of its time
        if wide in text:
            text = text.replace(wide, half)
    return text.lower()


@cache
def dictionary() -> dict[str, Entry]:
    """Return the user dictionary by normalised word."""
    with (DATA / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Entry(normalize(r["word"]), r["category"], normalize(r["canonical"]))
            for r in csv.DictReader(file)
        ]
    return {row.word: row for row in rows}


def _word_list(name: str) -> frozenset[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return frozenset(normalize(line.strip()) for line in lines if line.strip() and not line.startswith("#"))


@cache
def stopwords() -> frozenset[str]:
    return _word_list("stopwords.txt")


@cache
def unranked() -> frozenset[str]:
    """Return canonical words that can be searched but carry no weight in a ranking."""
    by_category = {e.canonical for e in dictionary().values() if e.category in UNRANKED_CATEGORIES}
    return _word_list("unranked.txt") | by_category


class RustEngine:
    """Engine by rjieba, with runs of ASCII split as jieba splits them."""

    def __init__(self) -> None:
        import rjieba  # noqa: PLC0415 - only the engine in use is loaded

        self._jieba = rjieba.Jieba()
        self.has_word: Callable[[str], bool] = self._jieba.has_word
        self.parts = {word: self._jieba.cut(word, False) for word in dictionary()}
        for word in dictionary():
            if self._jieba.cut(word, False) != [word]:
                # rjieba takes a run of ASCII for a known word; jieba suggests 1 for it
                frequency = 1 if _ASCII_RUN.match(word) else self._jieba.suggest_freq(word)
                self._jieba.add_word(word, frequency, None)

        self.raw: Callable[[str], list[str]] = self._jieba.cut

    def split(self, raw: str) -> list[str]:
        if raw.isascii() and len(raw) > 1 and _ASCII_RUN.match(raw) and not self.has_word(raw):
            return [part for part in _ASCII_PARTS.split(raw) if part]
        return [raw]

    def segment(self, text: str) -> list[str]:
        return [word for raw in self.raw(text) for word in self.split(raw)]


class PythonEngine:
    """Engine by jieba, the reference for the Rust engine. Loads in about a second."""

    def __init__(self) -> None:
        import jieba  # noqa: PLC0415 - slow, for tests

        jieba.setLogLevel(60)
        self._jieba = jieba.Tokenizer()
        self._jieba.initialize()
        self.parts = {word: self._jieba.lcut(word, HMM=False) for word in dictionary()}
        for word in dictionary():
            if self._jieba.lcut(word, HMM=False) != [word]:
                self._jieba.add_word(word)

    def raw(self, text: str) -> Iterator[str]:
        yield from self._jieba.cut(text)

    def split(self, raw: str) -> list[str]:
        return [raw]

    def segment(self, text: str) -> Iterator[str]:
        return self.raw(text)

    def has_word(self, word: str) -> bool:
        return bool(self._jieba.FREQ.get(word))


@cache
def default_engine() -> Engine:
    return RustEngine()


def canonical(word: str) -> str:
    """Return the canonical form of a word and its synonyms; the word itself if the dictionary lacks it."""
    entry = dictionary().get(word)
    return entry.canonical if entry else word


def inner_words(word: str, engine: Engine) -> list[str]:
    """Return the dictionary words inside a longer one, so that '货车司机' matches '司机'.

    A word of the user dictionary gives its own segments; any other gives the words of jieba's search mode
    (every two or three characters that are a word), which is noisier: '低压电工作业证' would contain '压电'.
    """
    parts = engine.parts.get(word, [word])
    words = [part for part in parts if 1 < len(part) < len(word)]
    for part in parts:
        for size in (2, 3):
            if len(part) > size:
                words += [w for i in range(len(part) - size + 1) if engine.has_word(w := part[i : i + size])]
    return words


@lru_cache(maxsize=1 << 17)
def _search_forms(token: str) -> tuple[str, ...]:
    """Return the canonical forms of a token and of its inner words."""
    token = token.strip()
    if not _WORDLIKE.search(token) or (_NUMBER.match(token) and len(token) < 3):
        return ()
    whole = canonical(token)
    forms = [whole]
    for source in dict.fromkeys((token, whole)):
        forms += [canonical(w) for w in inner_words(source, default_engine())]
    stop = stopwords()
    return tuple(dict.fromkeys(f for f in forms if f not in stop))


@lru_cache(maxsize=1 << 17)
def _ranked_forms(token: str) -> tuple[str, ...]:
    """Return the forms of a token that may carry weight in a ranking."""
    if canonical(token.strip()) in unranked():
        return ()
    return tuple(f for f in _search_forms(token) if f not in unranked() and not _NUMBER.match(f))


def tokenize(text: str) -> list[str]:
    """Tokenise a text for search: segmented, without stop words, synonyms in canonical form.

    A long word is followed by the dictionary words inside it, so '货车司机' also gives '货车' and '司机'.
    """
    return [form for token in default_engine().segment(normalize(text)) for form in _search_forms(token)]


def terms(text: str) -> list[str]:
    """Tokenise a text for ranking: as `tokenize`, without negated clauses, numbers and `unranked` words."""
    return [
        form for token in default_engine().segment(affirmed(normalize(text))) for form in _ranked_forms(token)
    ]


def raw_words(text: str) -> Iterable[str]:
    """Segment a text without its negated clauses; `ranked_forms` of each word are its `terms`.

    Indexing many texts looks up each distinct word once.
    """
    return default_engine().raw(affirmed(normalize(text)))


def ranked_forms(raw: str) -> list[str]:
    """Return the `terms` of one word of `raw_words`."""
    return [form for word in default_engine().split(raw) for form in _ranked_forms(word)]


_CLAUSE = re.compile(r"[^,，。;；:：、!！?？\n\r|/]+|[,，。;；:：、!！?？\n\r|/]+")
_DENIAL = re.compile(
    r"并?不(?:作|做)?要求|不(?:强制)?需要?|无需|无须|毋须|毋需|不必|不用"
    r"|没有|没考|未考|未取得|尚无|暂无|不会|不懂|不具备|不持有|免(?=考|试|证)"
)
_MAY_DENY = re.compile("[不无毋没未尚暂免]")  # contained in every denial, but not in most texts
_WAIVER = re.compile(r"不限|不(?:作|做)?(?:硬性)?要求|无要求|不是必须|非必须|不强求")
_NO_DENIAL = re.compile(r"没有(?=.{0,8}(?:也可|亦可|可培训|可学))|不(?:仅|但|只|限于|断|低于|少于|超过)")


def _affirmed_part(clause: str) -> str:
    """Return a clause without its denials."""
    if _NO_DENIAL.search(clause):
        return clause
    waiver = _WAIVER.search(clause)
    if waiver and waiver.start() > 0:  # '经验不限' waives the words before, '不限经验' those after
        clause = clause[waiver.end() :]
    denial = _DENIAL.search(clause) or _WAIVER.search(clause)
    return clause[: denial.start()] if denial else clause


def affirmed(text: str) -> str:
    """Return a text without its negated parts.

    '不要求叉车证' and '叉车证不作要求' require nothing, '不会电焊' offers nothing. A denial extends to the
    end of its clause; a waiver ('学历不限') covers its clause from the start.
    """
    if not _MAY_DENY.search(text) or not (_DENIAL.search(text) or _WAIVER.search(text)):
        return text
    return "".join(map(_affirmed_part, _CLAUSE.findall(text)))
