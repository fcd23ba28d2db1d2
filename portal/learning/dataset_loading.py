"""The data set out of the database: impressions, and the log of the placements that followed them."""

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
from portal.placements.models import Placement, PlacementTransition
from portal.ranking.enums import Surface
from portal.ranking.models import Impression
from portal.ranking.reweighting import feature_table

LEARNT_FROM = (Surface.ME_HOME, Surface.ME_POSITIONS, Surface.ME_FAIR)
"""Lists that people see for themselves; who is shown to an employer is no choice of theirs."""
IN_ORDER = (Surface.ME_HOME, Surface.ME_POSITIONS)
"""Of those, the lists that stand in the order of the ranking. A fair's booths stand by their number."""
WITHIN = timedelta(days=60)
"""An intention belongs to the last time that the position was shown, at most so long before."""
MOST_ROWS = 1_000_000
"""The latest impressions; more would not change a figure and not fit into a small machine."""
AFTER_ALL = "（最近一场之后）"

_REACHED = {
    PlacementState.INTERVIEWED: Outcome.INTERVIEWED,
    PlacementState.OFFERED: Outcome.INTERVIEWED,
    PlacementState.ONBOARDED: Outcome.ONBOARDED,
    PlacementState.RETAINED_1M: Outcome.ONBOARDED,
    PlacementState.RETAINED_3M: Outcome.RETAINED,
    PlacementState.RETAINED_6M: Outcome.RETAINED,
    PlacementState.RETAINED_12M: Outcome.RETAINED,
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
_CHUNK = 20_000

Progress = Callable[[Iterable[Any]], Iterable[Any]]


def farthest(steps: Iterable[tuple[str, str]]) -> Outcome:
    """How far a placement came, from its (step, state after it) in the order of the log. A correction takes
    back what it corrects."""
    reached = Outcome.CHOSEN
    for step, state in steps:
        level = _REACHED.get(PlacementState(state), Outcome.CHOSEN)
        reached = level if step == "correct" else max(reached, level)
    return Outcome(reached)


def _levels() -> dict[tuple[int, int], list[tuple[float, Outcome]]]:
    """(veteran, position) -> when each intention was recorded, and how far it came."""
    steps: dict[int, list[tuple[str, str]]] = defaultdict(list)
    log = PlacementTransition.objects.order_by("placement", "sequence")
    for placement, step, state in log.values_list("placement", "step", "to_state").iterator(_CHUNK):
        steps[placement].append((step, state))
    found: dict[tuple[int, int], list[tuple[float, Outcome]]] = defaultdict(list)
    rows = Placement.objects.order_by("recorded_at", "pk")
    for pk, veteran, position, at in rows.values_list("pk", "veteran", "position", "recorded_at"):
        found[veteran, position].append((at.timestamp(), farthest(steps[pk])))
    return found


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def read(progress: Progress | None = None) -> Dataset:
    """Every impression to learn from, of people who agree to it, the oldest first; `progress` wraps the rows
    as they come."""
    fairs = list(JobFairPage.objects.order_by("ends_at", "pk").values_list("pk", "title", "ends_at"))
    place_of = {pk: place for place, (pk, _, _) in enumerate(fairs)}
    ends = np.array([end.timestamp() for _, _, end in fairs])
    shown = Impression.objects.agreed().filter(surface__in=LEARNT_FROM)
    cut = shown.order_by("-pk").values_list("pk", flat=True)[MOST_ROWS : MOST_ROWS + 1].first()
    if cut is not None:
        shown = shown.filter(pk__gt=cut)
    rows = shown.order_by("pk").values_list(*_COLUMNS).iterator(_CHUNK)
    levels = _levels()
    last: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    list_of: dict[Any, int] = {}
    tables, parts, number = [np.empty((0, len(_FIGURES)))], [np.empty((0, 6))], 0
    for chunk in _chunks(iter(progress(rows) if progress else rows)):
        part = []
        for _, veteran, position, surface, context, at, list_id, rank, propensity, *_ in chunk:
            moment = at.timestamp()
            group = place_of.get(context, -1) if surface == Surface.ME_FAIR else -1
            part.append(
                (
                    rank,
                    list_of.setdefault(list_id, len(list_of)),
                    veteran,
                    np.searchsorted(ends, moment) if group < 0 else group,
                    propensity,
                    surface in IN_ORDER,
                )
            )
            if (veteran, position) in levels:
                last[veteran, position].append((moment, number))
            number += 1
        parts.append(np.array(part, np.float64))
        tables.append(np.array([row[-len(_FIGURES) :] for row in chunk], np.float64))
    columns, figures = np.concatenate(parts), np.concatenate(tables)
    level = np.zeros(number, np.int64)
    for pair, intentions in levels.items():
        for recorded, outcome in intentions:
            before = [
                (moment, row)
                for moment, row in last.get(pair, ())
                if recorded - WITHIN.total_seconds() <= moment <= recorded
            ]
            if before:
                level[max(before)[1]] = max(level[max(before)[1]], outcome)
    whole = columns[:, :4].astype(np.int64)
    return Dataset(
        table=feature_table({name: figures[:, place] for place, name in enumerate(_FIGURES)}),
        rank=whole[:, 0],
        lists=whole[:, 1],
        person=whole[:, 2],
        group=whole[:, 3],
        level=level,
        propensity=columns[:, 4],
        ordered=columns[:, 5].astype(bool),
        groups=(*(title for _, title, _ in fairs), AFTER_ALL),
    )
