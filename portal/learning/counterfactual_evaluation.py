"""Counterfactual evaluation of another ranking on held-out fairs.

Inverse propensity scoring (IPS) under the position-based model (position_bias): an outcome at rank k counts
examination(new rank) / examination(k), as it would have occurred that much more or less often at its new
rank. A list keeps its positions and ranks; only their order differs. Positions that were never shown cannot
be evaluated.
"""

from dataclasses import dataclass

import numpy as np

from portal.learning.dataset import Dataset, Doubles, Longs
from portal.learning.enums import Outcome
from portal.learning.position_bias import PositionBias
from portal.ranking.reweighting import Reweighting

REPLICATES = 2_000
MAX_WEIGHT = 20.0
"""Inverse propensities are clipped here: a single outcome at a low rank must not dominate."""
_CHUNK = 250


@dataclass(frozen=True)
class Estimate:
    """An outcome measure of two rankings.

    Attributes:
        now: value of the ranking in use.
        new: value of the candidate.
        lift: relative change, with its 95 % bootstrap interval over people from `low` to `high`.
    """

    now: float
    new: float
    lift: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Comparison of two rankings by one outcome.

    Attributes:
        ips: outcomes per 1,000 lists.
        snips: self-normalised IPS, the mean examination probability (0 to 1) of matches with the outcome.
    """

    outcomes: int
    lists: int
    people: int
    ips: Estimate
    snips: Estimate

    @property
    def is_better(self) -> bool:
        return self.ips.low > 0 and self.snips.low > 0


def rerank(data: Dataset, scores: Doubles) -> Longs:
    """Return the rank of each row, i64[n], when every list is sorted by `scores`; equal scores keep their
    order.
    """
    as_shown = np.lexsort((data.rank, data.lists))
    by_score = np.lexsort((data.rank, -scores, data.lists))
    ranks = np.empty(len(data), np.int64)
    ranks[by_score] = data.rank[as_shown]
    return ranks


def compare_rankings(
    data: Dataset,
    candidate: Reweighting,
    current: Reweighting | None,
    bias: PositionBias,
    outcome: Outcome,
    *,
    seed: int,
    replicates: int = REPLICATES,
) -> Comparison:
    """Compare a candidate with the ranking in use, on the lists of `data` that were sorted by a ranking.

    Args:
        current: re-weighting in use; None for the built-in ranking.
        bias: position bias of `data`.
        seed: seed of the bootstrap.
        replicates: bootstrap samples.
    """
    data = data.where(data.in_rank_order)
    before = current.scores(data.table) if current is not None else data.table[:, 0]
    rank_now, rank_new = rerank(data, before), rerank(data, candidate.scores(data.table))
    has_outcome = data.level >= outcome
    examination = bias.examination(data.rank.astype(np.float64))[has_outcome]
    people, person = np.unique(data.person[has_outcome], return_inverse=True)
    weight = np.minimum(1 / examination, MAX_WEIGHT)
    sums = np.zeros((3, max(len(people), 1)))
    for place, values in enumerate(
        (
            weight * bias.examination(rank_now[has_outcome].astype(np.float64)),
            weight * bias.examination(rank_new[has_outcome].astype(np.float64)),
            weight,
        )
    ):
        np.add.at(sums[place], person, values)
    lists = len(np.unique(data.lists))
    people_count = len(np.unique(data.person))
    resampled = _resample_people(sums, people_count, np.random.default_rng(seed), replicates)
    now, new, whole = sums.sum(axis=1)
    ips = _estimate(now, new, resampled[0], resampled[1], 1_000 / max(lists, 1))
    snips = _estimate(
        now, new, resampled[0], resampled[1], 1 / whole if whole else 0.0, resampled[2] / max(whole, 1e-12)
    )
    return Comparison(int(has_outcome.sum()), lists, people_count, ips, snips)


def _resample_people(sums: Doubles, people_count: int, rng: np.random.Generator, replicates: int) -> Doubles:
    """Return bootstrap sums, f64[3, replicates], over resampled people.

    Args:
        sums: f64[3, people with an outcome]; the others add nothing to a sum, but are drawn too.
        people_count: all people.
    """
    resampled = np.empty((3, replicates))
    people_with_outcome = sums.shape[1]
    chance = np.full(people_with_outcome + 1, 1 / max(people_count, 1))
    chance[-1] = max(0.0, 1 - people_with_outcome / max(people_count, 1))
    chance /= chance.sum()
    for start in range(0, replicates, _CHUNK):
        size = min(_CHUNK, replicates - start)
        times = rng.multinomial(max(people_count, 1), chance, size=size)[:, :-1]
        resampled[:, start : start + size] = sums @ times.T
    return resampled


def _estimate(
    now: float,
    new: float,
    now_resampled: Doubles,
    new_resampled: Doubles,
    unit: float,
    by: Doubles | float = 1.0,
) -> Estimate:
    """Return the estimate of two sums with its bootstrap interval.

    Args:
        unit: factor of both values.
        by: divisor of each replicate's values; the interval is that of the difference relative to `now`.
    """
    if now <= 0:
        return Estimate(0.0, 0.0, 0.0, 0.0, 0.0)
    differences = (new_resampled - now_resampled) / np.maximum(by, 1e-12) / now
    low, high = np.quantile(differences, [0.025, 0.975])
    return Estimate(now * unit, new * unit, new / now - 1, float(low), float(high))
