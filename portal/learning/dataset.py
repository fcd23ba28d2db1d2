"""What was shown and what came of it, as columns of numbers."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Dataset:
    """n impressions, a column each.

    table f64[n, reweighting.FEATURES], NaN where unknown; rank i64[n] from 1, as it stood on the page;
    `lists`, `person` i64[n]: which view and whose; `group` i64[n]: the fair that was next or on, in the order
    of time; `level` i64[n]: the farthest enums.Outcome that followed, 0 for none; `propensity` f64[n];
    `ordered`: the list stood in the order of the ranking. `groups`: names of the fairs.
    """

    table: Doubles
    rank: Longs
    lists: Longs
    person: Longs
    group: Longs
    level: Longs
    propensity: Doubles
    ordered: Bools
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rank)

    def where(self, mask: Bools) -> "Dataset":
        return replace(
            self,
            table=self.table[mask],
            rank=self.rank[mask],
            lists=self.lists[mask],
            person=self.person[mask],
            group=self.group[mask],
            level=self.level[mask],
            propensity=self.propensity[mask],
            ordered=self.ordered[mask],
        )

    def shuffled(self, seed: int) -> "Dataset":
        """The same outcomes at the same fairs and ranks, dealt out among the impressions anew: whatever a
        place does to a post stays, whatever the match does is gone."""
        rng = np.random.default_rng(seed)
        level = self.level.copy()
        cells = self.group * (int(self.rank.max(initial=1)) + 1) + self.rank
        order = np.argsort(cells, kind="stable")
        bounds = np.flatnonzero(np.diff(cells[order])) + 1
        for rows in np.split(order, bounds):
            level[rows] = rng.permutation(level[rows])
        return replace(self, level=level)


EARLIER = 0.6


def split(data: Dataset, earlier: float = EARLIER) -> tuple[Dataset, Dataset]:
    """(earlier fairs, later fairs): whole fairs, about `earlier` of the choices in the first part (of the
    impressions, while nobody chose); one fair at least is in each."""
    if not len(data):
        return data, data
    chosen = (data.level > 0) if data.level.any() else np.ones(len(data))
    counts = np.bincount(data.group, weights=chosen, minlength=len(data.groups))
    so_far = np.cumsum(counts) / counts.sum()
    last = int(np.abs(so_far[: max(int(data.group.max()), 1)] - earlier).argmin())
    return data.where(data.group <= last), data.where(data.group > last)
