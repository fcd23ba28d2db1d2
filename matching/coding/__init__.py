"""Code a job title to the national classification: title in, occupations with probabilities out.

A linear model over characters alone: n-grams of one to four characters and pairs at any distance, of two
views of a title (as written; without employer, pay and advertising). Pairs give '销售暖通设备' and
'暖通销售工程师' features in common that no n-gram spans. The model is a ridge regression onto the
occupations (scikit-learn, `train`), trained on labelled titles together with the names, aliases and
definitions of the classification; a softmax turns scores into probabilities.

Inference needs numpy alone: the artefact data/coding.npz holds the vocabulary, idf and the weights above a
threshold, no titles (only short hashes of the training titles, so that `matching.evaluate` never scores a
model on them). It is built by

    python -m matching.coding train --titles FILE.csv       (columns title, occupation_code)
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from math import exp, log, sqrt
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.tokens import DATA, normalize

ARTEFACT = DATA / "coding.npz"

SHARPNESS = 16.0  # inverse temperature of the softmax
MAX_PAIR_CHARACTERS = 40  # characters of a title whose pairs count: their number grows with the square

BRACKETS = re.compile(r"[(（【\[].*?[)）】\]]")
ADVERTISEMENT = re.compile(r"(?:招聘|诚聘|急招|急聘|直招|招)(.{2,})$")
PROMISES = re.compile(
    r"[+\-/、，,！!]?(?:包吃住|包食宿|五险一金|双休|月入过?万|应届生优先|底薪|无责|提供住宿|急|可日结"
    r"|[0-9]+[kK元万]?[-~]?[0-9]*[kK元万]?).*$"
)

Scores = NDArray[np.float32]


def bare(title: str) -> str:
    """Strip brackets, the employer before '招聘', pay and promises; a non-empty title stays non-empty."""
    text = normalize(title)
    text = BRACKETS.sub("", text) or text
    match = ADVERTISEMENT.search(text)
    text = match.group(1) if match else text
    return (PROMISES.sub("", text) or text).strip()


def grams(text: str) -> list[str]:
    """Return the n-grams of one to four characters."""
    return [text[i : i + n] for n in (1, 2, 3, 4) for i in range(len(text) - n + 1)]


def pairs(text: str) -> list[str]:
    """Return the unordered pairs of distinct characters among the last MAX_PAIR_CHARACTERS."""
    characters = sorted(set(text[-MAX_PAIR_CHARACTERS:]))
    return [a + b for at, a in enumerate(characters) for b in characters[at + 1 :]]


VIEWS: tuple[tuple[Callable[[str], list[str]], float], ...] = (
    (lambda title: grams(normalize(title)), 1.0),
    (lambda title: grams(f"<{bare(title)}>"), 1.0),
    (lambda title: pairs(bare(title)), sqrt(2.0)),
    (lambda title: pairs(normalize(title)), sqrt(2.0)),
)
"""(features of a title, length of their vector): each view is weighted by itself and scaled to its length."""


class Codes(Protocol):
    """Model that scores the occupations of a title."""

    codes: tuple[str, ...]

    def scores(self, titles: Sequence[str]) -> Scores: ...


class Coder:
    """Trained model.

    Args:
        arrays: `codes`, the C occupations; for each view `vocabulary<n>` with `idf`; `starts` i64[V+1],
            `columns` i16[m] and `weights` f32[m], the weights of each feature by occupation; `learnt`,
            hashes of the training titles.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.arrays = arrays
        self.codes: tuple[str, ...] = tuple(str(arrays["codes"]).split("\n"))
        self._starts = arrays["starts"].astype(np.int64)
        self._columns = arrays["columns"].astype(np.int64)
        self._weights = arrays["weights"].astype(np.float64)
        idf = arrays["idf"].astype(np.float64).tolist()
        self._features: list[dict[str, tuple[int, float]]] = []
        number = 0
        for view in range(len(VIEWS)):
            vocabulary: dict[str, tuple[int, float]] = {}
            for feature in str(arrays[f"vocabulary{view}"]).split("\n"):
                vocabulary[feature] = (number, idf[number])
                number += 1
            self._features.append(vocabulary)

    @classmethod
    def load(cls, path: Path = ARTEFACT) -> "Coder":
        with np.load(path, allow_pickle=False) as arrays:
            return cls({name: arrays[name] for name in arrays.files})

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **self.arrays)  # type: ignore[arg-type]  # numpy's stubs want one type

    @cached_property
    def training_hashes(self) -> frozenset[int]:
        """Hashes (`title_hash`) of the training titles."""
        return frozenset(self.arrays["learnt"].tolist())

    def _vector(self, title: str) -> tuple[list[int], list[float]]:
        numbers: list[int] = []
        weights: list[float] = []
        for (view, size), vocabulary in zip(VIEWS, self._features, strict=True):
            counts = Counter(view(title))
            known_counts = [(vocabulary[f], n) for f, n in counts.items() if f in vocabulary]
            values = [(1.0 + log(n)) * idf for (_, idf), n in known_counts]
            length = sqrt(sum(v * v for v in values)) or 1.0
            numbers += [number for (number, _), _ in known_counts]
            weights += [v * size / length for v in values]
        return numbers, weights

    def _score(self, title: str) -> NDArray[np.float64]:
        numbers, weights = self._vector(title)
        if not numbers:
            return np.zeros(len(self.codes))
        at = np.array(numbers)
        sizes = self._starts[at + 1] - self._starts[at]
        places = np.repeat(self._starts[at] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        parts = self._weights[places] * np.repeat(weights, sizes)
        return np.bincount(self._columns[places], parts, len(self.codes)).astype(np.float64, copy=False)

    def scores(self, titles: Sequence[str]) -> Scores:
        """Return the scores, f32[n, C], comparable within a title."""
        return np.array([self._score(t) for t in titles], np.float32).reshape(-1, len(self.codes))


def title_hash(title: str) -> int:
    """Return a 31-bit hash, to recognise training titles without storing them."""
    from hashlib import blake2b  # noqa: PLC0415 - training and measuring only

    return int.from_bytes(blake2b(normalize(title).strip().encode(), digest_size=4).digest(), "little") >> 1


def probabilities(scores: Scores) -> NDArray[np.float64]:
    """Return the softmax over the occupations, f64[n, C]; rows sum to 1."""
    exponents = SHARPNESS * (scores - scores.max(axis=1, keepdims=True)).astype(np.float64)
    powers = np.exp(exponents)
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


@cache
def default_coder() -> Coder:
    return Coder.load()


_coders: list[Codes] = []


@contextmanager
def coded_by(coder: Codes) -> Iterator[None]:
    """Code titles with another model inside the block, to evaluate models on held-out titles."""
    _coders.append(coder)
    _likely.cache_clear()
    try:
        yield
    finally:
        _coders.pop()
        _likely.cache_clear()


@lru_cache(maxsize=1 << 14)
def _likely(title: str, limit: int) -> tuple[tuple[str, float], ...]:
    coder = _coders[-1] if _coders else default_coder()
    chances = probabilities(coder.scores([title]))[0]
    order = np.argsort(-chances, kind="stable")[:limit]
    return tuple((coder.codes[i], float(chances[i])) for i in order)


def likely_occupations(title: str, limit: int = 5) -> tuple[tuple[str, float], ...]:
    """Return the most likely occupations (level 4) of a title with their probabilities, best first."""
    return _likely(title, limit) if title.strip() else ()


# A term weighs 1 + ln(count), so counts are exponential in the probability they represent.
STEEPNESS = 10.0
SELECTED_COUNT = round(exp(STEEPNESS))  # count of a code selected by a person: probability 1


def code_terms(code: str) -> tuple[str, str, str] | tuple[()]:
    """Return a code as terms: the occupation, its minor and its middle group; () if it is malformed.

    '4-02-02-02' -> ('occ:4-02-02-02', 'occ:4-02-02', 'occ:4-02'). No token contains a colon, so a code never
    equals a word.
    """
    parts = code.split("-")
    if len(parts) != 4 or not all(p.isascii() and p.isdigit() for p in parts):
        return ()
    return f"occ:{code}", f"occ:{'-'.join(parts[:3])}", f"occ:{'-'.join(parts[:2])}"


def occupation_terms(title: str, occupation_code: str = "") -> list[tuple[str, int]]:
    """Return the weighted code terms of a posting as (term, count), the most likely occupation first.

    A code selected by a person counts SELECTED_COUNT and the title is ignored. Otherwise the most likely
    occupations of the title count by their probability, at least once each, and each group above them once.
    """
    own_terms = code_terms(occupation_code)
    if own_terms:
        return [(own_terms[0], SELECTED_COUNT), (own_terms[1], 1), (own_terms[2], 1)]
    counts: dict[str, int] = {}
    for code, chance in likely_occupations(title):
        terms = code_terms(code)
        counts |= dict.fromkeys(terms[:1], round(exp(STEEPNESS * chance)))
        counts |= dict.fromkeys(terms[1:], 1)
    return list(counts.items())
