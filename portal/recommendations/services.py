"""What pages ask of the ranking: positions for a person, why and why not, and the best among given ones."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from matching import Match, Verdict
from portal.employers.hiding import hides_from
from portal.positions.models import Position
from portal.recommendations import indexing
from portal.recommendations.mapping import to_profile
from portal.recommendations.people import is_looking
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


@dataclass(frozen=True, slots=True)
class Recommended:
    position: Position
    match: Match


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
    index = indexing.store().current()
    if index is None:
        return Recommendation(items=(), total=0, considered=0, excluded={})
    ranking = index.rank(
        to_profile(veteran, blocked=hides_from(veteran)), k=limit, offset=offset, among=among, now=now
    )
    positions = Position.objects.open_at(now).with_details().in_bulk([m.id for m in ranking.matches])
    return Recommendation(
        items=tuple(Recommended(positions[m.id], m) for m in ranking.matches if m.id in positions),
        total=ranking.passing,
        considered=ranking.considered,
        excluded={EXCLUSIONS[kind]: n for kind, n in ranking.excluded.items()},
    )


def explain(veteran: Veteran, position: Position, *, now: datetime | None = None) -> Verdict | None:
    """Why this position fits the person, or why not; None while the position is not in the index."""
    index = indexing.store().current()
    if index is None:
        return None
    try:
        profile = to_profile(veteran, blocked=hides_from(veteran))
        return index.explain(profile, position.pk, now=now or timezone.now())
    except KeyError:
        return None
