"""The other direction: the people who suit a position, best first, each with reasons."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from matching import Index, Match, People
from portal.positions.models import Position
from portal.recommendations import indexing
from portal.recommendations.mapping import to_profile
from portal.recommendations.people import changed_since, matchable
from portal.recommendations.services import EXCLUSIONS
from portal.veterans.models import Veteran, VeteranQuerySet

ASKED_ONE_BY_ONE = 500
"""People changed since the people index was built, the latest first, whom one page may ask about one by one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person. `match.id` is the position's; its reasons and what is missing are told to the person, not about
    them: '持有A2驾照'."""

    veteran: Veteran
    match: Match


@dataclass(frozen=True, slots=True)
class Candidates:
    """One page of people. `considered` of them look for work and agreed; `total` meet every hard fact; `excluded`:
    words of the failing fact -> how many people it kept out."""

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

    Only people who agreed to matching and look for work, as the database says now. The caller limits `among` to
    the files its user may see.
    """
    now = now or timezone.now()
    index = indexing.store().current()
    people = indexing.people_store().current()
    if index is None or people is None or not Position.objects.open_at(now).filter(pk=position.pk).exists():
        return NOBODY
    pool = matchable(among)
    try:
        scored, total, considered, excluded = _scored(index, people, position.pk, pool, offset + limit, now)
    except KeyError:  # not in the index yet: its task has not run
        return NOBODY
    wanted = [id_ for id_, _ in scored[offset:]]
    known = pool.with_details().in_bulk(wanted)
    items = []
    for id_ in wanted:
        if id_ not in known:
            continue
        verdict = index.explain(to_profile(known[id_]), position.pk, now)
        if verdict.passes:
            match = Match(position.pk, verdict.score, verdict.reasons, verdict.missing)
            items.append(Candidate(known[id_], match))
    return Candidates(
        items=tuple(items),
        total=total,
        considered=considered,
        excluded={EXCLUSIONS[kind]: count for kind, count in excluded.items()},
    )


def _scored(
    index: Index, people: People, position_id: int, pool: VeteranQuerySet, k: int, now: datetime
) -> tuple[list[tuple[int, float]], int, int, dict[str, int]]:
    """(person, score) of the k best, how many pass, how many were considered, and how many each fact keeps out.

    People who changed since the people index was built are asked as they are now.
    """
    changed = changed_since(pool, people.read_at).with_details().order_by("-updated_at", "-pk")
    asked = {veteran.pk: veteran for veteran in changed[:ASKED_ONE_BY_ONE]}
    unchanged = [id_ for id_ in pool.values_list("pk", flat=True) if id_ not in asked]
    found = people.rank(index, position_id, k, among=unchanged)
    scored, excluded = list(found.people), dict(found.excluded)
    passing = found.passing
    for id_, veteran in asked.items():
        verdict = index.explain(to_profile(veteran), position_id, now)
        if verdict.passes:
            scored.append((id_, verdict.score))
            passing += 1
        for kind in {missing.kind for missing in verdict.missing} & set(EXCLUSIONS):
            excluded[kind] = excluded.get(kind, 0) + 1
    scored.sort(key=lambda one: (-one[1], one[0]))
    return scored[:k], passing, found.considered + len(asked), excluded
