"""Rank people for a posting: profiles as vectors, their facts as columns.

A person's score for a posting equals the posting's score for that person (Index.rank), up to float32
precision of the weights; `Index.explain` gives the reasons. Facts are those of the time the profiles were
read.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from matching import generation
from matching.blocks import Bytes, Ceilings, Searcher
from matching.counting import heaviest_terms, reorder_rows
from matching.facts import (
    MAX_SHORT_YEARS,
    SHIFT,
    TRAVEL,
    Person,
    farthest_chord,
    microseconds,
    on_sphere,
    rows_of,
)
from matching.index import Index
from matching.types import Profile
from matching.vectors import Doubles, Longs, Vectors


@dataclass(frozen=True, slots=True)
class PeopleFacts:
    """Facts of n people, one column each; lists of a person lie between its starts (i64[n+1]).

    Attributes:
        by_id: i32[n], rows in the order of their ids.
        lowest_pay: 0 without such a wish.
        refuses: flags of facts.SHIFT and TRAVEL.
        x: home on the unit sphere, as y and z; NaN if unknown.
        chord: greatest squared chord from home, infinite without limit.
    """

    id: Longs
    by_id: NDArray[np.int32]
    education: NDArray[np.int32]
    experience: Doubles
    served: Doubles
    certificates: NDArray[np.uint64]
    lowest_pay: Longs
    refuses: NDArray[np.int32]
    x: Doubles
    y: Doubles
    z: Doubles
    chord: Doubles
    region_start: Longs
    region_from: Longs
    region_to: Longs
    related_start: Longs
    related: Longs
    blocked_start: Longs
    blocked: Longs

    @classmethod
    def of(cls, people: list[Person]) -> "PeopleFacts":
        profiles = [p.profile for p in people]
        homes = [on_sphere(p.home) if p.home is not None else (np.nan,) * 3 for p in profiles]
        x, y, z = np.array(homes, np.float64).reshape(-1, 3).T.copy()
        ids = np.array([p.id for p in profiles], np.int64)
        regions = [r for p in people for r in p.regions]
        bounds = np.array(regions, np.int64).reshape(-1, 2).T.copy()
        related = [sorted(p.related_groups) if p.profile.years_served else [] for p in people]
        blocked = [sorted(p.blocked_employers) for p in profiles]
        return cls(
            id=ids,
            by_id=np.argsort(ids, kind="stable").astype(np.int32),
            education=np.array([p.education for p in profiles], np.int32),
            experience=np.array([p.experience_years for p in profiles], np.float64),
            served=np.array([p.years_served for p in profiles], np.float64),
            certificates=np.array([p.certificate_bits for p in people], np.uint64),
            lowest_pay=np.array([p.lowest_pay or 0 for p in profiles], np.int64),
            refuses=np.array(
                [SHIFT * (not p.accepts_shift) | TRAVEL * (not p.accepts_travel) for p in profiles], np.int32
            ),
            x=x, y=y, z=z,
            chord=np.array([farthest_chord(p) for p in profiles], np.float64),
            region_start=_starts(p.regions for p in people),
            region_from=bounds[0],
            region_to=bounds[1],
            related_start=_starts(related),
            related=np.array([g for own in related for g in own], np.int64),
            blocked_start=_starts(blocked),
            blocked=np.array([e for own in blocked for e in own], np.int64),
        )  # fmt: skip

    def failures(self, index: Index, posting_id: int) -> dict[str, NDArray[np.bool_]]:
        """Return for each kind of fact a mask of the people who fail it for a posting.

        Raises:
            KeyError: the index has no such posting.
        """
        segment, at = index.find(posting_id)
        f = segment.facts
        x, y, z = self.x - f.x[at], self.y - f.y[at], self.z - f.z[at]
        required_years = f.experience[at]
        near = _any(self.related_start, self.related == f.occupation[at] // 100)
        inside = (self.region_from < f.region_to[at]) & (self.region_to > f.region_from[at])
        flags = int(f.flags[at])
        with np.errstate(invalid="ignore"):
            too_far = x * x + y * y + z * z > self.chord
        return {
            "region": (np.diff(self.region_start) > 0) & ~_any(self.region_start, inside),
            "distance": too_far,
            "pay": (f.pay_to[at] > 0) & (f.pay_to[at] < self.lowest_pay),
            "education": f.education[at] > self.education,
            "experience": (required_years > self.experience + MAX_SHORT_YEARS)
            & ~(near & (required_years <= self.experience + self.served + MAX_SHORT_YEARS)),
            "certificate": (f.certificates[at] & ~self.certificates) != 0,
            "employer": _any(self.blocked_start, self.blocked == f.employer[at]),
            "shift": (self.refuses & flags & SHIFT) != 0,
            "travel": (self.refuses & flags & TRAVEL) != 0,
        }


def _starts(lists: Iterable[Collection[object]]) -> Longs:
    sizes = [len(own) for own in lists]
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])


def _any(starts: Longs, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each list whether any of its values is true."""
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    result: NDArray[np.bool_] = before[starts[1:]] > before[starts[:-1]]
    return result


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Best people for a posting as (profile id, score), best first, equal scores by id.

    `considered`, `passing`, `excluded` as in types.Ranking.
    """

    people: tuple[tuple[int, float], ...]
    considered: int
    passing: int
    excluded: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Time at which the profiles were read: `at` i64[1], microseconds since 1970, 0 if unknown."""

    at: Longs


