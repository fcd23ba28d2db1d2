"""Count the terms of postings and build `Vectors`; each distinct word is looked up once.

A word counts as often as FIELD_WEIGHTS says for its field.
"""

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matching import coding
from matching.knowledge import occupation_number
from matching.tokens import ranked_forms, raw_words
from matching.types import Posting
from matching.vectors import (
    FIELD_WEIGHTS,
    Floats,
    Hashes,
    Longs,
    Vectors,
    assemble,
    certificate_terms,
    smoothed_idf,
    term_hash,
)

MAX_CACHED_TEXTS = 1 << 14
"""Limit of cached titles and occupation names, which are often repeated."""

_FLUSH_SIZE = 1 << 20


def _texts(posting: Posting) -> tuple[tuple[str, int, bool], ...]:
    """Return (text, count of each word, whether the text is often repeated) for each field."""
    return (
        (posting.title, FIELD_WEIGHTS["title"], True),
        (
            posting.occupation if posting.occupation_certainty is None else "",
            FIELD_WEIGHTS["occupation"],
            True,
        ),
        (posting.duties, FIELD_WEIGHTS["duties"], False),
        (posting.requirements, FIELD_WEIGHTS["requirements"], False),
    )


def _codes(posting: Posting) -> list[tuple[str, int]]:
    """Return the code terms of a posting as (term, count), the most likely occupation first, if any.

    A guessed occupation stands beside the others that the title makes likely, each by its probability.
    """
    chosen_code = posting.occupation_code if posting.occupation_certainty is None else ""
    codes = [
        (term, count * FIELD_WEIGHTS["occupation"])
        for term, count in coding.occupation_terms(posting.title, chosen_code)
    ]
    certificates = certificate_terms(posting.certificates)
    return codes + [(term, FIELD_WEIGHTS["certificates"]) for term in certificates]


class _Numbers(dict[str, tuple[int, ...]]):
    """Cache of word -> numbers of its terms; `terms` holds the terms in the order of their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: list[str] = []
        self._number: dict[str, int] = {}

    def term_number(self, term: str) -> int:
        number = self._number.setdefault(term, len(self.terms))
        if number == len(self.terms):
            self.terms.append(term)
        return number

    def __missing__(self, word: str) -> tuple[int, ...]:
        numbers = self[word] = tuple(self.term_number(form) for form in ranked_forms(word))
        return numbers


class Counting:
    """Accumulator of postings. `kin`: number of the most likely occupation of each, 0 for none."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._look_up = self._numbers.__getitem__
        self._common_words: dict[str, list[int]] = {}
        self._new: list[int] = []  # buffer of recent terms; a list grows faster than an array
        self._terms = array("i")
        self._runs, self._weights = array("i"), array("f")  # run lengths, and the count of each run
        self._sizes = array("i")  # terms of each posting
        self.kin = array("q")

    def _words(self, text: str) -> Iterable[int]:
        return chain.from_iterable(map(self._look_up, raw_words(text)))

    def _words_of_common_text(self, text: str) -> list[int]:
        words = self._common_words.get(text)
        if words is None:
            words = list(self._words(text))
            if len(self._common_words) < MAX_CACHED_TEXTS:
                self._common_words[text] = words
        return words

    def add(self, posting: Posting) -> None:
        new, number = self._new, self._numbers.term_number
        begin = last = len(new)
        for text, weight, is_common in _texts(posting):
            new += self._words_of_common_text(text) if is_common else self._words(text)
            self._runs.append(len(new) - last)
            self._weights.append(weight)
            last = len(new)
        codes = _codes(posting)
        for term, weight in codes:
            new.append(number(term))
            self._runs.append(1)
            self._weights.append(weight)
        self._sizes.append(len(new) - begin)
        kind, _, code = codes[0][0].partition(":") if codes else ("", "", "")
        self.kin.append(occupation_number(code) if kind == "occ" else 0)
        if len(new) > _FLUSH_SIZE:
            self._flush()

    def _flush(self) -> None:
        self._terms.frombytes(np.array(self._new, np.int32).tobytes())
        self._new.clear()

    def finish(self, order: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """Return the vectors of the postings in the given order.

        Raises:
            RuntimeError: two terms share a hash (one chance in 10^10 at a vocabulary of 60,000).
        """
        from scipy.sparse import csr_array  # noqa: PLC0415 - serving needs none

        self._flush()
        weights = np.repeat(np.frombuffer(self._weights, np.float32), np.frombuffer(self._runs, np.int32))
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.frombuffer(self._sizes, np.int32))])
        terms: NDArray[np.int32] = np.frombuffer(self._terms, np.int32)

        hashes = np.fromiter((term_hash(t) for t in self._numbers.terms), np.uint64, len(self._numbers.terms))
        rank = np.argsort(hashes, kind="stable")
        hashes = hashes[rank]
        if bool((hashes[1:] == hashes[:-1]).any()):
            raise RuntimeError("two terms share a 64-bit hash")
        number = np.empty(len(rank), np.int32)
        number[rank] = np.arange(len(rank), dtype=np.int32)

        shape = (len(self._sizes), max(len(rank), 1))
        counts = csr_array((weights, number[terms], starts), shape=shape)
        del weights, terms
        counts = counts[np.asarray(order, np.int64)]
        counts.sum_duplicates()
        frequency = np.bincount(counts.indices, minlength=len(rank)).astype(np.int64)
        is_used = frequency > 0  # replaced postings may leave terms that nothing uses
        if not is_used.all():
            counts.indices = (np.cumsum(is_used) - 1).astype(np.int32)[counts.indices]
        idf = smoothed_idf(frequency[is_used], len(order))
        starts = counts.indptr.astype(np.int64)
        return assemble(
            hashes[is_used], idf, starts, counts.indices.astype(np.int32, copy=False), counts.data
        )


