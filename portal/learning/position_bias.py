"""Position bias, estimated by the position-based model; in these two terms 'position' means rank.

Position bias is the effect of a match's rank in a list on the choice. A match is chosen when it is examined
and attractive, and the examination probability falls with its rank alone, as rank ** -eta. The log of the
choice probability is the attractiveness minus eta * log(rank), so eta is a coefficient of a Poisson
regression of choices on the match's features and log(rank), with robust standard errors, because a choice is
not a count. Similar matches appear at different ranks for different people, which identifies eta; random
swaps (RANKING_SWAPS) add to that.

An eta that is too high makes any other order look better; one that is too low only hides improvements. So
the lower end of its interval is used. Eta is estimated on the evaluated lists themselves: with the eta of
other fairs, where position bias was stronger, one placebo in four was reported as an improvement.
"""

from dataclasses import dataclass

import numpy as np

from portal.learning.dataset import Dataset, Doubles
from portal.learning.enums import Outcome

MAX_ETA = 2.0
_ONE_SIDED_95 = 1.645
_RIDGE = 1.0
_MAX_ITERATIONS = 50
_MAX_LOG_RATE = 3.0


@dataclass(frozen=True)
class PositionBias:
    """Eta and its standard error, clustered by person."""

    eta: float
    standard_error: float

    @property
    def low(self) -> float:
        """Lower end of the one-sided 95 % interval, at least 0."""
        return float(np.clip(self.eta - _ONE_SIDED_95 * self.standard_error, 0.0, MAX_ETA))

    def examination(self, rank: Doubles) -> Doubles:
        """Return examination probabilities relative to rank 1, computed from the conservative `low`."""
        relative_probability: Doubles = np.asarray(rank, np.float64) ** -self.low
        return relative_probability


def standardise(table: Doubles, centre: Doubles, spread: Doubles) -> Doubles:
    """Return columns with mean 0 and standard deviation 1; unknown values are 0."""
    columns: Doubles = np.nan_to_num((table - centre) / spread, nan=0.0)
    return columns


def column_centre_and_spread(table: Doubles) -> tuple[Doubles, Doubles]:
    """Return means and standard deviations of the known values; 0 and 1 for a column without any."""
    is_known = ~np.isnan(table)
    count = np.maximum(is_known.sum(axis=0), 1)
    centre = np.where(is_known, table, 0.0).sum(axis=0) / count
    variance = np.where(is_known, (table - centre) ** 2, 0.0).sum(axis=0) / count
    return centre, np.where(variance > 1e-12, np.sqrt(variance), 1.0)


def estimate_position_bias(data: Dataset) -> PositionBias:
    """Estimate eta from the choices in `data`; 0 with a large standard error when there are none."""
    choices = (data.level >= Outcome.CHOSEN).astype(np.float64)
    if not choices.any():
        return PositionBias(0.0, MAX_ETA)
    design = np.column_stack(
        [
            np.ones(len(data)),
            standardise(data.table, *column_centre_and_spread(data.table)),
            -np.log(data.rank),
        ]
    )
    weight = 1 / data.propensity
    ridge = np.diag([0.0] + [_RIDGE] * data.table.shape[1] + [0.0])
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(choices.mean())
    for _ in range(_MAX_ITERATIONS):
        rate = np.exp(np.minimum(design @ beta, _MAX_LOG_RATE))
        gradient = design.T @ (weight * (choices - rate)) - ridge @ beta
        hessian = (design * (weight * rate)[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian, gradient)
        beta += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    rate = np.exp(np.minimum(design @ beta, _MAX_LOG_RATE))
    _, person = np.unique(data.person, return_inverse=True)
    person_scores = np.zeros((person.max() + 1, design.shape[1]))
    np.add.at(person_scores, person, design * (weight * (choices - rate))[:, None])
    inverse = np.linalg.inv(hessian)
    covariance = inverse @ (person_scores.T @ person_scores) @ inverse
    return PositionBias(float(beta[-1]), float(np.sqrt(covariance[-1, -1])))
