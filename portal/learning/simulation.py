"""Invented impressions with a known truth, to see whether the report finds what is there and nothing else.

Each person gets the best of many postings by the ranking's score, as the portal would show them, looks at a
place with the chance that the position-based model says, and chooses what appeals. `distance` is the planted
effect: how much nearness adds to the log-odds of choosing beside the score. With 0 the ranking is already
right.
"""

import numpy as np

from portal.learning.dataset import Dataset, Doubles
from portal.learning.enums import Outcome
from portal.ranking.reweighting import feature_table

LIKES_SCORE = 1.0
_BASE = -1.6


def appeal(score: Doubles, km: Doubles, *, distance: float) -> Doubles:
    """Log-odds that a posting that is looked at is chosen. `score` 0..1; `km` from home."""
    kept = np.clip(score, 1e-3, 1 - 1e-3)
    nearness = 10 / (10 + km)
    liked: Doubles = _BASE + LIKES_SCORE * (np.log(kept / (1 - kept)) + 1.2) + distance * (nearness - 0.5)
    return liked


def simulate(
    seed: int,
    *,
    distance: float,
    people: int = 1_500,
    fairs: int = 12,
    length: int = 12,
    pool: int = 60,
    steepness: float = 1.0,
    swaps: float = 0.0,
) -> Dataset:
    """One list of `length` for each person, spread over the fairs, the earliest first."""
    rng = np.random.default_rng(seed)
    score = np.clip(rng.beta(2.0, 6.0, (people, pool)), 0.01, 0.95)
    order = np.argsort(-score, axis=1)[:, :length]
    score = np.take_along_axis(score, order, axis=1)
    km = rng.gamma(1.3, 14.0, score.shape)
    pay = rng.integers(35, 100, score.shape) * 100
    margin = np.where(rng.random(score.shape) < 0.6, pay / 5_000 - 1, np.nan)
    parts = rng.dirichlet((2, 2, 1, 1), score.shape)
    flags = rng.random((2, *score.shape)) < 0.25
    asked = rng.integers(0, 4, score.shape)
    rank = np.tile(np.arange(1, length + 1), (people, 1))
    propensity = np.ones(score.shape)
    if swaps:
        for left in range(0, length - 1, 2):
            swap = rng.random(people) < swaps
            rank[swap, left], rank[swap, left + 1] = left + 2, left + 1
            propensity[:, left] = propensity[:, left + 1] = np.where(swap, swaps, 1 - swaps)
    chance = rank ** -float(steepness) / (1 + np.exp(-appeal(score, km, distance=distance)))
    level = (rng.random(score.shape) < chance).astype(np.int64)
    for outcome, share in ((Outcome.INTERVIEWED, 0.65), (Outcome.ONBOARDED, 0.6), (Outcome.RETAINED, 0.7)):
        level[(level == outcome - 1) & (rng.random(score.shape) < share)] = outcome
    return Dataset(
        table=feature_table(
            {
                "score": score.ravel(),
                **{
                    name: (score * parts[..., place]).ravel()
                    for place, name in enumerate(("wish", "service", "own_words", "certificate"))
                },
                "km": np.where(rng.random(score.shape) < 0.05, np.nan, km).ravel(),
                "pay": pay.ravel(),
                "pay_margin": margin.ravel(),
                "shift": flags[0].ravel(),
                "travel": flags[1].ravel(),
                "asked_years": asked.ravel(),
            }
        ),
        rank=rank.ravel(),
        lists=np.repeat(np.arange(people), length),
        person=np.repeat(np.arange(people), length),
        group=np.repeat(np.sort(rng.integers(0, fairs, people)), length),
        level=level.ravel(),
        propensity=propensity.ravel(),
        ordered=np.ones(score.size, bool),
        groups=tuple(f"第{number + 1}场" for number in range(fairs)),
    )
