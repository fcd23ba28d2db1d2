"""Training data: impressions and their outcomes as columns of numbers."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Dataset:
    """n impressions, one array per column.

    Attributes:
        table: f64[n, len(reweighting.FEATURES)], NaN where unknown.
        rank: i64[n], rank on the page, from 1.
        lists: i64[n], number of the list view.
        person: i64[n], primary key of the veteran.
        group: i64[n], index of the current or next fair, in order of time.
        level: i64[n], farthest enums.Outcome that followed, 0 for none.
        propensity: f64[n], probability of the rank when neighbours were swapped at random, else 1.
        in_rank_order: bool[n], whether the list was sorted by the ranking.
        groups: names of the fairs.
    """

    table: Doubles
    rank: Longs
    lists: Longs
    person: Longs
    group: Longs
    level: Longs
    propensity: Doubles
    in_rank_order: Bools
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rank)

    def where(self, mask: Bools) -> "Dataset":
        """Return the rows selected by `mask`, bool[n]."""
        return replace(
            self,
            table=self.table[mask],
            rank=self.rank[mask],
            lists=self.lists[mask],
            person=self.person[mask],
            group=self.group[mask],
            level=self.level[mask],
            propensity=self.propensity[mask],
            in_rank_order=self.in_rank_order[mask],
        )

    def permute_outcomes(self, seed: int) -> "Dataset":
        """Return a copy with outcomes permuted within each fair and rank.

        Position bias is preserved and any effect of the match removed: a placebo for the evaluation.
        """
        rng = np.random.default_rng(seed)
        level = self.level.copy()
        cells = self.group * (int(self.rank.max(initial=1)) + 1) + self.rank
        order = np.argsort(cells, kind="stable")
        bounds = np.flatnonzero(np.diff(cells[order])) + 1
        for rows in np.split(order, bounds):
            level[rows] = rng.permutation(level[rows])
        return replace(self, level=level)


EARLIER_SHARE = 0.6


def split_by_fair(data: Dataset, earlier_share: float = EARLIER_SHARE) -> tuple[Dataset, Dataset]:
    """Split into (earlier fairs, later fairs), at least one whole fair in each.

    Args:
        earlier_share: share of the choices in the first part, of the impressions when there are no choices.
    """
    if not len(data):
        return data, data
    choices = (data.level > 0) if data.level.any() else np.ones(len(data))
    counts = np.bincount(data.group, weights=choices, minlength=len(data.groups))
    cumulative_share = np.cumsum(counts) / counts.sum()
    last = int(np.abs(cumulative_share[: max(int(data.group.max()), 1)] - earlier_share).argmin())
    return data.where(data.group <= last), data.where(data.group > last)