@dataclass(frozen=True)
class People:
    """Profiles that can be ranked for a posting. Immutable and thread-safe."""

    vectors: Vectors
    facts: PeopleFacts
    ceilings: Ceilings
    reading: Reading

    @classmethod
    def build(cls, profiles: Iterable[Profile], index: Index, *, read_at: datetime | None = None) -> "People":
        """Build from profiles, with the idf of `index`; of several with the same id the last counts.

        Args:
            profiles: the profiles.
            index: index of postings.
            read_at: time before they were read; the caller tracks later changes.

        Raises:
            ValueError: an invalid region code.
        """
        last = {profile.id: profile for profile in profiles}
        ordered_profiles = [last[id_] for id_ in sorted(last)]
        sizes, hashes, weights = np.zeros(len(ordered_profiles), np.int64), [], []
        for place, profile in enumerate(ordered_profiles):
            query = index.compile(profile)
            sizes[place] = len(query.hashes)
            hashes.append(query.hashes)
            weights.append(query.weights.astype(np.float32))
        all_hashes = np.concatenate([np.empty(0, np.uint64), *hashes])
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        vocabulary, terms = np.unique(all_hashes, return_inverse=True)
        all_weights = np.concatenate([np.empty(0, np.float32), *weights])
        rows = Vectors(vocabulary, np.ones(len(vocabulary)), starts, terms.astype(np.int32), all_weights)
        order = np.lexsort((np.arange(len(ordered_profiles)), heaviest_terms(rows)))
        rows = reorder_rows(rows, order)
        facts = PeopleFacts.of([Person.of(ordered_profiles[at]) for at in order])
        moment = microseconds(read_at) if read_at is not None else 0
        return cls(rows, facts, Ceilings.of(rows), Reading(np.array([moment], np.int64)))

    @property
    def read_at(self) -> datetime:
        """Time before the profiles were read, in UTC."""
        return datetime.fromtimestamp(int(self.reading.at[0]) / 1_000_000, UTC)

    def __len__(self) -> int:
        return len(self.facts.id)

    @cached_property
    def searcher(self) -> Searcher:
        return Searcher(self.vectors, self.facts.id, self.ceilings)

    def rank(
        self,
        index: Index,
        posting_id: int,
        k: int = 20,
        *,
        among: Collection[int] | None = None,
        relax: Collection[str] = (),
    ) -> Shortlist:
        """Rank the people who meet every hard fact of a posting, whether it is open or not.

        Args:
            index: index of postings.
            posting_id: id of the posting.
            k: number of results.
            among: only these profile ids (the people registered for a fair); None means all.
            relax: kinds of facts (facts.KINDS) that do not exclude.

        Raises:
            KeyError: the index has no such posting.
        """
        facts = self.facts
        pool = np.ones(len(self), np.bool_)
        if among is not None:
            pool[:] = False
            pool[rows_of(among, facts.id, facts.by_id)] = True
        allowed, excluded = pool.copy(), {}
        for kind, mask in facts.failures(index, posting_id).items():
            if kind not in relax:
                excluded[kind] = int((pool & mask).sum())
                allowed &= ~mask
        segment, at = index.find(posting_id)
        terms, weights = segment.vectors.row(at)
        numbers = self.vectors.find(segment.vectors.hashes[terms])
        is_known = numbers >= 0
        mask8: Bytes = allowed.astype(np.uint8)
        passing_count = int(mask8.sum())
        rows, scores = self.searcher.best(
            numbers[is_known], weights[is_known].astype(np.float64), k, mask8, passing_count
        )
        best = zip(facts.id[rows].tolist(), scores.tolist(), strict=True)
        return Shortlist(
            tuple(best), int(pool.sum()), passing_count, {kind: n for kind, n in excluded.items() if n}
        )


class PeopleStore:
    """Store of the people index in one directory, shared by threads and processes (see IndexStore)."""

    def __init__(self, directory: Path | str) -> None:
        self._folder = generation.Folder(directory)
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._people: People | None = None

    def current(self) -> People | None:
        """Return the people of the last `publish`; None before the first."""
        stamp = self._folder.stamp()
        with self._lock:
            if stamp != self._stamp:
                self._people, self._stamp = self._folder.open(_read), stamp
            return self._people

    def publish(self, people: People) -> str:
        """Write a new generation and switch every process to it; return its name."""
        return self._folder.publish({part: getattr(people, part) for part in _KINDS})


_KINDS = {"vectors": Vectors, "facts": PeopleFacts, "ceilings": Ceilings, "reading": Reading}


def _read(directory: Path) -> People:
    return People(**generation.load(directory, _KINDS))
