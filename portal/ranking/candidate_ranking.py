"""Rank the people who suit a position, best first, each with reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.utils import timezone

from matching import Index, Match, Measures, People, measures
from portal.employers.hidden_records import hidden_record_ids
from portal.positions.models import Position
from portal.ranking import ranking_index
from portal.ranking.matchable_people import list_changed_since, matchable_veterans
from portal.ranking.posting_mapping import to_profile
from portal.ranking.recommendations import EXCLUSIONS
from portal.veterans.models import Veteran, VeteranQuerySet

MAX_RESCORED_PEOPLE = 500
"""Limit of people per page who changed since the people index was built and are scored again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person with the requested position that suits best.

    Attributes:
        match: reasons as shown to the person: '持有A2驾照'. Always by the built-in ranking, as choices of
            veterans do not tell which people an employer should see first.
        rank: from 1.
    """

    veteran: Veteran
    position: Position
    match: Match
    rank: int
    measures: Measures


@dataclass(frozen=True, slots=True)
class Candidates:
    """One page of candidates.

    Attributes:
        total: people who meet every hard fact of at least one position.
        considered: people who look for work and consented to matching.
        excluded: label of a failing fact -> people it excluded; empty for several positions.
    """

    items: tuple[Candidate, ...]
    total: int
    considered: int
    excluded: dict[str, int]


NO_CANDIDATES = Candidates(items=(), total=0, considered=0, excluded={})


def rank_candidates(
    position: Position,
    *,
    among: VeteranQuerySet,
    limit: int = 20,
    offset: int = 0,
    now: datetime | None = None,
) -> Candidates:
    """Rank people for a position, best first; none for a position that is not open.

    Only people who consented to matching, look for work and do not hide from the employer, read from the
    database at the time of the call.

    Args:
        among: records that the user may see.
        limit: page size.
        offset: people before the page.
        now: time at which positions must be open; the current time by default.
    """
    return rank_candidates_for_positions([position], among=among, limit=limit, offset=offset, now=now)


def rank_candidates_for_positions(
    positions: Sequence[Position],
    *,
    among: VeteranQuerySet,
    limit: int = 20,
    offset: int = 0,
    now: datetime | None = None,
) -> Candidates:
    """Rank people for several positions (those of a booth), each with the position that suits best.

    Arguments as for `rank_candidates`.
    """
    now = now or timezone.now()
    index = ranking_index.store().current()
    people = ranking_index.people_store().current()
    open_ = Position.objects.open_at(now).with_details().in_bulk([position.pk for position in positions])
    if index is None or people is None or not open_:
        return NO_CANDIDATES
    pool = matchable_veterans(among)
    hidden_by_employer = hidden_record_ids(position.employer_id for position in open_.values())
    hidden_by_position = {id_: hidden_by_employer[open_[id_].employer_id] for id_ in sorted(open_)}
    ranking_result = _score_people(index, people, hidden_by_position, pool, offset + limit)
    page = ranking_result.best[offset:]
    veterans = Veteran.objects.with_details().in_bulk(
        [id_ for _, id_, _ in page]
    )  # all of them from the pool
    items = []
    for rank, (_, id_, position_id) in enumerate(page, offset + 1):
        if id_ not in veterans:
            continue
        profile = to_profile(veterans[id_])
        verdict = index.explain(profile, position_id, now)
        if verdict.passes:
            match = Match(position_id, verdict.score, verdict.reasons, verdict.missing)
            match_measures = measures(index, profile, position_id, match.score, match.reasons)
            items.append(Candidate(veterans[id_], open_[position_id], match, rank, match_measures))
    return Candidates(
        items=tuple(items),
        total=ranking_result.passing_count,
        considered=ranking_result.considered,
        excluded={EXCLUSIONS[kind]: count for kind, count in ranking_result.excluded.items()},
    )


@dataclass(frozen=True, slots=True)
class _ScoredPeople:
    """Scores of one ranking; `best`: (score, person, position), best first."""

    best: list[tuple[float, int, int]]
    passing_count: int
    considered: int
    excluded: dict[str, int]


def _score_people(
    index: Index, people: People, hidden_by_position: Mapping[int, set[int]], pool: VeteranQuerySet, k: int
) -> _ScoredPeople:
    """Return the k best people, each with the position that suits best.

    People who changed since the people index was built are scored by their present record; a position that
    is not in the index yet has no candidates.

    Args:
        hidden_by_position: position -> people who hide from its employer.
    """
    ids = set(pool.order_by().values_list("pk", flat=True))
    # People who hide from all of the employers are not counted; others are left out of single positions.
    ids.difference_update(set[int].intersection(*hidden_by_position.values()))
    changed_ids = [id_ for id_ in list_changed_since(people.read_at) if id_ in ids][:MAX_RESCORED_PEOPLE]
    changed_veterans = Veteran.objects.with_details().in_bulk(changed_ids)
    changed_people = People.build(map(to_profile, changed_veterans.values()), index)
    unchanged = ids - changed_veterans.keys()
    has_several = len(hidden_by_position) > 1  # then all matches are needed, to count each person once
    best: dict[int, tuple[float, int]] = {}
    passing_count, excluded = 0, Counter[str]()
    for position_id, hidden_ids in hidden_by_position.items():
        limit = len(ids) if has_several else k
        try:
            lists = [
                people.rank(index, position_id, limit, among=unchanged - hidden_ids),
                changed_people.rank(index, position_id, limit, among=changed_veterans.keys() - hidden_ids),
            ]
        except KeyError:
            continue
        passing_count = sum(ranking.passing for ranking in lists)
        excluded = Counter(lists[0].excluded) + Counter(lists[1].excluded)
        for id_, score in chain.from_iterable(ranking.people for ranking in lists):
            if id_ not in best or score > best[id_][0]:
                best[id_] = (score, position_id)
    order = sorted((-score, id_, position_id) for id_, (score, position_id) in best.items())
    return _ScoredPeople(
        best=[(-score, id_, position_id) for score, id_, position_id in order[:k]],
        passing_count=len(best) if has_several else passing_count,
        considered=len(ids),
        excluded={} if has_several else dict(excluded),
    )
