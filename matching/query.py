"""A profile as one weighted vector that still knows which piece of evidence each weight came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from matching.evidence import Evidence
from matching.vectors import Doubles, Floats, Hashes, Ints


@dataclass(frozen=True, slots=True)
class Query:
    """A query of length 1 over m known terms.

    hashes u64[m] ascending; weights f64[m]; parts f64[p, m]: what each of the p pieces of evidence adds to
    each weight (columns sum to `weights`); names: the m terms as text.
    """

    hashes: Hashes
    weights: Doubles
    parts: NDArray[np.float64]
    names: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def contributions(self, numbers: Ints, doc_terms: Ints, doc_weights: Floats) -> NDArray[np.float64]:
        """What each piece and term adds to the score of one posting, f64[p, m].

        `numbers` are the query's terms in the numbering of the posting's segment, -1 where unknown there.
        """
        held = np.zeros(len(self.hashes))
        if len(doc_terms):
            at = np.minimum(np.searchsorted(doc_terms, numbers), len(doc_terms) - 1)
            held = np.where(doc_terms[at] == numbers, doc_weights[at].astype(np.float64), 0.0)
        return self.parts * held


def compile_query(pieces: Sequence[Evidence], idf_of: Callable[[Hashes], Doubles]) -> Query:
    """The weighted sum of the pieces, each first weighed as scikit-learn would weigh a document and scaled
    to length 1.

    `idf_of` gives the idf of each hash, 0 for a term that no posting has; such terms take no part in any
    length.
    """
    seen: dict[int, str] = {}
    for piece in pieces:
        seen.update(zip(piece.bag.hashes.tolist(), piece.bag.terms, strict=True))
    hashes = np.array(sorted(seen), np.uint64)
    idf = idf_of(hashes)
    parts = np.zeros((len(pieces), len(hashes)))
    for place, piece in enumerate(pieces):
        at = np.searchsorted(hashes, piece.bag.hashes)
        weighed = (1.0 + np.log(piece.bag.counts.astype(np.float64))) * idf[at]
        length = sqrt(float(weighed @ weighed))
        if length:
            parts[place, at] = weighed * (piece.weight / length)
    known = idf > 0
    parts, hashes = parts[:, known], hashes[known]
    weights = parts.sum(axis=0)
    length = sqrt(float(weights @ weights)) or 1.0
    names = tuple(seen[h] for h in hashes.tolist())
    return Query(hashes, weights / length, parts / length, names, tuple(pieces))