@lru_cache(maxsize=1 << 16)
def _hashes_of(word: str) -> tuple[int, ...]:
    return tuple(term_hash(form) for form in ranked_forms(word))


@lru_cache(maxsize=1 << 12)
def _hashes_of_common_text(text: str) -> tuple[int, ...]:
    return tuple(chain.from_iterable(map(_hashes_of, raw_words(text))))


def count_one(posting: Posting) -> tuple[Hashes, Floats]:
    """Return the terms of one posting as ascending hashes, u64[m], and their counts, f32[m]."""
    hashes: list[int] = []
    runs, weights = [], []
    for text, weight, is_common in _texts(posting):
        term_hashes = (
            _hashes_of_common_text(text)
            if is_common
            else chain.from_iterable(map(_hashes_of, raw_words(text)))
        )
        before = len(hashes)
        hashes += term_hashes
        runs.append(len(hashes) - before)
        weights.append(weight)
    for term, weight in _codes(posting):
        hashes.append(term_hash(term))
        runs.append(1)
        weights.append(weight)
    all_hashes = np.array(hashes, np.uint64)
    order = np.argsort(all_hashes)
    all_hashes = all_hashes[order]
    firsts = np.flatnonzero(np.append(True, all_hashes[1:] != all_hashes[:-1])[: len(all_hashes)])
    counts = np.add.reduceat(np.repeat(weights, runs)[order], firsts) if len(all_hashes) else np.empty(0)
    return all_hashes[firsts], counts.astype(np.float32)


def heaviest_terms(vectors: Vectors) -> Longs:
    """Return the term of greatest weight in each row, i64[n]; -1 for an empty row."""
    sizes = np.diff(vectors.doc_start)
    best = np.full(vectors.size, -1, np.int64)
    if not len(vectors.doc_terms):
        return best
    tops = np.maximum.reduceat(np.append(vectors.doc_weights, np.float32(0)), vectors.doc_start[:-1])
    at = np.flatnonzero(vectors.doc_weights == np.repeat(tops, sizes))
    rows = np.searchsorted(vectors.doc_start, at, side="right") - 1
    best[rows[::-1]] = vectors.doc_terms[at[::-1]]
    return best


def reorder_rows(vectors: Vectors, order: Longs) -> Vectors:
    """Return the rows in another order."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - serving needs none

    shape = (vectors.size, max(len(vectors.hashes), 1))
    rows = csr_array((vectors.doc_weights, vectors.doc_terms, vectors.doc_start), shape=shape)[order]
    starts, terms = rows.indptr.astype(np.int64), rows.indices.astype(np.int32, copy=False)
    return Vectors(vectors.hashes, vectors.idf, starts, terms, rows.data)
