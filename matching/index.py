"""The index: postings as vectors and facts, and the questions that can be asked of it.

An index is made of segments, each immutable: the base that a rebuild makes and, when postings came since, a
small delta whose weights use the base's idf. Rows of the base that were replaced or removed are marked
dead. Facts decide before scores: a posting that fails a hard fact is never scored into a list.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from matching.blocks import Bytes, Ceilings, Searcher
from matching.counting import Counting, heaviest_terms, taken
from matching.evidence import Evidence, evidence
from matching.facts import KINDS, ROW, Facts, Judge, Person, missing, row
from matching.query import Query, compile_query, gathered
from matching.reasons import fact_reasons, term_reasons
from matching.types import Match, Posting, Profile, Ranking, Verdict
from matching.vectors import Doubles, Ints, Longs, Progress, Vectors, smoothed_idf

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Segment:
    """Postings as vectors and facts, in one order: like work side by side when there are ceilings over it
    (blocks.py), by id in a small segment without."""

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
    """Ranks postings for profiles. Immutable, so that threads may share it."""

    def __init__(self, base: Segment, delta: Segment | None = None, dead: Bytes | None = None) -> None:
        """`dead` u8[n]: 1 for rows of the base that were replaced or taken out."""
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
        vectors = taken(vectors, order)
        return cls(Segment(vectors, Facts.from_rows(table[last[order]]), Ceilings.of(vectors)))

    def __len__(self) -> int:
        return sum(segment.size for segment in self._segments()) - (
            int(self.dead.sum()) if self.dead is not None else 0
        )

    def _segments(self) -> Iterator[Segment]:
        yield self.base
        if self.delta is not None:
            yield self.delta

    def compile(self, profile: Profile) -> Query:
        """The profile as a query against this index's vocabulary, with idf as of the last rebuild."""
        return self.compile_evidence(evidence(profile))

    def compile_evidence(self, pieces: Sequence[Evidence]) -> Query:
        """As `compile`, from pieces of evidence; at least one."""
        hashes, places = gathered(pieces)
        base = self.base.vectors
        at = base.find(hashes)
        idf = np.where(at >= 0, base.idf[np.maximum(at, 0)], 0.0) if len(base.idf) else np.zeros(len(hashes))
        if self.delta is not None:
            new = (at < 0) & (self.delta.vectors.find(hashes) >= 0)
            idf[new] = smoothed_idf(np.zeros(1, np.int64), base.size)[0]
        return compile_query(pieces, hashes, places, at, idf)

    def search(
        self, query: Query, k: int = 20, allowed: Bytes | None = None, passing: int | None = None
    ) -> tuple[Longs, Doubles]:
        """Ids and scores of the k postings of the last rebuild that are nearest to a query, whatever their
        facts.

        `allowed` u8[n], in the order of the rows, limits them (see blocks.Searcher.best); `passing` is how
        many it allows.
        """
        known = query.numbers >= 0
        rows, scores = self.base.searcher.best(
            query.numbers[known], query.weights[known], k, allowed, passing
        )
        return self.base.facts.id[rows], scores

    def search_many(
        self, queries: Sequence[Query], k: int = 20, *, threads: int = 1
    ) -> list[tuple[Longs, Doubles]]:
        """`search` for each of many queries, on so many cores."""
        if threads == 1:
            return [self.search(query, k) for query in queries]
        with ThreadPoolExecutor(threads) as pool:  # the search itself lets other threads run
            shares = pool.map(lambda at: self.search_many(queries[at::threads], k), range(threads))
            found: list[tuple[Longs, Doubles]] = [(np.empty(0, np.int64), np.empty(0))] * len(queries)
            for at, share in enumerate(shares):
                found[at::threads] = share
        return found

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
        """The k best postings that are open at `now` and meet every hard fact, best first, equal scores by
        id.

        Args:
            offset: leave out so many of the very best (they were on the pages before).
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
        best: list[tuple[float, int, Segment, int]] = []
        for segment in self._segments():
            judged = segment.judge(person, now, left_out=self._left_out(segment, among), relax=relax)
            considered += judged.considered
            passing += judged.passing
            for kind in excluded:
                excluded[kind] += judged.failing[kind] if kind not in relax else 0
            numbers = self._numbers(segment, query)
            known = numbers >= 0
            rows, scores = segment.searcher.best(
                numbers[known], query.weights[known], offset + k, judged.allowed, judged.passing
            )
            ids = segment.facts.id[rows].tolist()
            best += [
                (-s, i, segment, at) for s, i, at in zip(scores.tolist(), ids, rows.tolist(), strict=True)
            ]
        best.sort(key=lambda entry: entry[:2])
        told = frozenset(relax)
        matches = []
        for _, _, segment, at in best[offset : offset + k]:
            failed = segment.judge.failed_kinds(at, person, now) & told if told else told
            matches.append(self._match(query, person, segment, at, failed))
        return Ranking(
            tuple(matches), considered, passing, {kind: count for kind, count in excluded.items() if count}
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
        segment, at = self.find(posting_id)
        person = Person.of(profile)
        failed = segment.judge.failed_kinds(at, person, now)
        match = self._match(self.compile(profile), person, segment, at, failed)
        return Verdict(match.id, match.score, not failed, match.reasons, match.missing)

    def find(self, posting_id: int) -> tuple[Segment, int]:
        """Where a posting stands: its segment and row.

        Raises:
            KeyError: the index has no such posting.
        """
        for segment in self._segments():
            found = segment.facts.find([posting_id])
            if len(found) and not (segment is self.base and self.dead is not None and self.dead[found[0]]):
                return segment, int(found[0])
        raise KeyError(posting_id)

    def _left_out(self, segment: Segment, among: Collection[int] | None) -> Bytes | None:
        dead = self.dead if segment is self.base else None
        if among is None:
            return dead
        left_out = np.ones(segment.size, np.uint8)
        left_out[segment.facts.find(among)] = 0
        return left_out if dead is None else left_out | dead

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
