"""The other direction: the people who suit a position, best first, each with reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.utils import timezone

from matching import Index, Match, Measures, People, measures
from portal.employers.hiding import hidden_from
from portal.positions.models import Position
from portal.ranking import ranking_index
from portal.ranking.matchable_people import changed_since, matchable
from portal.ranking.posting_mapping import to_profile
from portal.ranking.recommendations import EXCLUSIONS
from portal.veterans.models import Veteran, VeteranQuerySet

ASKED_ONE_BY_ONE = 500
"""People changed since the people index was built, the latest first, whom one page may ask about one by
one.
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person, and the position among those asked about that suits them best. The reasons of `match` are
    those the person is told: '持有A2驾照'. `rank` from 1.

    Always by the built-in ranking: what people chose teaches nothing about whom an employer should see first.
    """

    veteran: Veteran
    position: Position
    match: Match
    rank: int
    measures: Measures


@dataclass(frozen=True, slots=True)
class Candidates:
    """One page of people. `considered` of them look for work and agreed; `total` meet every hard fact of one
    position at least; `excluded`: words of the failing fact -> how many people it kept out (of one
    position)."""

    items: tuple[Candidate, ...]
    total: int
    considered: int
    excluded: dict[str, int]


NOBODY = Candidates(items=(), total=0, considered=0, excluded={})


def candidates(
    position: Position,
    *,
    among: VeteranQuerySet,
    limit: int = 20,
    offset: int = 0,
    now: datetime | None = None,
) -> Candidates:
    """The people among the given files who suit a position best; nobody for one that is not open.

    Only people who agreed to matching, look for work and do not hide from the employer, as the database says
    now. The caller limits `among` to the files its user may see.
    """
    return best_people([position], among=among, limit=limit, offset=offset, now=now)


def best_people(
    positions: Sequence[Position],
    *,
    among: VeteranQuerySet,
    limit: int = 20,
    offset: int = 0,
    now: datetime | None = None,
) -> Candidates:
    """As `candidates` for several positions at once (a booth's): each person with the position that suits
    best.
    """
    now = now or timezone.now()
    index = ranking_index.store().current()
    people = ranking_index.people_store().current()
    open_ = Position.objects.open_at(now).with_details().in_bulk([position.pk for position in positions])
    if index is None or people is None or not open_:
        return NOBODY
    pool = matchable(among)
    hidden = hidden_from(position.employer_id for position in open_.values())
    asked = {id_: hidden[open_[id_].employer_id] for id_ in sorted(open_)}
    found = _scored(index, people, asked, pool, offset + limit)
    page = found.best[offset:]
    known = Veteran.objects.with_details().in_bulk([id_ for _, id_, _ in page])  # all of them from the pool
    items = []
    for rank, (_, id_, position_id) in enumerate(page, offset + 1):
        if id_ not in known:
            continue
        profile = to_profile(known[id_])
        verdict = index.explain(profile, position_id, now)
        if verdict.passes:
            match = Match(position_id, verdict.score, verdict.reasons, verdict.missing)
            figures = measures(index, profile, position_id, match.score, match.reasons)
            items.append(Candidate(known[id_], open_[position_id], match, rank, figures))
    return Candidates(
        items=tuple(items),
        total=found.passing,
        considered=found.considered,
        excluded={EXCLUSIONS[kind]: count for kind, count in found.excluded.items()},
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """`best`: (score, person, position), best first."""

    best: list[tuple[float, int, int]]
    passing: int
    considered: int
    excluded: dict[str, int]


def _scored(
    index: Index, people: People, asked: Mapping[int, set[int]], pool: VeteranQuerySet, k: int
) -> _Found:
    """The k best people, each with the position that suits best. `asked`: position -> who hides from its
    employer. People who changed since the people index was built are asked as they are now; a position that
    is not in the index yet has nobody."""
    ids = set(pool.order_by().values_list("pk", flat=True))
    # Whoever hides from all of the employers is as if they were not there; else from some positions alone.
    ids -= set.intersection(*asked.values())
    changed = [id_ for id_ in changed_since(people.read_at) if id_ in ids][:ASKED_ONE_BY_ONE]
    known = Veteran.objects.with_details().in_bulk(changed)
    fresh = People.build(map(to_profile, known.values()), index)
    unchanged = ids - known.keys()
    several = len(asked) > 1  # then all who pass are wanted, to count each person once
    best: dict[int, tuple[float, int]] = {}
    passing, excluded = 0, Counter[str]()
    for position_id, hidden in asked.items():
        most = len(ids) if several else k
        try:
            lists = [
                people.rank(index, position_id, most, among=unchanged - hidden),
                fresh.rank(index, position_id, most, among=known.keys() - hidden),
            ]
        except KeyError:
            continue
        passing = sum(found.passing for found in lists)
        excluded = Counter(lists[0].excluded) + Counter(lists[1].excluded)
        for id_, score in chain.from_iterable(found.people for found in lists):
            if id_ not in best or score > best[id_][0]:
                best[id_] = (score, position_id)
    order = sorted((-score, id_, position_id) for id_, (score, position_id) in best.items())
    return _Found(
        best=[(-score, id_, position_id) for score, id_, position_id in order[:k]],
        passing=len(best) if several else passing,
        considered=len(ids),
        excluded={} if several else dict(excluded),
    )
