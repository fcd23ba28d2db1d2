"""The index: postings as vectors and facts, and the queries on them.

An index consists of immutable segments: the base built by a rebuild and, after later changes, a small delta
whose weights use the base's idf. Replaced or removed rows of the base are marked in `dead_rows`. Facts are
checked before scores: a posting that fails a hard fact is never listed.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from matching.blocks import Bytes, Ceilings, Searcher
from matching.counting import Counting, heaviest_terms, reorder_rows
from matching.evidence import Evidence, evidence
from matching.facts import KINDS, ROW, Facts, Judge, Person, missing, row
from matching.query import Query, collect_terms, compile_query
from matching.reasons import fact_reasons, term_reasons
from matching.types import Match, Posting, Profile, Ranking, Verdict
from matching.vectors import Doubles, Ints, Longs, Progress, Vectors, smoothed_idf

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Segment:
    """Postings as vectors and facts: similar work adjacent if there are ceilings (blocks.py), else by id."""

    vectors: Vectors
    facts: Facts
    ceilings: Ceilings | None = None

    @property
    def size(self) -> int:
        return len(self.facts.id)

    @cached_property
    def searcher(self) -> Searcher:
        return Searcher(self.vectors, self.facts.id, self.ceilings)

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.facts)


class Index:
    """Ranks postings for profiles. Immutable and thread-safe."""

    def __init__(self, base: Segment, delta: Segment | None = None, dead_rows: Bytes | None = None) -> None:
        """Combine segments; `dead_rows` u8[n] is 1 for rows of the base that were replaced or removed."""
        self.base = base
        self.delta = delta
        self.dead_rows = dead_rows

    @classmethod
    def build(cls, postings: Iterable[Posting], progress: Progress | None = None) -> "Index":
        """Build an index of postings in any order; of several with the same id the last counts.

        Args:
            postings: the postings.
            progress: wraps the postings as they are read, e.g. `progress=tqdm`.

        Raises:
            ValueError: a region code or a time cannot be used.
            KeyError: a certificate code that data/certificates.csv lacks.
        """
        counting, tables, rows = Counting(), [np.empty(0, ROW)], []
        for posting in progress(postings) if progress else postings:
            rows.append(row(posting))
            counting.add(posting)
            if len(rows) == _ROWS_AT_ONCE:  # tuples take ten times the memory
                tables.append(np.array(rows, ROW))
                rows.clear()
        table = np.concatenate([*tables, np.array(rows, ROW)])
        last = len(table) - 1 - np.unique(table["id"][::-1], return_index=True)[1]
        vectors = counting.finish(last)
        kin = np.frombuffer(counting.kin, np.int64)[last]
        order = np.lexsort((table["id"][last], heaviest_terms(vectors), kin))
        vectors = reorder_rows(vectors, order)
        return cls(Segment(vectors, Facts.from_rows(table[last[order]]), Ceilings.of(vectors)))

    def __len__(self) -> int:
        return sum(segment.size for segment in self._segments()) - (
            int(self.dead_rows.sum()) if self.dead_rows is not None else 0
        )

    def _segments(self) -> Iterator[Segment]:
        yield self.base
        if self.delta is not None:
            yield self.delta

    def compile(self, profile: Profile) -> Query:
        """Compile a profile to a query for the vocabulary of this index, with idf of the last rebuild."""
        return self.compile_evidence(evidence(profile))

    def compile_evidence(self, items: Sequence[Evidence]) -> Query:
        """Compile a non-empty sequence of evidence to a query."""
        hashes, places = collect_terms(items)
        base = self.base.vectors
        at = base.find(hashes)
        idf = np.where(at >= 0, base.idf[np.maximum(at, 0)], 0.0) if len(base.idf) else np.zeros(len(hashes))
        if self.delta is not None:
            new = (at < 0) & (self.delta.vectors.find(hashes) >= 0)
            idf[new] = smoothed_idf(np.zeros(1, np.int64), base.size)[0]
        return compile_query(items, hashes, places, at, idf)

    def search(
        self, query: Query, k: int = 20, allowed: Bytes | None = None, passing_count: int | None = None
    ) -> tuple[Longs, Doubles]:
        """Return ids and scores of the k nearest postings of the last rebuild, ignoring facts.

        Args:
            query: compiled profile.
            k: number of results.
            allowed: u8[n] in the order of the rows, see blocks.Searcher.best.
            passing_count: number of ones in `allowed`.
        """
        is_known = query.numbers >= 0
        rows, scores = self.base.searcher.best(
            query.numbers[is_known], query.weights[is_known], k, allowed, passing_count
        )
        return self.base.facts.id[rows], scores

    def search_many(
        self, queries: Sequence[Query], k: int = 20, *, threads: int = 1
    ) -> list[tuple[Longs, Doubles]]:
        """Call `search` for each of many queries, on `threads` cores."""
        if threads == 1:
            return [self.search(query, k) for query in queries]
        with ThreadPoolExecutor(threads) as pool:  # the kernels release the GIL
            shares = pool.map(lambda at: self.search_many(queries[at::threads], k), range(threads))
            results: list[tuple[Longs, Doubles]] = [(np.empty(0, np.int64), np.empty(0))] * len(queries)
            for at, share in enumerate(shares):
                results[at::threads] = share
        return results

    def rank(
        self,
        profile: Profile,
        k: int = 20,
        *,
        now: datetime,
        offset: int = 0,
        among: Collection[int] | None = None,
        relax: Collection[str] = (),
    ) -> Ranking:
        """Rank the postings that are open at `now` and meet every hard fact, best first, equal scores by id.

        Args:
            profile: the person.
            k: number of results.
            now: time with a timezone.
            offset: number of best results to skip (those of the pages before).
            among: only these posting ids (a fair's booths); None means all.
            relax: kinds of facts (facts.KINDS) that do not exclude; failures are reported as missing.

        Raises:
            ValueError: `now` without a timezone, an unknown kind in `relax`, or a region code that cannot
            be one.
        """
        if unknown := set(relax) - set(KINDS):
            raise ValueError(f"no such kinds of facts: {sorted(unknown)}")
        person, query = Person.of(profile), self.compile(profile)
        considered_count, passing_count, excluded = 0, 0, dict.fromkeys(KINDS, 0)
        best: list[tuple[float, int, Segment, int]] = []
        for segment in self._segments():
            judgement = segment.judge(person, now, left_out=self._left_out(segment, among), relax=relax)
            considered_count += judgement.considered
            passing_count += judgement.passing_count
            for kind in excluded:
                excluded[kind] += judgement.failure_counts[kind] if kind not in relax else 0
            numbers = self._numbers(segment, query)
            is_known = numbers >= 0
            rows, scores = segment.searcher.best(
                numbers[is_known],
                query.weights[is_known],
                offset + k,
                judgement.allowed,
                judgement.passing_count,
            )
            ids = segment.facts.id[rows].tolist()
            best += [
                (-s, i, segment, at) for s, i, at in zip(scores.tolist(), ids, rows.tolist(), strict=True)
            ]
        best.sort(key=lambda entry: entry[:2])
        relaxed = frozenset(relax)
        matches = []
        for _, _, segment, at in best[offset : offset + k]:
            failed = segment.judge.failed_kinds(at, person, now) & relaxed if relaxed else relaxed
            matches.append(self._match(query, person, segment, at, failed))
        return Ranking(
            tuple(matches),
            considered_count,
            passing_count,
            {kind: count for kind, count in excluded.items() if count},
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
        """Yield (profile id, ranking by `rank`) for each profile."""
        for profile in profiles:
            yield profile.id, self.rank(profile, k, now=now, among=among, relax=relax)

    def explain(self, profile: Profile, posting_id: int, now: datetime) -> Verdict:
        """Explain why one posting fits the profile or not.

        Raises:
            KeyError: the index has no such posting.
        """
        segment, at = self.find(posting_id)
        person = Person.of(profile)
        failed = segment.judge.failed_kinds(at, person, now)
        match = self._match(self.compile(profile), person, segment, at, failed)
        return Verdict(match.id, match.score, not failed, match.reasons, match.missing)

    def find(self, posting_id: int) -> tuple[Segment, int]:
        """Return the segment and row of a posting.

        Raises:
            KeyError: the index has no such posting.
        """
        for segment in self._segments():
            rows = segment.facts.find([posting_id])
            if len(rows) and not (
                segment is self.base and self.dead_rows is not None and self.dead_rows[rows[0]]
            ):
                return segment, int(rows[0])
        raise KeyError(posting_id)

    def _left_out(self, segment: Segment, among: Collection[int] | None) -> Bytes | None:
        dead_rows = self.dead_rows if segment is self.base else None
        if among is None:
            return dead_rows
        left_out = np.ones(segment.size, np.uint8)
        left_out[segment.facts.find(among)] = 0
        return left_out if dead_rows is None else left_out | dead_rows

    def _numbers(self, segment: Segment, query: Query) -> Ints:
        return query.numbers if segment is self.base else segment.vectors.find(query.hashes)

    def _match(
        self, query: Query, person: Person, segment: Segment, at: int, failed: frozenset[str]
    ) -> Match:
        contributions = query.contributions(self._numbers(segment, query), *segment.vectors.row(at))
        score = float(contributions.sum(axis=0).sum())
        reasons = term_reasons(query, contributions, segment.facts, at)
        reasons += fact_reasons(segment.facts, at, person, failed)
        lacking = missing(segment.facts, at, person, failed)
        return Match(int(segment.facts.id[at]), score, reasons, lacking)
