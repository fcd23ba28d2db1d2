"""A profile as one weighted vector that keeps the share of each item of evidence."""

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
    """Query of length 1 over m known terms.

    Attributes:
        hashes: u64[m], ascending.
        numbers: i32[m], terms in the vocabulary it was compiled for, -1 if that lacks one.
        weights: f64[m].
        parts: f64[p, m], part of each weight that each of the p items of evidence contributes.
        evidence: the p items.
    """

    hashes: Hashes
    numbers: Ints
    weights: Doubles
    parts: NDArray[np.float64]
    evidence: tuple[Evidence, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Texts of the m terms."""
        names: dict[int, str] = {}
        for item in self.evidence:
            names.update(zip(item.bag.hashes.tolist(), item.bag.terms, strict=True))
        return tuple(names[h] for h in self.hashes.tolist())

    def contributions(self, numbers: Ints, doc_terms: Ints, doc_weights: Floats) -> NDArray[np.float64]:
        """Return the contribution of each item and term to the score of one posting, f64[p, m].

        Args:
            numbers: terms of the query in the numbering of the posting's segment, -1 if unknown there.
            doc_terms: terms of the posting, ascending.
            doc_weights: their weights.
        """
        weights = np.zeros(len(self.hashes))
        if len(doc_terms):
            at = np.minimum(np.searchsorted(doc_terms, numbers), len(doc_terms) - 1)
            weights = np.where(doc_terms[at] == numbers, doc_weights[at].astype(np.float64), 0.0)
        return self.parts * weights


def collect_terms(items: Sequence[Evidence]) -> tuple[Hashes, NDArray[np.intp]]:
    """Return the distinct terms of all items as ascending hashes, and the index of each item's terms."""
    every = np.concatenate([item.bag.hashes for item in items])
    hashes, inverse = np.unique(every, return_inverse=True)
    return hashes, inverse


def compile_query(
    items: Sequence[Evidence], hashes: Hashes, places: NDArray[np.intp], numbers: Ints, idf: Doubles
) -> Query:
    """Return the weighted sum of the items, each first weighted as a TF-IDF document and scaled to length 1.

    Args:
        items: the evidence.
        hashes: distinct terms, from `collect_terms`.
        places: index of each item's terms, from `collect_terms`.
        numbers: number of each hash in the vocabulary.
        idf: f64, idf of each hash, 0 for a term of no posting; such terms do not count in any length.
    """
    sizes = [len(item.bag.hashes) for item in items]
    counts = np.concatenate([item.bag.counts for item in items]).astype(np.float64)
    weights_by_item = (1.0 + np.log(counts)) * idf[places]
    starts = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.intp)
    lengths = np.sqrt(np.add.reduceat(weights_by_item * weights_by_item, starts))
    scales = np.array([item.weight for item in items]) / np.where(lengths > 0, lengths, 1.0)
    owner = np.repeat(np.arange(len(items)), sizes)
    parts = np.zeros((len(items), len(hashes)))
    parts[owner, places] = weights_by_item * scales[owner]
    is_present = idf > 0
    if not is_present.all():
        parts, hashes, numbers = parts[:, is_present], hashes[is_present], numbers[is_present]
    weights = parts.sum(axis=0)
    length = sqrt(float(weights @ weights)) or 1.0
    return Query(hashes, numbers, weights / length, parts / length, tuple(items))
