"""A profile as one weighted vector that still knows which piece of evidence each weight came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from matching.evidence import Evidence
from matching.vectors import Doubles, Floats, Hashes, Ints


@dataclass(frozen=True)
class Query:
    """A query of length 1 over m known terms.

    hashes u64[m] ascending; numbers i32[m]: the terms in the vocabulary it was compiled for, -1 where that
    lacks one; weights f64[m]; parts f64[p, m]: what each of the p pieces of evidence adds to each weight
    (columns sum to `weights`).
    """

    hashes: Hashes
    numbers: Ints
    weights: Doubles
    parts: NDArray[np.float64]
    evidence: tuple[Evidence, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The m terms as text."""
        seen: dict[int, str] = {}
        for piece in self.evidence:
            seen.update(zip(piece.bag.hashes.tolist(), piece.bag.terms, strict=True))
        return tuple(seen[h] for h in self.hashes.tolist())

    def contributions(self, numbers: Ints, doc_terms: Ints, doc_weights: Floats) -> NDArray[np.float64]:
        """What each piece and term adds to the score of one posting, f64[p, m].

        `numbers` are the query's terms in the numbering of the posting's segment, -1 where unknown there.
        """
        held = np.zeros(len(self.hashes))
        if len(doc_terms):
            at = np.minimum(np.searchsorted(doc_terms, numbers), len(doc_terms) - 1)
            held = np.where(doc_terms[at] == numbers, doc_weights[at].astype(np.float64), 0.0)
        return self.parts * held


def gathered(pieces: Sequence[Evidence]) -> tuple[Hashes, NDArray[np.intp]]:
    """The distinct terms of all pieces as ascending hashes, and the place of each term of each piece in
    them.
    """
    every = np.concatenate([piece.bag.hashes for piece in pieces])
    hashes, inverse = np.unique(every, return_inverse=True)
    return hashes, inverse


def compile_query(
    pieces: Sequence[Evidence], hashes: Hashes, places: NDArray[np.intp], numbers: Ints, idf: Doubles
) -> Query:
    """The weighted sum of the pieces, each first weighed as scikit-learn would weigh a document and scaled
    to length 1.

    `hashes` and `places` come from `gathered`; `idf` f64 is that of each hash, 0 for a term that no posting
    has; such terms take no part in any length.
    """
    sizes = [len(piece.bag.hashes) for piece in pieces]
    counts = np.concatenate([piece.bag.counts for piece in pieces]).astype(np.float64)
    weighed = (1.0 + np.log(counts)) * idf[places]
    starts = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.intp)
    lengths = np.sqrt(np.add.reduceat(weighed * weighed, starts))
    scales = np.array([piece.weight for piece in pieces]) / np.where(lengths > 0, lengths, 1.0)
    owner = np.repeat(np.arange(len(pieces)), sizes)
    parts = np.zeros((len(pieces), len(hashes)))
    parts[owner, places] = weighed * scales[owner]
    known = idf > 0
    if not known.all():
        parts, hashes, numbers = parts[:, known], hashes[known], numbers[known]
    weights = parts.sum(axis=0)
    length = sqrt(float(weights @ weights)) or 1.0
    return Query(hashes, numbers, weights / length, parts / length, tuple(pieces))
