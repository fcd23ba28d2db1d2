"""How much a place on a list does by itself.

The model is the position-based one: a post is chosen when it is looked at and liked, and the chance to be
looked at falls with its place alone, as rank ** -eta. The log of a choice's chance is then a sum of what the
match is worth and of -eta * log(rank): eta is read off a Poisson regression of choices on the figures of the
match and the log of the rank (with robust errors, for a choice is no count). Matches alike stand at different
places before different people, which is what tells the two apart; where RANKING_SWAPS is set, chance does so
too.

Too great an eta would make any other order look better, too small a one only hides improvements: whoever
judges uses the lower end of its interval, and reads it off the very lists that are judged: an eta of other
fairs, where a place did more, found an effect in every fourth shuffled city.
"""

from dataclasses import dataclass

import numpy as np

from portal.learning.dataset import Dataset, Doubles
from portal.learning.enums import Outcome

STEEPEST = 2.0
_ONE_SIDED_95 = 1.645
_RIDGE = 1.0
_STEPS = 50
_HIGHEST = 3.0


@dataclass(frozen=True)
class PositionEffect:
    """eta with its standard error, robust to one person's rows hanging together; `low`: the lower end of the
    one-sided 95 % interval, never below 0."""

    eta: float
    error: float

    @property
    def low(self) -> float:
        return float(np.clip(self.eta - _ONE_SIDED_95 * self.error, 0.0, STEEPEST))

    def looked_at(self, rank: Doubles) -> Doubles:
        """Chance to be looked at, beside that of the first place; by the cautious `low`."""
        chance: Doubles = np.asarray(rank, np.float64) ** -self.low
        return chance


def standardised(table: Doubles, centre: Doubles, spread: Doubles) -> Doubles:
    """Columns about 0 with spread 1; the unknown is 0."""
    filled: Doubles = np.nan_to_num((table - centre) / spread, nan=0.0)
    return filled


def centre_and_spread(table: Doubles) -> tuple[Doubles, Doubles]:
    """Means and standard deviations of the known values; 0 and 1 for a column that is unknown throughout."""
    known = ~np.isnan(table)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, table, 0.0).sum(axis=0) / count
    variance = np.where(known, (table - centre) ** 2, 0.0).sum(axis=0) / count
    return centre, np.where(variance > 1e-12, np.sqrt(variance), 1.0)


def position_effect(data: Dataset) -> PositionEffect:
    """Eta of the choices in `data`; 0 with no certainty where nobody chose."""
    chosen = (data.level >= Outcome.CHOSEN).astype(np.float64)
    if not chosen.any():
        return PositionEffect(0.0, STEEPEST)
    design = np.column_stack(
        [
            np.ones(len(data)),
            standardised(data.table, *centre_and_spread(data.table)),
            -np.log(data.rank),
        ]
    )
    weight = 1 / data.propensity
    ridge = np.diag([0.0] + [_RIDGE] * data.table.shape[1] + [0.0])
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(chosen.mean())
    for _ in range(_STEPS):
        chance = np.exp(np.minimum(design @ beta, _HIGHEST))
        slope = design.T @ (weight * (chosen - chance)) - ridge @ beta
        bend = (design * (weight * chance)[:, None]).T @ design + ridge
        step = np.linalg.solve(bend, slope)
        beta += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    chance = np.exp(np.minimum(design @ beta, _HIGHEST))
    _, person = np.unique(data.person, return_inverse=True)
    pulls = np.zeros((person.max() + 1, design.shape[1]))
    np.add.at(pulls, person, design * (weight * (chosen - chance))[:, None])
    inverse = np.linalg.inv(bend)
    spread = inverse @ (pulls.T @ pulls) @ inverse
    return PositionEffect(float(beta[-1]), float(np.sqrt(spread[-1, -1])))
