"""Weighted term vectors with scikit-learn's TF-IDF semantics, as plain arrays.

weight(term, document) = (1 + ln tf) * idf, rows scaled to length 1;  idf = ln((1 + n) / (1 + df)) + 1.
A term's tf is its count over the fields, each field counted as often as its weight says, so that
`TfidfVectorizer(sublinear_tf=True)` over the same repeated tokens gives the same numbers
(tests/matching/test_vectors).

A term is a 64-bit hash of its text everywhere but here, and term numbers follow the order of the hashes: a
vocabulary is one sorted array that can be mapped into memory, searched without loading, and shared by all
processes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from matching import coding
from matching.tokens import terms
from matching.types import Posting

FIELD_WEIGHTS: Mapping[str, int] = {
    "title": 3,
    "occupation": 2,
    "duties": 1,
    "requirements": 1,
    "certificates": 2,
}
"""How often one word of each field counts."""

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@lru_cache(maxsize=1 << 17)
def term_hash(term: str) -> int:
    """A 64-bit hash of a term, the same in every process and on every machine."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


def occupation_terms(code: str) -> list[str]:
    """An occupation code as terms: the occupation itself, its small group and its middle group.

    '4-02-02-02' -> ['occ:4-02-02-02', 'occ:4-02-02', 'occ:4-02']. The capital-free prefix with a colon
    cannot come from the tokenizer, so a code never meets a word.
    """
    parts = code.split("-")
    if len(parts) != 4 or not all(p.isdigit() for p in parts):
        return []
    return [f"occ:{code}", f"occ:{'-'.join(parts[:3])}", f"occ:{'-'.join(parts[:2])}"]


def certificate_terms(codes: Iterable[str]) -> list[str]:
    return [f"cert:{code}" for code in sorted(codes)]


def posting_terms(posting: Posting) -> dict[str, list[str] | Counter[str]]:
    """The terms of each field of a posting, some with their counts."""
    return {
        "title": terms(posting.title),
        "occupation": Counter(terms(posting.occupation))
        + Counter(dict(coding.occupation_terms(posting.title, posting.occupation_code))),
        "duties": terms(posting.duties),
        "requirements": terms(posting.requirements),
        "certificates": certificate_terms(posting.certificates),
    }


def term_counts(fields: Mapping[str, Sequence[str] | Counter[str]]) -> Counter[str]:
    """Counts of terms over the fields, each field counted FIELD_WEIGHTS times."""
    counts: Counter[str] = Counter()
    for field, words in fields.items():
        weight = FIELD_WEIGHTS[field]
        for word, count in Counter(words).items():
            counts[word] += weight * count
    return counts


