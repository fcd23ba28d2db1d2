"""Changes since the last rebuild: an append-only log of upserts and removals, and their delta segment.

A record is its length and CRC-32, then its time, the posting's id and, for an upsert, its facts (facts.ROW)
and term counts by hash. Counts, not weights, as a record outlives a rebuild, which changes the weights. A
truncated or damaged record ends the log; the next writer cuts it off.
"""

import struct
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.counting import count_one
from matching.facts import ROW, Facts, row
from matching.index import Index, Segment
from matching.types import Posting
from matching.vectors import Floats, Hashes, assemble, smoothed_idf

_HEAD = struct.Struct("<II")  # bytes of the payload, its CRC-32
_RECORD = struct.Struct("<qqi")  # microseconds since 1970, posting id, number of terms (-1: removal)


@dataclass(frozen=True, slots=True)
class Change:
    """One record: an upsert (facts and counts) or a removal (facts None).

    Attributes:
        written_at: time in microseconds since 1970.
        id: posting id.
        facts: one row of facts.ROW.
        hashes: u64[m], ascending term hashes.
        counts: f32[m], count of each term.
    """

    written_at: int
    id: int
    facts: NDArray[np.void] | None
    hashes: Hashes
    counts: Floats

    @classmethod
    def upsert(cls, posting: Posting) -> "Change":
        """Build the record that adds or replaces a posting.

        Raises:
            ValueError, KeyError: the posting cannot be used (facts.row).
        """
        facts = np.array([row(posting)], ROW)
        return cls(time.time_ns() // 1000, posting.id, facts, *count_one(posting))

    @classmethod
    def removal(cls, id_: int) -> "Change":
        return cls(time.time_ns() // 1000, id_, None, np.empty(0, np.uint64), np.empty(0, np.float32))

    def to_bytes(self) -> bytes:
        if self.facts is None:
            payload = _RECORD.pack(self.written_at, self.id, -1)
        else:
            body = self.facts.tobytes() + self.hashes.tobytes() + self.counts.tobytes()
            payload = _RECORD.pack(self.written_at, self.id, len(self.hashes)) + body
        return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload

    @classmethod
    def from_bytes(cls, payload: bytes) -> "Change":
        written_at, id_, size = _RECORD.unpack_from(payload)
        if size < 0:
            return cls(written_at, id_, None, np.empty(0, np.uint64), np.empty(0, np.float32))
        facts = np.frombuffer(payload, ROW, 1, _RECORD.size)
        at = _RECORD.size + ROW.itemsize
        hashes = np.frombuffer(payload, np.uint64, size, at)
        return cls(written_at, id_, facts, hashes, np.frombuffer(payload, np.float32, size, at + 8 * size))


def read_changes(data: bytes) -> Iterator[tuple[Change, int]]:
    """Yield the complete, undamaged records at the start of `data`, each with its end offset."""
    at = 0
    while at + _HEAD.size <= len(data):
        size, checksum = _HEAD.unpack_from(data, at)
        payload = data[at + _HEAD.size : at + _HEAD.size + size]
        if len(payload) < size or size < _RECORD.size or zlib.crc32(payload) != checksum:
            return
        at += _HEAD.size + size
        yield Change.from_bytes(payload), at


def with_changes(base: Segment, changes: Iterable[Change]) -> Index:
    """Return the base with changes applied; of several changes to one posting the last counts.

    Weights use the base's idf; a term that the base lacks has the idf of a term in no posting.
    """
    last = {change.id: change for change in changes}
    if not last:
        return Index(base)
    dead_rows = np.zeros(base.size, np.uint8)
    dead_rows[base.facts.find(last)] = 1
    upserts = [last[id_] for id_ in sorted(last) if last[id_].facts is not None]
    if not upserts:
        return Index(base, None, dead_rows)
    all_hashes = np.concatenate([change.hashes for change in upserts])
    hashes = np.unique(all_hashes)
    at = base.vectors.find(hashes)
    idf = np.full(len(hashes), smoothed_idf(np.zeros(1, np.int64), base.size)[0])
    idf[at >= 0] = base.vectors.idf[at[at >= 0]]
    starts = np.zeros(len(upserts) + 1, np.int64)
    np.cumsum([len(change.hashes) for change in upserts], out=starts[1:])
    counts = np.concatenate([change.counts for change in upserts])
    vectors = assemble(hashes, idf, starts, np.searchsorted(hashes, all_hashes).astype(np.int32), counts)
    rows = np.concatenate([change.facts for change in upserts if change.facts is not None])
    return Index(base, Segment(vectors, Facts.from_rows(rows)), dead_rows)
