"""The index: postings as vectors and facts, and the questions that can be asked of it.

An index is made of segments, each immutable: the base that a rebuild makes and, when postings came since, a
small delta whose weights use the base's idf. Rows of the base that were replaced or removed are marked
dead. Facts decide before scores: a posting that fails a hard fact is never scored into a list.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matching.evidence import evidence
from matching.facts import KINDS, ROW, Facts, Mask, Person, failed_kinds, failures, missing, row
from matching.query import Query, compile_query
from matching.reasons import fact_reasons, term_reasons
from matching.types import Match, Posting, Profile, Ranking, Verdict
from matching.vectors import (
    Collector,
    Doubles,
    Hashes,
    Progress,
    Vectors,
    posting_terms,
    smoothed_idf,
    term_counts,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """Postings in the order of their ids, as vectors and facts."""

    vectors: Vectors
    facts: Facts

    @property
    def size(self) -> int:
        return len(self.facts.id)


def top(scores: Doubles, allowed: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The k best of the allowed rows, best first, equal scores in row order. Exact; fewer only when fewer
    exist."""
    if k <= 0 or not len(allowed):
        return np.empty(0, np.int64)
    own = scores[allowed]
    if len(own) > k:
        worst = np.partition(own, len(own) - k)[len(own) - k]
        above = allowed[own > worst]
        allowed = np.concatenate([above, allowed[own == worst][: k - len(above)]])
        own = scores[allowed]
    return allowed[np.lexsort((allowed, -own))]


class Index:
    """Ranks postings for profiles. Immutable, so that threads may share it."""

    def __init__(self, base: Segment, delta: Segment | None = None, dead: Mask | None = None) -> None:
        self.base = base
        self.delta = delta
        self.dead = dead

    @classmethod
    def build(cls, postings: Iterable[Posting], progress: Progress | None = None) -> "Index":
        """An index of the given postings, in any order; of two with one id the last counts.

        `progress` wraps the postings as they are read, e.g. `progress=tqdm`.

        Raises:
            ValueError: a region code or a time cannot be used.
            KeyError: a certificate code that data/certificates.csv lacks.
        """
        collector, rows = Collector(), []
        for posting in progress(postings) if progress else postings:
            rows.append(row(posting))
            collector.add(term_counts(posting_terms(posting)))
        last = {values[0]: place for place, values in enumerate(rows)}
        order = [last[id_] for id_ in sorted(last)]
        facts = Facts.from_rows(np.array([rows[place] for place in order], ROW))
        return cls(Segment(collector.finish(order), facts))

    def __len__(self) -> int:
        return sum(segment.size for segment in self._segments()) - (
            int(self.dead.sum()) if self.dead is not None else 0
        )

    def _segments(self) -> Iterator[Segment]:
        yield self.base
        if self.delta is not None:
            yield self.delta

    def idf(self, hashes: Hashes) -> Doubles:
        """The idf of terms, frozen at the last rebuild; 0 for a term that no posting has."""
        base = self.base.vectors
        at = base.find(hashes)
        idf = np.where(at >= 0, base.idf[np.maximum(at, 0)], 0.0) if len(base.idf) else np.zeros(len(hashes))
        if self.delta is not None:
            new = (at < 0) & (self.delta.vectors.find(hashes) >= 0)
            idf[new] = smoothed_idf(np.zeros(1, np.int64), base.size)[0]
        return idf

    def compile(self, profile: Profile) -> Query:
        """The profile as a query against this index's vocabulary."""
        return compile_query(evidence(profile), self.idf)

    def rank(
        self,
        profile: Profile,
        k: int = 20,
        *,
        now: datetime,
        among: Collection[int] | None = None,
        relax: Collection[str] = (),
    ) -> Ranking:
        """The k best postings that are open at `now` and meet every hard fact, best first, equal scores by
        id.

        Args:
            among: only these posting ids (a fair's booths); None means all.
            relax: kinds of facts (facts.KINDS) that shall not exclude; what fails them is told as missing.

        Raises:
            ValueError: `now` without a timezone, an unknown kind in `relax`, or a region code that cannot
            be one.
        """
        if unknown := set(relax) - set(KINDS):
            raise ValueError(f"no such kinds of facts: {sorted(unknown)}")
        person, query = Person.of(profile), self.compile(profile)
        considered, passing, excluded = 0, 0, dict.fromkeys(KINDS, 0)
        best: list[tuple[float, int, Segment, int, frozenset[str]]] = []
        for segment in self._segments():
            pool = self._pool(segment, now, among)
            considered += int(pool.sum())
            allowed = pool.copy()
            failed = failures(segment.facts, person)
            for kind, mask in failed.items():
                if kind not in relax:
                    excluded[kind] += int((pool & mask).sum())
                    allowed &= ~mask
            passing += int(allowed.sum())
            scores = self._scores(segment, query)
            for at in top(scores, np.flatnonzero(allowed), k).tolist():
                told = frozenset(kind for kind in relax if kind in failed and failed[kind][at])
                best.append((-float(scores[at]), int(segment.facts.id[at]), segment, at, told))
        best.sort(key=lambda entry: entry[:2])
        matches = tuple(self._match(query, person, segment, at, told) for _, _, segment, at, told in best[:k])
        return Ranking(
            matches, considered, passing, {kind: count for kind, count in excluded.items() if count}
        )

    def rank_many(
        self,
        profiles: Iterable[Profile],
        k: int = 20,
        *,
        now: datetime,
        among: Collection[int] | None = None,
        relax: Collection[str] = (),
    ) -> Iterator[tuple[int, Ranking]]:
        """(profile id, ranking) for each profile, as `rank` gives it."""
        for profile in profiles:
            yield profile.id, self.rank(profile, k, now=now, among=among, relax=relax)

    def explain(self, profile: Profile, posting_id: int, now: datetime) -> Verdict:
        """Why, or why not, for one posting.

        Raises:
            KeyError: the index has no such posting.
        """
        for segment in self._segments():
            found = segment.facts.find([posting_id])
            if len(found) and not (segment is self.base and self.dead is not None and self.dead[found[0]]):
                person, at = Person.of(profile), int(found[0])
                failed = failed_kinds(segment.facts, at, person, now)
                match = self._match(self.compile(profile), person, segment, at, failed)
                return Verdict(match.id, match.score, not failed, match.reasons, match.missing)
        raise KeyError(posting_id)

    def _pool(self, segment: Segment, now: datetime, among: Collection[int] | None) -> Mask:
        pool = segment.facts.open_at(now)
        if segment is self.base and self.dead is not None:
            pool &= ~self.dead
        if among is not None:
            named = np.zeros(segment.size, np.bool_)
            named[segment.facts.find(among)] = True
            pool &= named
        return pool

    def _scores(self, segment: Segment, query: Query) -> Doubles:
        numbers = segment.vectors.find(query.hashes)
        known = numbers >= 0
        return segment.vectors.scores(numbers[known], query.weights[known])

    def _match(
        self, query: Query, person: Person, segment: Segment, at: int, failed: frozenset[str]
    ) -> Match:
        numbers = segment.vectors.find(query.hashes)
        contributions = query.contributions(numbers, *segment.vectors.row(at))
        score = float(contributions.sum(axis=0).sum())
        reasons = term_reasons(query, contributions, segment.facts, at)
        reasons += fact_reasons(segment.facts, at, person, failed)
        lacking = missing(segment.facts, at, person, failed)
        return Match(int(segment.facts.id[at]), score, reasons, lacking)
