"""What pages ask of the ranking: positions for a person, why and why not, and the best among given ones.

The built-in ranking is matching's own, exact. Where the city adopted a version learnt from outcomes, the
best DEPTH of it are put into that version's order; facts still decide who is in the list at all.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from matching import Index, Match, Measures, Profile, Ranking, Verdict, measures
from portal.employers.hiding import hides_from
from portal.positions.models import Position
from portal.ranking import ranking_index, ranking_versions
from portal.ranking.matchable_people import is_looking
from portal.ranking.models import BUILT_IN
from portal.ranking.posting_mapping import to_profile
from portal.ranking.reweighting import ADJUSTED, Reweighting, features
from portal.veterans.models import Veteran

EXCLUSIONS = {
    "region": "不在意向地区",
    "distance": "离家太远",
    "pay": "月薪低于期望",
    "education": "学历要求不符",
    "experience": "工作年限不足",
    "certificate": "缺少必需证书",
    "employer": "您对这家单位隐藏了档案",
    "shift": "需要倒班",
    "travel": "需要出差或长途",
}


DEPTH = 60
"""How many of the best, five pages, a learnt version puts into another order; what comes after stays."""


@dataclass(frozen=True, slots=True)
class Recommended:
    """A place of a list: `rank` from 1, `measures` of the match as the built-in ranking sees it, and the
    chance that it stood here rather than its neighbour (1 but where RANKING_SWAPS is set)."""

    position: Position
    match: Match
    rank: int
    measures: Measures
    propensity: float = 1.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One page of a ranked list. `excluded`: words of the failing fact -> how many open positions it kept
    out.
    """

    items: tuple[Recommended, ...]
    total: int
    considered: int
    excluded: dict[str, int]
    paused: bool = False
    version: str = BUILT_IN


def recommend(
    veteran: Veteran,
    *,
    limit: int = 20,
    offset: int = 0,
    among: Collection[int] | None = None,
    now: datetime | None = None,
) -> Recommendation:
    """Open positions for a person, best first (those of `among` only, if given). Expects `with_details()`.

    The database has the last word: a position closed since the index was brought up to date is left out.
    """
    if not is_looking(veteran) and among is None:
        return Recommendation(items=(), total=0, considered=0, excluded={}, paused=True)
    now = now or timezone.now()
    index = ranking_index.store().current()
    if index is None:
        return Recommendation(items=(), total=0, considered=0, excluded={})
    profile, used = to_profile(veteran, blocked=hides_from(veteran)), ranking_versions.in_use()
    if used.reweighting is None:
        ranking = index.rank(profile, k=limit, offset=offset, among=among, now=now)
        matches: Sequence[Match] = ranking.matches
    else:
        ranking = index.rank(profile, k=max(DEPTH, offset + limit), among=among, now=now)
        matches = _reordered(index, profile, ranking, used.reweighting)[offset : offset + limit]
    chances = [1.0] * len(matches)
    if settings.RANKING_SWAPS and among is None:
        matches, chances = _swapped(matches, offset, f"{veteran.pk} {timezone.localdate(now)}")
    positions = Position.objects.open_at(now).with_details().in_bulk([m.id for m in matches])
    return Recommendation(
        items=tuple(
            Recommended(positions[m.id], m, rank, _measured(index, profile, m), chance)
            for rank, (m, chance) in enumerate(zip(matches, chances, strict=True), offset + 1)
            if m.id in positions
        ),
        total=ranking.passing,
        considered=ranking.considered,
        excluded={EXCLUSIONS[kind]: n for kind, n in ranking.excluded.items()},
        version=used.key,
    )


def _measured(index: Index, profile: Profile, match: Match) -> Measures:
    """The figures of a match by the built-in ranking: the learnt move is no part of them."""
    told = [reason for reason in match.reasons if reason.kind != ADJUSTED]
    moved = sum(reason.share for reason in match.reasons if reason.kind == ADJUSTED)
    return measures(index, profile, match.id, match.score - moved, tuple(told))


def _reordered(index: Index, profile: Profile, ranking: Ranking, reweighting: Reweighting) -> Sequence[Match]:
    """The best DEPTH in the learnt order, then the others as they stood; every score with its move."""
    table = features([_measured(index, profile, match) for match in ranking.matches])
    first = reweighting.applied(ranking.matches[:DEPTH], table[:DEPTH])
    later = [reweighting.moved(m, row) for m, row in zip(ranking.matches[DEPTH:], table[DEPTH:], strict=True)]
    return [*first, *later]


def _swapped(matches: Sequence[Match], offset: int, seed: str) -> tuple[Sequence[Match], list[float]]:
    """Neighbours (1 and 2, 3 and 4 …) in each other's place with the chance RANKING_SWAPS, the same all day.

    A page holds what it held: nothing is hidden, and nothing moves by more than one place.
    """
    chance = min(max(settings.RANKING_SWAPS, 0.0), 0.5)
    order, chances = list(matches), [1.0] * len(matches)
    for at in range(offset % 2, len(order) - 1, 2):
        swap = random.Random(f"{seed} {offset + at}").random() < chance  # noqa: S311  (no secret)
        if swap:
            order[at], order[at + 1] = order[at + 1], order[at]
        chances[at] = chances[at + 1] = chance if swap else 1 - chance
    return order, chances


def explain(veteran: Veteran, position: Position, *, now: datetime | None = None) -> Verdict | None:
    """Why this position fits the person, or why not; None while the position is not in the index."""
    index = ranking_index.store().current()
    if index is None:
        return None
    try:
        profile = to_profile(veteran, blocked=hides_from(veteran))
        verdict = index.explain(profile, position.pk, now=now or timezone.now())
        reweighting = ranking_versions.in_use().reweighting
        if reweighting is None:
            return verdict
        figures = measures(index, profile, position.pk, verdict.score, verdict.reasons)
        return reweighting.told(verdict, features([figures])[0])
    except KeyError:
        return None
