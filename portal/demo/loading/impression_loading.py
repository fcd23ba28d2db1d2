"""Impressions: positions recommended to people before each fair, and their preferences among them.

Nearness counts for more in the preferences than in the ranking, so that the report on the ranking finds an
effect.
"""

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

LIST_LENGTH = 12
PLANTED_DISTANCE_EFFECT = 16.0
_UNKNOWN_KM = 30.0


@dataclass(frozen=True, slots=True)
class Preference:
    """A recommended position, and the chance of choosing it relative to the largest chance (0..1)."""

    position_id: int
    chance: float


def load_impressions(
    fairs: Sequence[JobFairPage],
    positions_of: Mapping[int, Sequence[int]],
    came: Mapping[int, list[Registration]],
    rng: random.Random,
) -> dict[tuple[int, int], list[Preference]]:
    """Load one list of recommendations for each person at a fair, some days before it.

    Impressions older than IMPRESSION_DAYS, which would have been purged, are not written.

    Args:
        positions_of: fair -> positions at its booths, as primary keys.
        came: fair -> registrations with a check-in.

    Returns:
        (fair, veteran) -> preferences.
    """
    index = Index.build(_always_open({pk for rows in positions_of.values() for pk in rows}))
    oldest = timezone.localdate() - timedelta(days=settings.IMPRESSION_DAYS)
    preferences: dict[tuple[int, int], list[Preference]] = {}
    rows: list[Impression] = []
    pairs = [(fair, registration) for fair in fairs for registration in came.get(fair.pk, ())]
    with tqdm(total=len(pairs), desc="recommended lists", unit="list") as bar:
        for batch in batches(pairs, 500):
            veterans = Veteran.objects.with_details().in_bulk({r.veteran_id for _, r in batch})
            for fair, registration in batch:
                at = fair.starts_at - timedelta(days=rng.uniform(1, 10))
                entries = list(_list(index, veterans[registration.veteran_id], positions_of[fair.pk], at))
                preferences[fair.pk, registration.veteran_id] = [
                    Preference(entry.position_id, _chance(entry)) for entry in entries
                ]
                day, list_id = timezone.localdate(at), uuid.UUID(int=rng.getrandbits(128), version=4)
                if day >= oldest:
                    rows += [
                        build_impression(Surface.ME_POSITIONS, entry, list_id=list_id, at=at, day=day)
                        for entry in entries
                    ]
                bar.update()
    # A person at two fairs within a day got one list.
    unique_rows = {(row.veteran_id, row.position_id, row.day): row for row in reversed(rows)}
    insert(Impression, list(unique_rows.values())[::-1], total=len(unique_rows), label="impressions")
    largest = max((item.chance for items in preferences.values() for item in items), default=1.0)
    return {
        pair: [replace(item, chance=item.chance / largest) for item in items]
        for pair, items in preferences.items()
    }


def _always_open(ids: set[int]) -> Iterator[Posting]:
    """Yield the fairs' positions as open at any time: each was open before its own fair."""
    opens_at, expires_at = (timezone.now() + timedelta(days=days) for days in (-3_650, 3_650))
    rows = Position.objects.with_details().filter(published_at__isnull=False, expires_at__isnull=False)
    for position in rows.order_by("pk").iterator(chunk_size=2_000):
        if position.pk in ids:
            yield replace(to_posting(position), opens_at=opens_at, expires_at=expires_at)


def _list(index: Index, veteran: Veteran, among: Sequence[int], now: datetime) -> Iterator[ListEntry]:
    profile = to_profile(veteran)
    for rank, match in enumerate(index.rank(profile, k=LIST_LENGTH, among=among, now=now).matches, 1):
        figures = measures(index, profile, match.id, match.score, match.reasons)
        yield ListEntry(veteran.pk, match.id, rank, figures)


def _chance(entry: ListEntry) -> float:
    km = entry.measures.km if entry.measures.km is not None else _UNKNOWN_KM
    log_odds = choice_log_odds(np.array(entry.measures.score), np.array(km), distance=PLANTED_DISTANCE_EFFECT)
    return 1 / entry.rank / (1 + exp(-float(log_odds)))
