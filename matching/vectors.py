"""Weighted term vectors with scikit-learn's TF-IDF semantics, as plain arrays.

weight(term, document) = (1 + ln tf) * idf, rows scaled to length 1;  idf = ln((1 + n) / (1 + df)) + 1.
A term's tf is its count over the fields, multiplied by the weight of each field, so that
`TfidfVectorizer(sublinear_tf=True)` over the same repeated tokens gives the same numbers
(tests/matching/test_vectors).

A term is a 64-bit hash of its text everywhere except in counting.py, and term numbers follow the order of the
hashes: a vocabulary is one sorted array that can be memory-mapped, searched in place and shared by processes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from matching.coding import code_terms
from matching.types import Posting

FIELD_WEIGHTS: Mapping[str, int] = {
    "title": 3,
    "occupation": 2,
    "duties": 1,
    "requirements": 1,
    "certificates": 2,
}
"""Count of one word of each field."""

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@lru_cache(maxsize=1 << 17)
def term_hash(term: str) -> int:
    """Return a 64-bit hash of a term, the same in every process and on every machine."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


def occupation_terms(code: str) -> list[str]:
    """Return an occupation code as terms, see `coding.code_terms`; [] if it is malformed."""
    return list(code_terms(code))


def certificate_terms(codes: Iterable[str]) -> list[str]:
    return [f"cert:{code}" for code in sorted(codes)]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Postings as weighted terms in compressed sparse rows.

    Attributes:
        hashes: u64[V], ascending.
        idf: f64[V].
        doc_start: i64[n+1], start of each row.
        doc_terms: i32[m], ascending within a row.
        doc_weights: f32[m].
    """

    hashes: Hashes
    idf: Doubles
    doc_start: Longs
    doc_terms: Ints
    doc_weights: Floats

    @property
    def size(self) -> int:
        return len(self.doc_start) - 1

    def find(self, hashes: Hashes) -> Ints:
        """Return the term numbers of the given hashes, -1 if the vocabulary lacks one."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, np.int32)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[at] == hashes, at, -1).astype(np.int32)

    def row(self, at: int) -> tuple[Ints, Floats]:
        """Return terms and weights of one posting."""
        a, b = int(self.doc_start[at]), int(self.doc_start[at + 1])
        return self.doc_terms[a:b], self.doc_weights[a:b]


def smoothed_idf(document_frequency: NDArray[np.int64], documents: int) -> Doubles:
    idf: Doubles = np.log((1.0 + documents) / (1.0 + document_frequency)) + 1.0
    return idf


_ROWS_AT_ONCE = 1 << 15  # limits the memory for weighting a million rows


def weigh(starts: Longs, doc_terms: Ints, counts: Floats, idf: Doubles) -> Floats:
    """Return sublinear tf x idf with rows of length 1, f32, from counts by row."""
    scaled = np.empty(len(doc_terms), np.float32)
    for begin in range(0, len(starts) - 1, _ROWS_AT_ONCE):
        bounds = starts[begin : begin + _ROWS_AT_ONCE + 1]
        a, b = int(bounds[0]), int(bounds[-1])
        weights = (1.0 + np.log(counts[a:b].astype(np.float64))) * idf[doc_terms[a:b]]
        sizes = np.diff(bounds)
        squares = np.add.reduceat(np.append(weights * weights, 0.0), bounds[:-1] - a)
        lengths = np.where(sizes > 0, np.sqrt(squares), 1.0)
        scaled[a:b] = weights / np.repeat(np.where(lengths > 0, lengths, 1.0), sizes)
    return scaled


def assemble(hashes: Hashes, idf: Doubles, starts: Longs, doc_terms: Ints, counts: Floats) -> Vectors:
    """Build vectors from counts by row and a vocabulary."""
    return Vectors(hashes, idf, starts, doc_terms, weigh(starts, doc_terms, counts, idf))


Progress = Callable[[Iterable[Posting]], Iterable[Posting]]
"""Wrapper of an iterable of postings that shows its progress, e.g. tqdm."""
