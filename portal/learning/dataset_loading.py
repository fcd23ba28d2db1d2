"""Load the training data from the database: impressions joined with the placement log."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import numpy as np

from cms.models import JobFairPage
from matching import Measures
from portal.learning.dataset import Dataset
from portal.learning.enums import Outcome
from portal.placements.enums import PlacementState
from portal.placements.milestones import MILESTONES
from portal.placements.models import Placement, PlacementTransition
from portal.ranking.enums import Surface
from portal.ranking.models import Impression
from portal.ranking.reweighting import features_from_columns

TRAINING_SURFACES = (Surface.ME_HOME, Surface.ME_POSITIONS, Surface.ME_FAIR)
"""Lists that veterans see themselves; being shown to an employer is no choice of theirs."""
RANKED_SURFACES = (Surface.ME_HOME, Surface.ME_POSITIONS)
"""Those of them that are sorted by the ranking. Booths of a fair are sorted by number."""
ATTRIBUTION_WINDOW = timedelta(days=60)
"""An intention is attributed to the last impression of the position, at most this long before."""
MAX_ROWS = 1_000_000
"""Limit of the latest impressions: more would not change a figure and not fit into a small machine."""
AFTER_LAST_FAIR = "（最近一场之后）"

_OUTCOME_OF_STATE = {
    PlacementState.INTERVIEWED: Outcome.INTERVIEWED,
    PlacementState.OFFERED: Outcome.INTERVIEWED,
    PlacementState.ONBOARDED: Outcome.ONBOARDED,
    **{
        PlacementState(milestone.state): Outcome.RETAINED if milestone.months >= 3 else Outcome.ONBOARDED
        for milestone in MILESTONES
    },
}
_FIGURES = tuple(Measures.__dataclass_fields__)
_COLUMNS = (
    "id",
    "veteran",
    "position",
    "surface",
    "context",
    "at",
    "list_id",
    "rank",
    "propensity",
    *_FIGURES,
)
_BATCH_SIZE = 20_000

Progress = Callable[[Iterable[Any]], Iterable[Any]]


def farthest_outcome(steps: Iterable[tuple[str, str]]) -> Outcome:
    """Return the farthest outcome of a placement.

    Args:
        steps: (step, state after it) in the order of the log. A correction also lowers the outcome.
    """
    farthest = Outcome.CHOSEN
    for step, state in steps:
        level = _OUTCOME_OF_STATE.get(PlacementState(state), Outcome.CHOSEN)
        farthest = level if step == "correct" else max(farthest, level)
    return Outcome(farthest)


def _load_outcomes() -> dict[tuple[int, int], list[tuple[float, Outcome]]]:
    """Return (veteran, position) -> (timestamp, farthest outcome) of each intention."""
    steps: dict[int, list[tuple[str, str]]] = defaultdict(list)
    log = PlacementTransition.objects.order_by("placement", "sequence")
    for placement, step, state in log.values_list("placement", "step", "to_state").iterator(_BATCH_SIZE):
        steps[placement].append((step, state))
    outcomes: dict[tuple[int, int], list[tuple[float, Outcome]]] = defaultdict(list)
    rows = Placement.objects.order_by("recorded_at", "pk")
    for pk, veteran, position, at in rows.values_list("pk", "veteran", "position", "recorded_at"):
        outcomes[veteran, position].append((at.timestamp(), farthest_outcome(steps[pk])))
    return outcomes


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, _BATCH_SIZE)):
        yield chunk


def load_dataset(progress: Progress | None = None) -> Dataset:
    """Load the impressions of consenting people on TRAINING_SURFACES, the oldest first.

    Args:
        progress: wraps the rows as they are read, e.g. a tqdm bar.
    """
    fairs = list(JobFairPage.objects.order_by("ends_at", "pk").values_list("pk", "title", "ends_at"))
    fair_index = {pk: place for place, (pk, _, _) in enumerate(fairs)}
    ends = np.array([end.timestamp() for _, _, end in fairs])
    impressions = Impression.objects.agreed().filter(surface__in=TRAINING_SURFACES)
    oldest_excluded = (
        impressions.order_by("-pk").values_list("pk", flat=True)[MAX_ROWS : MAX_ROWS + 1].first()
    )
    if oldest_excluded is not None:
        impressions = impressions.filter(pk__gt=oldest_excluded)
    rows = impressions.order_by("pk").values_list(*_COLUMNS).iterator(_BATCH_SIZE)
    levels = _load_outcomes()
    last: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    list_of: dict[Any, int] = {}
    tables, parts, row_count = [np.empty((0, len(_FIGURES)))], [np.empty((0, 6))], 0
    for chunk in _batches(iter(progress(rows) if progress else rows)):
        part = []
        for _, veteran, position, surface, context, at, list_id, rank, propensity, *_ in chunk:
            moment = at.timestamp()
            group = fair_index.get(context, -1) if surface == Surface.ME_FAIR else -1
            part.append(
                (
                    rank,
                    list_of.setdefault(list_id, len(list_of)),
                    veteran,
                    np.searchsorted(ends, moment) if group < 0 else group,
                    propensity,
                    surface in RANKED_SURFACES,
                )
            )
            if (veteran, position) in levels:
                last[veteran, position].append((moment, row_count))
            row_count += 1
        parts.append(np.array(part, np.float64))
        tables.append(np.array([row[-len(_FIGURES) :] for row in chunk], np.float64))
    columns, figures = np.concatenate(parts), np.concatenate(tables)
    level = np.zeros(row_count, np.int64)
    for pair, intentions in levels.items():
        for recorded, outcome in intentions:
            candidates = [
                (moment, row)
                for moment, row in last.get(pair, ())
                if recorded - ATTRIBUTION_WINDOW.total_seconds() <= moment <= recorded
            ]
            if candidates:
                level[max(candidates)[1]] = max(level[max(candidates)[1]], outcome)
    whole = columns[:, :4].astype(np.int64)
    return Dataset(
        table=features_from_columns({name: figures[:, index] for index, name in enumerate(_FIGURES)}),
        rank=whole[:, 0],
        lists=whole[:, 1],
        person=whole[:, 2],
        group=whole[:, 3],
        level=level,
        propensity=columns[:, 4],
        in_rank_order=columns[:, 5].astype(bool),
        groups=(*(title for _, title, _ in fairs), AFTER_LAST_FAIR),
    )
