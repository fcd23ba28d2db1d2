"""Exact top-k search with block-max pruning: an upper bound per group decides whether its rows are scored.

Rows of similar work are adjacent (Index.build), so most groups hold nothing near a query's best, and a few
hundred of 66,000 rows are read. Weights and scores are never rounded; only the upper bounds ('ceilings') are,
upwards.
"""

from dataclasses import dataclass
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.native import address, addresses, kernels
from matching.vectors import Doubles, Floats, Ints, Longs, Vectors

BUCKETS, AHEAD, SHARED_SLOT = 512, 4, 65535
"""As in kernels/search.py."""

DENSE_FROM = 8
"""A term in more than one of this many groups has a dense line of ceilings instead of a list of pairs."""

WIDE = 16
"""Number of terms of a sketch that are summed at once."""

Bytes = NDArray[np.uint8]

_ROWS = {"doc_start": np.int64, "doc_terms": np.int32, "doc_weights": np.float32, "ids": np.int64}


def group_size_for(rows: int) -> int:
    """Return the rows per group: 32 for 66,000 rows, 64 for a million.

    Small groups cost more to select and less to score.
    """
    return int(32 * 2 ** max(0, round(np.log2(max(rows, 1) / 66_000) / 4)))


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Upper bounds of the weight of each term in each row (its sketch) and each group, in 255ths.

    Attributes:
        group_size: i64[1], rows per group.
        scale: f32[V], 1/255 of the term's greatest weight.
        slot_of: i32[V], number of the term in sketches, the most common first; above 65,535 they share one.
        sketch_start: i64[n+1], start of each row's sketch; rows are padded to a multiple of WIDE.
        sketch_slots: u16, terms of the sketches; sketch_levels: u8, their bounds.
        pair_start: i64[V+1], start of each term's list of pairs.
        pair_group: i32[P], group of a pair; pair_top: u8[P], its bound.
        line_of: i32[V], line of a dense term, -1 for none; line_top: u8[L, groups], bounds by group.
    """

    group_size: Longs
    scale: Floats
    slot_of: Ints
    sketch_start: Longs
    sketch_slots: NDArray[np.uint16]
    sketch_levels: Bytes
    pair_start: Longs
    pair_group: Ints
    pair_top: Bytes
    line_of: Ints
    line_top: Bytes

    @classmethod
    def of(cls, vectors: Vectors) -> "Ceilings":
        size, vocabulary = vectors.size, len(vectors.hashes)
        group_size = group_size_for(size)
        groups = -(-size // group_size)
        rows = (size, *addresses(vectors.doc_start, vectors.doc_terms, vectors.doc_weights))
        last, pairs = np.full(vocabulary, -1, np.int32), np.zeros(vocabulary, np.int64)
        top = np.zeros(vocabulary, np.float32)
        kernels().count_pairs(*rows, group_size, address(last), address(pairs), address(top))
        dense = pairs * DENSE_FROM > groups
        by_rank = np.empty(vocabulary, np.int32)
        by_rank[np.argsort(-pairs, kind="stable")] = np.arange(vocabulary, dtype=np.int32)
        pair_start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.where(dense, 0, pairs))])
        padded = -(-np.diff(vectors.doc_start) // WIDE) * WIDE
        sketch_start = np.concatenate([np.zeros(1, np.int64), np.cumsum(padded)])
        ceilings = cls(
            group_size=np.array([group_size], np.int64),
            scale=np.nextafter(top / np.float32(255), np.float32(np.inf), dtype=np.float32),
            slot_of=np.minimum(by_rank, SHARED_SLOT).astype(np.int32),
            sketch_start=sketch_start,
            sketch_slots=np.zeros(int(sketch_start[-1]), np.uint16),
            sketch_levels=np.zeros(int(sketch_start[-1]), np.uint8),
            pair_start=pair_start,
            pair_group=np.zeros(int(pair_start[-1]), np.int32),
            pair_top=np.zeros(int(pair_start[-1]), np.uint8),
            line_of=np.where(dense, np.cumsum(dense) - 1, -1).astype(np.int32),
            line_top=np.zeros((int(dense.sum()), groups), np.uint8),
        )
        last.fill(-1)
        pair_counts = np.zeros(vocabulary, np.int64)
        kernels().fill_ceilings(*rows, *ceilings.for_kernels(), address(last), address(pair_counts))
        return ceilings

    def for_kernels(self) -> tuple[int, ...]:
        """Return the arguments that the kernels expect."""
        return (
            *addresses(self.scale, self.slot_of, self.sketch_start, self.sketch_slots, self.sketch_levels),
            int(self.group_size[0]),
            *addresses(self.pair_start, self.pair_group, self.pair_top, self.line_of, self.line_top),
            self.line_top.shape[1],
        )


class Room(local):
    """Scratch memory of one thread, allocated once and reused by each of its queries."""

    def __init__(self, vocabulary: int, groups: int) -> None:
        self._weight_of = np.zeros(vocabulary)
        self._unit_of = np.zeros(min(vocabulary, SHARED_SLOT + 1), np.float32)
        self._ahead = np.empty(AHEAD, np.int64)
        self._ceiling = np.empty(groups, np.float32)
        self._order = np.empty(groups + BUCKETS + 1, np.int32)
        self.weight_of = address(self._weight_of)
        self.scratch = (
            self.weight_of, address(self._unit_of), address(self._ahead), address(self._ceiling),
            address(self._order),
        )  # fmt: skip
        self._terms = self._k = 0
        self.take(256, 64)

    def take(self, terms: int, k: int) -> None:
        """Grow the buffers for a query of `terms` terms and `k` results."""
        if terms <= self._terms and k <= self._k:
            return
        self._terms, self._k = max(terms, self._terms), max(k, self._k)
        self.terms, self.weights = np.empty(self._terms, np.int32), np.empty(self._terms)
        self.scores, self.rows = np.empty(self._k), np.empty(self._k, np.int64)
        self.query = (address(self.terms), address(self.weights))
        self.out = (address(self.scores), address(self.rows))


class Searcher:
    """Top-k search over one set of vectors. Thread-safe; calls release the GIL.

    Raises:
        TypeError: an array does not have the dtype that the kernels read.
    """

    def __init__(self, vectors: Vectors, ids: Longs, ceilings: Ceilings | None) -> None:
        self.size = vectors.size
        self._arrays = (vectors, ids, ceilings)  # the kernels see addresses only
        arrays: list[NDArray[Any]] = [vectors.doc_start, vectors.doc_terms, vectors.doc_weights, ids]
        for name, array, kind in zip(_ROWS, arrays, _ROWS.values(), strict=True):
            if array.dtype != kind:
                raise TypeError(f"{name} must be {kind}, not {array.dtype}")
        self._rows = (vectors.size, *addresses(*arrays))
        self._ceilings = ceilings.for_kernels() if ceilings is not None else None
        self._room = Room(len(vectors.hashes), self._ceilings[-1] if self._ceilings else 0)
        self._kernels = kernels()

    def best(
        self,
        terms: Ints,
        weights: Doubles,
        k: int,
        allowed: Bytes | None = None,
        passing_count: int | None = None,
    ) -> tuple[Longs, Doubles]:
        """Return the k best rows and their scores, best first, equal scores by id.

        Fewer are returned only when fewer are allowed.

        Args:
            terms: i32[m], distinct terms of these vectors.
            weights: f64[m], non-negative.
            k: number of results.
            allowed: u8[n], 1 for rows that may be listed; zero-padded to a multiple of 8 it is not copied.
            passing_count: number of ones in `allowed`; counted when missing.
        """
        if allowed is not None and passing_count is None:
            passing_count = int(np.count_nonzero(allowed))
        total = self.size if passing_count is None else passing_count
        k, m = min(k, total), len(terms)
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0)
        room = self._room
        room.take(m, k)
        room.terms[:m], room.weights[:m] = terms, weights
        if allowed is not None and len(allowed) % 8:
            allowed = np.concatenate([allowed, np.zeros(-len(allowed) % 8, np.uint8)])
        row_filter = (0, 0) if allowed is None else (1, address(allowed))
        if self._ceilings is None:
            count = self._kernels.best_by_scan(
                *self._rows, *row_filter, m, *room.query, k, room.weight_of, *room.out
            )
        else:
            groups = self._ceilings[-1]
            # With fewer rows than groups, checking each row is faster than sorting the groups.
            ceilings = self._ceilings if total > groups else (*self._ceilings[:-1], 0)
            count = self._kernels.best_by_ceilings(
                *self._rows, *ceilings, *row_filter, total, m, *room.query, k, *room.scratch, *room.out
            )
        return room.rows[:count].copy(), room.scores[:count].copy()