@dataclass(frozen=True, slots=True)
class Vectors:
    """Postings as weighted terms, once by document and once by term.

    Arrays: hashes u64[V] ascending; idf f64[V]; by document: doc_start i64[n+1], doc_terms i32[m]
    (ascending within a row), doc_weights f32[m]; by term: term_start i64[V+1], term_docs i32[m]
    (ascending), term_weights f32[m].
    """

    hashes: Hashes
    idf: Doubles
    doc_start: Longs
    doc_terms: Ints
    doc_weights: Floats
    term_start: Longs
    term_docs: Ints
    term_weights: Floats

    @property
    def size(self) -> int:
        return len(self.doc_start) - 1

    def find(self, hashes: Hashes) -> Ints:
        """Term numbers of the given hashes, -1 where the vocabulary lacks one."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, np.int32)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[at] == hashes, at, -1).astype(np.int32)

    def scores(self, query_terms: Ints, query_weights: Doubles) -> Doubles:
        """The dot product of a query with every posting, f64[n], summed in the order of the terms."""
        spans = [(int(self.term_start[t]), int(self.term_start[t + 1])) for t in query_terms]
        if not spans or not self.size:
            return np.zeros(self.size)
        docs = np.concatenate([self.term_docs[a:b] for a, b in spans])
        weights = np.concatenate(
            [self.term_weights[a:b] * w for (a, b), w in zip(spans, query_weights, strict=True)],
            dtype=np.float64,
        )
        return np.bincount(docs, weights, minlength=self.size).astype(np.float64, copy=False)

    def row(self, doc: int) -> tuple[Ints, Floats]:
        """Terms and weights of one posting."""
        a, b = int(self.doc_start[doc]), int(self.doc_start[doc + 1])
        return self.doc_terms[a:b], self.doc_weights[a:b]


def smoothed_idf(document_frequency: NDArray[np.int64], documents: int) -> Doubles:
    idf: Doubles = np.log((1.0 + documents) / (1.0 + document_frequency)) + 1.0
    return idf


def weigh(starts: Longs, doc_terms: Ints, counts: Floats, idf: Doubles) -> Floats:
    """Sublinear tf x idf with rows of length 1, f32, from counts by document."""
    weights = (1.0 + np.log(counts.astype(np.float64))) * idf[doc_terms]
    lengths = (
        np.sqrt(np.add.reduceat(np.append(weights * weights, 0.0), starts[:-1]))
        if len(starts) > 1
        else weights
    )
    sizes = np.diff(starts)
    lengths = np.where(sizes > 0, lengths, 1.0)
    scaled: Floats = (weights / np.repeat(np.where(lengths > 0, lengths, 1.0), sizes)).astype(np.float32)
    return scaled


def by_term(starts: Longs, doc_terms: Ints, weights: Floats, vocabulary: int) -> tuple[Longs, Ints, Floats]:
    """The same weights ordered by term: starts, documents (ascending), weights."""
    from scipy.sparse import csr_array  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - serving needs none

    documents = len(starts) - 1
    turned = csr_array((weights, doc_terms, starts), shape=(documents, vocabulary)).tocsc()
    return turned.indptr.astype(np.int64), turned.indices.astype(np.int32), turned.data


class Collector:
    """Gathers postings' terms one by one and turns them into `Vectors`."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._terms: list[NDArray[np.int32]] = []
        self._counts: list[NDArray[np.float32]] = []
        self._sizes: list[int] = []

    def add(self, counts: Mapping[str, int]) -> None:
        number = self._number
        numbers = [number.setdefault(term, len(number)) for term in counts]
        self._terms.append(np.array(numbers, np.int32))
        self._counts.append(np.fromiter(counts.values(), np.float32, len(counts)))
        self._sizes.append(len(counts))

    def finish(self, order: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """Vectors of the gathered postings, taken in the given order.

        Raises:
            RuntimeError: two terms share a hash (one chance in 10^10 at a vocabulary of 60,000).
        """
        order = np.asarray(order, np.int64)
        sizes = np.array(self._sizes, np.int64)[order] if len(order) else np.zeros(0, np.int64)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        gathered = np.concatenate([np.empty(0, np.int32), *(self._terms[i] for i in order)])
        counts = np.concatenate([np.empty(0, np.float32), *(self._counts[i] for i in order)])

        frequency = np.bincount(gathered, minlength=len(self._number))
        hashes = np.fromiter((term_hash(t) for t in self._number), np.uint64, len(self._number))
        rank = np.argsort(hashes, kind="stable")
        rank = rank[frequency[rank] > 0]  # a posting that was replaced may have left words of its own
        hashes = hashes[rank]
        if bool((hashes[1:] == hashes[:-1]).any()):
            raise RuntimeError("two terms share a 64-bit hash")
        number = np.zeros(len(self._number), np.int32)
        number[rank] = np.arange(len(rank), dtype=np.int32)

        doc_terms = number[gathered]
        for place in range(len(order)):
            a, b = starts[place], starts[place + 1]
            inside = np.argsort(doc_terms[a:b])
            doc_terms[a:b] = doc_terms[a:b][inside]
            counts[a:b] = counts[a:b][inside]
        return assemble(hashes, smoothed_idf(frequency[rank], len(order)), starts, doc_terms, counts)


def assemble(hashes: Hashes, idf: Doubles, starts: Longs, doc_terms: Ints, counts: Floats) -> Vectors:
    """Vectors from counts by document and a ready vocabulary."""
    weights = weigh(starts, doc_terms, counts, idf)
    return Vectors(hashes, idf, starts, doc_terms, weights, *by_term(starts, doc_terms, weights, len(hashes)))


Progress = Callable[[Iterable[Posting]], Iterable[Posting]]
"""Wraps an iterable of postings to show how far it is, as tqdm does."""
