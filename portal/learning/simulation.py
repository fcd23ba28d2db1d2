"""Simulated impressions with a known effect, to test that the report finds it and nothing else.

Each person gets the best of many postings by the ranking's score, examines a rank with the probability of the
position-based model and chooses by a logistic model. `distance` is the planted effect: what nearness adds to
the log-odds of a choice beside the score. With 0 the built-in ranking is optimal.
"""

import numpy as np

from portal.learning.dataset import Dataset, Doubles
from portal.learning.enums import Outcome
from portal.ranking.reweighting import features_from_columns

LIKES_SCORE = 1.0
_BASE = -1.6


def choice_log_odds(score: Doubles, km: Doubles, *, distance: float) -> Doubles:
    """Return the log-odds that an examined posting is chosen.

    Args:
        score: 0 to 1.
        km: kilometres from home.
        distance: planted effect of nearness, in log-odds.
    """
    clipped = np.clip(score, 1e-3, 1 - 1e-3)
    nearness = 10 / (10 + km)
    log_odds: Doubles = (
        _BASE + LIKES_SCORE * (np.log(clipped / (1 - clipped)) + 1.2) + distance * (nearness - 0.5)
    )
    return log_odds


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
    """Simulate one list per person, spread over the fairs, the earliest first.

    Args:
        distance: planted effect of nearness, in log-odds.
        length: positions per list.
        pool: postings that each list is selected from.
        steepness: eta of the position-based model.
        swaps: probability that neighbours are swapped.
    """
    rng = np.random.default_rng(seed)
    score = np.clip(rng.beta(2.0, 6.0, (people, pool)), 0.01, 0.95)
    order = np.argsort(-score, axis=1)[:, :length]
    score = np.take_along_axis(score, order, axis=1)
    km = rng.gamma(1.3, 14.0, score.shape)
    pay = rng.integers(35, 100, score.shape) * 100
    margin = np.where(rng.random(score.shape) < 0.6, pay / 5_000 - 1, np.nan)
    parts = rng.dirichlet((2, 2, 1, 1), score.shape)
    flags = rng.random((2, *score.shape)) < 0.25
    required_years = rng.integers(0, 4, score.shape)
    rank = np.tile(np.arange(1, length + 1), (people, 1))
    propensity = np.ones(score.shape)
    if swaps:
        for left in range(0, length - 1, 2):
            swap = rng.random(people) < swaps
            rank[swap, left], rank[swap, left + 1] = left + 2, left + 1
            propensity[:, left] = propensity[:, left + 1] = np.where(swap, swaps, 1 - swaps)
    chance = rank ** -float(steepness) / (1 + np.exp(-choice_log_odds(score, km, distance=distance)))
    level = (rng.random(score.shape) < chance).astype(np.int64)
    for outcome, share in ((Outcome.INTERVIEWED, 0.65), (Outcome.ONBOARDED, 0.6), (Outcome.RETAINED, 0.7)):
        level[(level == outcome - 1) & (rng.random(score.shape) < share)] = outcome
    return Dataset(
        table=features_from_columns(
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
                "asked_years": required_years.ravel(),
            }
        ),
        rank=rank.ravel(),
        lists=np.repeat(np.arange(people), length),
        person=np.repeat(np.arange(people), length),
        group=np.repeat(np.sort(rng.integers(0, fairs, people)), length),
        level=level.ravel(),
        propensity=propensity.ravel(),
        in_rank_order=np.ones(score.size, bool),
        groups=tuple(f"第{number + 1}场" for number in range(fairs)),
    )
