"""Would another order have done better? Asked of fairs that nothing was learnt from.

By inverse propensities under the position-based model (position_bias): an outcome at rank k counts
looked_at(new rank) / looked_at(k), for it would have come about that much more, or less, often at its new
place. A list keeps its posts and its places; only who stands where differs. What was never shown cannot be
judged.
"""

from dataclasses import dataclass

import numpy as np

from portal.learning.dataset import Dataset, Doubles, Longs
from portal.learning.enums import Outcome
from portal.learning.position_bias import PositionEffect
from portal.ranking.reweighting import Reweighting

REPLICATES = 2_000
HEAVIEST = 20.0
"""Weights above this are cut: one lucky place far down shall not decide."""
_CHUNK = 250


@dataclass(frozen=True)
class Estimate:
    """A value now and under the other order; `lift` is the relative change with its 95 % interval from
    drawing people again."""

    now: float
    new: float
    lift: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """`ips`: outcomes in 1,000 lists. `snips`, self-normalised: how likely a match that leads to the outcome
    is looked at, from 0 to 1."""

    outcomes: int
    lists: int
    people: int
    ips: Estimate
    snips: Estimate

    @property
    def is_better(self) -> bool:
        return self.ips.low > 0 and self.snips.low > 0


def reordered(data: Dataset, scores: Doubles) -> Longs:
    """i64[n]: the rank of each row when every list stands by `scores`; equal scores stay as they stood."""
    as_shown = np.lexsort((data.rank, data.lists))
    by_score = np.lexsort((data.rank, -scores, data.lists))
    ranks = np.empty(len(data), np.int64)
    ranks[by_score] = data.rank[as_shown]
    return ranks


def compare(
    data: Dataset,
    learnt: Reweighting,
    current: Reweighting | None,
    effect: PositionEffect,
    outcome: Outcome,
    *,
    seed: int,
    replicates: int = REPLICATES,
) -> Comparison:
    """The learnt order against the one in use (None: the built-in one), on the lists of `data` that stood in
    a ranking's order."""
    data = data.where(data.ordered)
    before = current.scores(data.table) if current is not None else data.table[:, 0]
    rank_now, rank_new = reordered(data, before), reordered(data, learnt.scores(data.table))
    came = data.level >= outcome
    looked = effect.looked_at(data.rank.astype(np.float64))[came]
    people, person = np.unique(data.person[came], return_inverse=True)
    weight = np.minimum(1 / looked, HEAVIEST)
    sums = np.zeros((3, max(len(people), 1)))
    for place, values in enumerate(
        (
            weight * effect.looked_at(rank_now[came].astype(np.float64)),
            weight * effect.looked_at(rank_new[came].astype(np.float64)),
            weight,
        )
    ):
        np.add.at(sums[place], person, values)
    lists = len(np.unique(data.lists))
    everybody = len(np.unique(data.person))
    drawn = _drawn(sums, everybody, np.random.default_rng(seed), replicates)
    now, new, whole = sums.sum(axis=1)
    ips = _estimate(now, new, drawn[0], drawn[1], 1_000 / max(lists, 1))
    snips = _estimate(now, new, drawn[0], drawn[1], 1 / whole if whole else 0.0, drawn[2] / max(whole, 1e-12))
    return Comparison(int(came.sum()), lists, everybody, ips, snips)


def _drawn(sums: Doubles, everybody: int, rng: np.random.Generator, replicates: int) -> Doubles:
    """f64[3, replicates]: the sums when as many people are drawn again. People without an outcome add nothing
    but their number."""
    drawn = np.empty((3, replicates))
    with_outcome = sums.shape[1]
    chance = np.full(with_outcome + 1, 1 / max(everybody, 1))
    chance[-1] = max(0.0, 1 - with_outcome / max(everybody, 1))
    chance /= chance.sum()
    for start in range(0, replicates, _CHUNK):
        size = min(_CHUNK, replicates - start)
        times = rng.multinomial(max(everybody, 1), chance, size=size)[:, :-1]
        drawn[:, start : start + size] = sums @ times.T
    return drawn


def _estimate(
    now: float, new: float, now_drawn: Doubles, new_drawn: Doubles, unit: float, by: Doubles | float = 1.0
) -> Estimate:
    """`by`: what each replicate's own values are divided by, beside the whole's. The interval is that of the
    difference, in parts of the value now."""
    if now <= 0:
        return Estimate(0.0, 0.0, 0.0, 0.0, 0.0)
    differences = (new_drawn - now_drawn) / np.maximum(by, 1e-12) / now
    low, high = np.quantile(differences, [0.025, 0.975])
    return Estimate(now * unit, new * unit, new / now - 1, float(low), float(high))
