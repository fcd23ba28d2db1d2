"""What people were shown before each fair of the demo, and whom of it they took to: nearness counts for more
than the ranking knows, so that the report on the ranking has something to find."""

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp

import numpy as np
from django.conf import settings
from django.utils import timezone
from tqdm import tqdm

from cms.models import JobFairPage
from matching import Index, Posting, measures
from portal.demo.loading.bulk_insert import batches, insert
from portal.fairs.models import Registration
from portal.learning.simulation import choice_log_odds
from portal.positions.models import Position
from portal.ranking.enums import Surface
from portal.ranking.impression_log import ListEntry, build_impression
from portal.ranking.models import Impression
from portal.ranking.posting_mapping import to_posting, to_profile
from portal.veterans.models import Veteran

A_LIST = 12
PLANTED = 16.0
_UNKNOWN_KM = 30.0


@dataclass(frozen=True, slots=True)
class Preference:
    """A position that somebody was shown, and how likely they take to it (it is looked at, and liked) beside
    what anybody takes to most."""

    position_id: int
    chance: float


def load_impressions(
    fairs: Sequence[JobFairPage],
    positions_of: Mapping[int, Sequence[int]],
    came: Mapping[int, list[Registration]],
    rng: random.Random,
) -> dict[tuple[int, int], list[Preference]]:
    """One list of recommendations for everybody who came to a fair, some days before it.

    Returns what each was shown, by (fair, veteran). `positions_of`: the positions at each fair's booths. What
    IMPRESSION_DAYS would have purged by now is not written, but liked all the same.
    """
    index = Index.build(_always_open({pk for rows in positions_of.values() for pk in rows}))
    oldest = timezone.localdate() - timedelta(days=settings.IMPRESSION_DAYS)
    tastes: dict[tuple[int, int], list[Preference]] = {}
    rows: list[Impression] = []
    pairs = [(fair, registration) for fair in fairs for registration in came.get(fair.pk, ())]
    with tqdm(total=len(pairs), desc="recommended lists", unit="list") as bar:
        for batch in batches(pairs, 500):
            files = Veteran.objects.with_details().in_bulk({r.veteran_id for _, r in batch})
            for fair, registration in batch:
                at = fair.starts_at - timedelta(days=rng.uniform(1, 10))
                shown = list(_list(index, files[registration.veteran_id], positions_of[fair.pk], at))
                tastes[fair.pk, registration.veteran_id] = [
                    Preference(place.position_id, _chance(place)) for place in shown
                ]
                day, list_id = timezone.localdate(at), uuid.UUID(int=rng.getrandbits(128), version=4)
                if day >= oldest:
                    rows += [
                        build_impression(Surface.ME_POSITIONS, place, list_id=list_id, at=at, day=day)
                        for place in shown
                    ]
                bar.update()
    # Whoever went to two fairs within a day saw one list.
    once = {(row.veteran_id, row.position_id, row.day): row for row in reversed(rows)}
    insert(Impression, list(once.values())[::-1], total=len(once), label="impressions")
    most = max((taste.chance for log_odds in tastes.values() for taste in log_odds), default=1.0)
    return {
        pair: [replace(taste, chance=taste.chance / most) for taste in log_odds]
        for pair, log_odds in tastes.items()
    }


def _always_open(ids: set[int]) -> Iterator[Posting]:
    """The fairs' positions, as if none had ever closed: each was open before its own fair."""
    long_ago, far_off = (timezone.now() + timedelta(days=days) for days in (-3_650, 3_650))
    rows = Position.objects.with_details().filter(published_at__isnull=False, expires_at__isnull=False)
    for position in rows.order_by("pk").iterator(chunk_size=2_000):
        if position.pk in ids:
            yield replace(to_posting(position), opens_at=long_ago, expires_at=far_off)


def _list(index: Index, veteran: Veteran, among: Sequence[int], now: datetime) -> Iterator[ListEntry]:
    profile = to_profile(veteran)
    for rank, match in enumerate(index.rank(profile, k=A_LIST, among=among, now=now).matches, 1):
        figures = measures(index, profile, match.id, match.score, match.reasons)
        yield ListEntry(veteran.pk, match.id, rank, figures)


def _chance(place: ListEntry) -> float:
    km = place.measures.km if place.measures.km is not None else _UNKNOWN_KM
    log_odds = choice_log_odds(np.array(place.measures.score), np.array(km), distance=PLANTED)
    return 1 / place.rank / (1 + exp(-float(log_odds)))
