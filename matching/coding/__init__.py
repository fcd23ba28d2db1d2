"""Any job title coded to the national classification: title in, occupations with probabilities out.

A linear model over characters alone: their runs of one to four and their pairs at any distance, of two
views of a title (as written; without employer, pay and advertising). Pairs let '销售暖通设备' and
'暖通销售工程师' meet in what no run spans. The model is a ridge regression onto the occupations
(scikit-learn, `train`), learnt from labelled titles together with the classification's own names,
aliases and definitions; a softmax turns scores into probabilities.

Serving needs numpy alone: the artefact data/coding.npz holds the vocabulary, idf and the weights above a
threshold, no titles (only short hashes of those it learnt from, so that `matching.evaluate` never scores a
model on them). It is made by

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

SHARPNESS = 16.0  # scores times this go into the softmax
PAIRED = 40  # characters of a title whose pairs count: their number grows with the square

BRACKETS = re.compile(r"[(（【\[].*?[)）】\]]")
ADVERTISED = re.compile(r"(?:招聘|诚聘|急招|急聘|直招|招)(.{2,})$")
PROMISES = re.compile(
    r"[+\-/、，,！!]?(?:包吃住|包食宿|五险一金|双休|月入过?万|应届生优先|底薪|无责|提供住宿|急|可日结"
    r"|\d+[kK元万]?[-~]?\d*[kK元万]?).*$"
)

Scores = NDArray[np.float32]


def bare(title: str) -> str:
    """A title without brackets, the employer before '招聘', pay and promises; never empty for a word."""
    text = normalize(title)
    text = BRACKETS.sub("", text) or text
    advertised = ADVERTISED.search(text)
    text = advertised.group(1) if advertised else text
    return (PROMISES.sub("", text) or text).strip()


def grams(text: str) -> list[str]:
    """Runs of one to four characters."""
    return [text[i : i + n] for n in (1, 2, 3, 4) for i in range(len(text) - n + 1)]


def pairs(text: str) -> list[str]:
    """Every two different characters, in no order and at any distance, of the last `PAIRED`."""
    met = sorted(set(text[-PAIRED:]))
    return [a + b for at, a in enumerate(met) for b in met[at + 1 :]]


VIEWS: tuple[tuple[Callable[[str], list[str]], float], ...] = (
    (lambda title: grams(normalize(title)), 1.0),
    (lambda title: grams(f"<{bare(title)}>"), 1.0),
    (lambda title: pairs(bare(title)), sqrt(2.0)),
    (lambda title: pairs(normalize(title)), sqrt(2.0)),
)
"""Each view's features are weighed by themselves and scaled to the length that stands beside it."""


class Codes(Protocol):
    """What turns titles into scores of occupations."""

    codes: tuple[str, ...]

    def scores(self, titles: Sequence[str]) -> Scores: ...


class Coder:
    """The learnt model.

    codes: C occupations; for each view a vocabulary with idf; starts i64[V+1], columns i16[m], weights
    f32[m]: the weights of each feature by occupation.
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
            known: dict[str, tuple[int, float]] = {}
            for feature in str(arrays[f"vocabulary{view}"]).split("\n"):
                known[feature] = (number, idf[number])
                number += 1
            self._features.append(known)

    @classmethod
    def load(cls, path: Path = ARTEFACT) -> "Coder":
        with np.load(path, allow_pickle=False) as stored:
            return cls({name: stored[name] for name in stored.files})

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **self.arrays)  # type: ignore[arg-type]  # numpy's stubs want one type

    @cached_property
    def learnt(self) -> frozenset[int]:
        """Hashes of the titles the model learnt from, as `title_hash` gives them."""
        return frozenset(self.arrays["learnt"].tolist())

    def _vector(self, title: str) -> tuple[list[int], list[float]]:
        numbers: list[int] = []
        weights: list[float] = []
        for (view, size), known in zip(VIEWS, self._features, strict=True):
            counted = Counter(view(title))
            held = [(known[f], n) for f, n in counted.items() if f in known]
            values = [(1.0 + log(n)) * idf for (_, idf), n in held]
            length = sqrt(sum(v * v for v in values)) or 1.0
            numbers += [number for (number, _), _ in held]
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
        """f32[n, C], comparable within a title."""
        return np.array([self._score(t) for t in titles], np.float32).reshape(-1, len(self.codes))


def title_hash(title: str) -> int:
    """31 bits that tell whether a title was learnt from, without keeping the title."""
    from hashlib import blake2b  # noqa: PLC0415 - training and measuring only

    return int.from_bytes(blake2b(normalize(title).strip().encode(), digest_size=4).digest(), "little") >> 1


def probabilities(scores: Scores) -> NDArray[np.float64]:
    """Softmax over the occupations, f64[n, C], rows add up to 1."""
    lifted = SHARPNESS * (scores - scores.max(axis=1, keepdims=True)).astype(np.float64)
    raised = np.exp(lifted)
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


@cache
def default_coder() -> Coder:
    return Coder.load()


_in_use: list[Codes] = []


@contextmanager
def coded_by(coder: Codes) -> Iterator[None]:
    """Code titles with another model inside the block: to measure models on titles they never saw."""
    _in_use.append(coder)
    _likely.cache_clear()
    try:
        yield
    finally:
        _in_use.pop()
        _likely.cache_clear()


@lru_cache(maxsize=1 << 14)
def _likely(title: str, limit: int) -> tuple[tuple[str, float], ...]:
    coder = _in_use[-1] if _in_use else default_coder()
    chances = probabilities(coder.scores([title]))[0]
    order = np.argsort(-chances, kind="stable")[:limit]
    return tuple((coder.codes[i], float(chances[i])) for i in order)


def likely_occupations(title: str, limit: int = 5) -> tuple[tuple[str, float], ...]:
    """The likeliest occupations (level 4) of a title with their probabilities, best first."""
    return _likely(title, limit) if title.strip() else ()


# A term weighs 1 + ln(count), so counts grow exponentially with the probability they stand for.
STEEPNESS = 10.0
CHOSEN = round(exp(STEEPNESS))  # count of the code that a person chose: of probability 1, no guess beats it


def code_terms(code: str) -> tuple[str, str, str] | tuple[()]:
    """A code as terms: the occupation, its small group and its middle group; () for anything else.

    '4-02-02-02' -> ('occ:4-02-02-02', 'occ:4-02-02', 'occ:4-02'). No token holds a colon, so a code never
    meets a word.
    """
    parts = code.split("-")
    if len(parts) != 4 or not all(p.isdigit() for p in parts):
        return ()
    return f"occ:{code}", f"occ:{'-'.join(parts[:3])}", f"occ:{'-'.join(parts[:2])}"


def occupation_terms(title: str, occupation_code: str = "") -> list[tuple[str, int]]:
    """Weighted code terms of a posting: (term, count), the likeliest occupation first.

    A code that a person chose counts CHOSEN and the title is not asked. Else the title's likeliest
    occupations count by their probability, even an unlikely one once: to stand among the likeliest says
    something. So does each group above them.
    """
    chosen = code_terms(occupation_code)
    if chosen:
        return [(chosen[0], CHOSEN), (chosen[1], 1), (chosen[2], 1)]
    weighed: dict[str, int] = {}
    for code, chance in likely_occupations(title):
        terms = code_terms(code)
        weighed |= dict.fromkeys(terms[:1], round(exp(STEEPNESS * chance)))
        weighed |= dict.fromkeys(terms[1:], 1)
    return list(weighed.items())
