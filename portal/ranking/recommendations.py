"""Recommend positions to a person, with reasons, and explain any one position.

The built-in ranking is the exact one of `matching`. Where the city adopted a version trained on outcomes, its
best RERANKED_DEPTH results are reranked by that version; hard facts still decide which positions are listed.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from matching import Index, Match, Measures, Profile, Ranking, Verdict, measures
from portal.employers.hidden_records import hidden_employer_ids
from portal.positions.models import Position
from portal.ranking import ranking_index, ranking_versions
from portal.ranking.matchable_people import is_looking, may_be_ranked_for
from portal.ranking.models import BUILT_IN
from portal.ranking.posting_mapping import to_profile
from portal.ranking.reweighting import REWEIGHTING_REASON, Reweighting, features_from_rows
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


RERANKED_DEPTH = 60
"""Number of top results, five pages, that an adopted version reranks; the others keep their order."""


@dataclass(frozen=True, slots=True)
class RecommendedPosition:
    """Place of a position on a list.

    Attributes:
        rank: from 1.
        measures: measures of the match by the built-in ranking.
        propensity: probability of this rank when neighbours are swapped (RANKING_SWAPS), else 1.
    """

    position: Position
    match: Match
    rank: int
    measures: Measures
    propensity: float = 1.0


@dataclass(frozen=True, slots=True)
class RecommendationPage:
    """One page of a ranked list.

    Attributes:
        total: positions that meet every hard fact.
        considered: open positions.
        excluded: label of a failing fact -> open positions it excluded.
        paused: the person does not look for work.
        lacks_consent: the person did not consent to recommendations, or withdrew the consent.
        version: key of the ranking version.
    """

    items: tuple[RecommendedPosition, ...]
    total: int
    considered: int
    excluded: dict[str, int]
    paused: bool = False
    lacks_consent: bool = False
    version: str = BUILT_IN


def recommend_positions(
    veteran: Veteran,
    *,
    limit: int = 20,
    offset: int = 0,
    among: Collection[int] | None = None,
    now: datetime | None = None,
) -> RecommendationPage:
    """Rank open positions for a person, best first; those closed since the last index update are left out.

    Nothing is ranked for a person who did not consent to it.

    Args:
        veteran: loaded by `with_details()`.
        limit: page size.
        offset: positions before the page.
        among: ids to which the list is limited.
        now: time at which positions must be open; the current time by default.
    """
    if not may_be_ranked_for(veteran):
        return RecommendationPage(items=(), total=0, considered=0, excluded={}, lacks_consent=True)
    if not is_looking(veteran) and among is None:
        return RecommendationPage(items=(), total=0, considered=0, excluded={}, paused=True)
    now = now or timezone.now()
    index = ranking_index.store().current()
    if index is None:
        return RecommendationPage(items=(), total=0, considered=0, excluded={})
    profile, version = (
        to_profile(veteran, blocked=hidden_employer_ids(veteran)),
        ranking_versions.active_version(),
    )
    if version.reweighting is None:
        ranking = index.rank(profile, k=limit, offset=offset, among=among, now=now)
        matches: Sequence[Match] = ranking.matches
    else:
        ranking = index.rank(profile, k=max(RERANKED_DEPTH, offset + limit), among=among, now=now)
        matches = _rerank(index, profile, ranking, version.reweighting)[offset : offset + limit]
    chances = [1.0] * len(matches)
    if settings.RANKING_SWAPS and among is None:
        matches, chances = _swap_neighbours(matches, offset, f"{veteran.pk} {timezone.localdate(now)}")
    positions = Position.objects.open_at(now).with_details().in_bulk([m.id for m in matches])
    return RecommendationPage(
        items=tuple(
            RecommendedPosition(positions[m.id], m, rank, _built_in_measures(index, profile, m), chance)
            for rank, (m, chance) in enumerate(zip(matches, chances, strict=True), offset + 1)
            if m.id in positions
        ),
        total=ranking.passing,
        considered=ranking.considered,
        excluded={EXCLUSIONS[kind]: n for kind, n in ranking.excluded.items()},
        version=version.key,
    )


def _built_in_measures(index: Index, profile: Profile, match: Match) -> Measures:
    """Return the measures of a match by the built-in ranking, without the shift of an adopted version."""
    reasons = [reason for reason in match.reasons if reason.kind != REWEIGHTING_REASON]
    shift = sum(reason.share for reason in match.reasons if reason.kind == REWEIGHTING_REASON)
    return measures(index, profile, match.id, match.score - shift, tuple(reasons))


def _rerank(index: Index, profile: Profile, ranking: Ranking, reweighting: Reweighting) -> Sequence[Match]:
    """Rerank the best RERANKED_DEPTH; the others keep their order. Every score includes its shift."""
    table = features_from_rows([_built_in_measures(index, profile, match) for match in ranking.matches])
    first = reweighting.rerank(ranking.matches[:RERANKED_DEPTH], table[:RERANKED_DEPTH])
    later = [
        reweighting.reweight(m, row)
        for m, row in zip(ranking.matches[RERANKED_DEPTH:], table[RERANKED_DEPTH:], strict=True)
    ]
    return [*first, *later]


def _swap_neighbours(matches: Sequence[Match], offset: int, seed: str) -> tuple[Sequence[Match], list[float]]:
    """Swap neighbours (ranks 1|2, 3|4 …) with probability RANKING_SWAPS; return matches and propensities.

    The seed holds for a day. A page keeps its set of positions, and each moves by one rank at most.
    """
    chance = min(max(settings.RANKING_SWAPS, 0.0), 0.5)
    order, chances = list(matches), [1.0] * len(matches)
    for at in range(offset % 2, len(order) - 1, 2):
        swap = random.Random(f"{seed} {offset + at}").random() < chance  # noqa: S311  (no secret)
        if swap:
            order[at], order[at + 1] = order[at + 1], order[at]
        chances[at] = chances[at + 1] = chance if swap else 1 - chance
    return order, chances


def explain_recommendation(
    veteran: Veteran, position: Position, *, now: datetime | None = None
) -> Verdict | None:
    """Explain whether and why a position fits the person; None while the position is not in the index."""
    index = ranking_index.store().current()
    if index is None:
        return None
    try:
        profile = to_profile(veteran, blocked=hidden_employer_ids(veteran))
        verdict = index.explain(profile, position.pk, now=now or timezone.now())
        reweighting = ranking_versions.active_version().reweighting
        if reweighting is None:
            return verdict
        match_measures = measures(index, profile, position.pk, verdict.score, verdict.reasons)
        return reweighting.reweight_verdict(verdict, features_from_rows([match_measures])[0])
    except KeyError:
        return None
