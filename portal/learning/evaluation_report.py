"""The report: learnt on earlier fairs, judged on later ones, and the same again with shuffled outcomes."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
from scipy.stats import binom

from portal.learning.counterfactual_evaluation import REPLICATES, compare
from portal.learning.dataset import Dataset, split
from portal.learning.enums import Outcome, Verdict
from portal.learning.position_bias import PositionEffect, position_effect
from portal.learning.training import Learnt, learn
from portal.ranking.reweighting import Reweighting

LEAST = {
    Outcome.RETAINED: (400, 200),
    Outcome.ONBOARDED: (400, 200),
    Outcome.INTERVIEWED: (400, 200),
    Outcome.CHOSEN: (40, 20),
}
"""How often an outcome must have come about at earlier and at later fairs before it is learnt from and
judged by: much for the farther ones, where nearer ones could serve; for choices what is just enough."""
CONTROLS = 20
BY_CHANCE = 0.025
"""How often a control comes out 'better' by chance: what lies below a two-sided interval of 95 %."""
BINS = 8
PLACES = 12

Figures = dict[str, Any]
Progress = Callable[[Iterable[int]], Iterable[int]]


def farthest_with_enough(earlier: Dataset, later: Dataset) -> Outcome | None:
    """The farthest outcome with enough rows on both sides: counted before anything is learnt, so that no
    result decides what is looked at."""
    for outcome, (learnt, judged) in LEAST.items():
        enough = (earlier.level >= outcome).sum() >= learnt
        if enough and (later.level[later.ordered] >= outcome).sum() >= judged:
            return outcome
    return None


def make(
    data: Dataset,
    *,
    seed: int,
    current: Reweighting | None = None,
    controls: int = CONTROLS,
    replicates: int = REPLICATES,
    progress: Progress | None = None,
) -> Figures:
    """Everything that the page and the JSON say. `verdict` is 'better' only when the lower ends of both
    intervals are above 0, and the controls come out 'better' no oftener than chance has it (`controls`:
    'allowed' is exceeded in one report of a hundred at most): where they do, these estimates are not to be
    trusted.

    `progress` wraps the numbers of the steps: the report itself, then each control.
    """
    steps = iter(progress(range(controls + 1)) if progress else range(controls + 1))
    next(steps)
    earlier, later = split(data)
    figures = _counts(data, earlier, later, seed)
    outcome = farthest_with_enough(earlier, later)
    figures["target"] = outcome
    judged = _learn(earlier, later, outcome)
    if outcome is None or judged is None:
        for _ in steps:  # a progress bar ends at its end
            pass
        return {**figures, "verdict": Verdict.TOO_FEW}
    learnt, effect = judged
    comparisons = {
        each: compare(later, learnt.reweighting, current, effect, each, seed=seed, replicates=replicates)
        for each in Outcome
    }
    better = comparisons[outcome].is_better
    found = 0
    for number in steps:
        dealt = data.shuffled(seed + number)
        found += _is_better(*split(dealt), current, seed + number, replicates)
    allowed = int(binom.ppf(0.99, controls, BY_CHANCE)) if controls else 0
    return {
        **figures,
        "verdict": Verdict.BETTER if better and found <= allowed else Verdict.NOT_SHOWN,
        "parameters": learnt.reweighting.parameters,
        "strength": learnt.strength,
        "effects": learnt.effects,
        "position": {
            "eta": effect.eta,
            "error": effect.error,
            "low": effect.low,
            "looked_at": [float(share) for share in effect.looked_at(np.arange(1.0, PLACES + 1))],
        },
        "comparisons": [
            {"outcome": each, "label": each.label, **asdict(row), "is_better": row.is_better}
            for each, row in comparisons.items()
        ],
        "reliability": _reliability(learnt, later, outcome),
        "controls": {"runs": controls, "found": found, "allowed": allowed},
    }


def _learn(earlier: Dataset, later: Dataset, outcome: Outcome | None) -> tuple[Learnt, PositionEffect] | None:
    """What is learnt of the earlier fairs, and what a place does at those that judge it: at a full fair it
    does not do what it does at an empty one.
    """
    if outcome is None:
        return None
    try:
        return learn(earlier, outcome), position_effect(later.where(later.ordered))
    except ValueError:  # all in the hands of a few people
        return None


def _is_better(
    earlier: Dataset, later: Dataset, current: Reweighting | None, seed: int, replicates: int
) -> bool:
    outcome = farthest_with_enough(earlier, later)
    judged = _learn(earlier, later, outcome)
    if outcome is None or judged is None:
        return False
    learnt, effect = judged
    row = compare(later, learnt.reweighting, current, effect, outcome, seed=seed, replicates=replicates)
    return row.is_better


def _counts(data: Dataset, earlier: Dataset, later: Dataset, seed: int) -> Figures:
    def names(part: Dataset) -> list[str]:
        return [data.groups[group] for group in np.unique(part.group)]

    return {
        "seed": seed,
        "impressions": len(data),
        "lists": len(np.unique(data.lists)),
        "people": len(np.unique(data.person)),
        "fairs": {"earlier": names(earlier), "later": names(later)},
        "outcomes": [
            {
                "outcome": outcome,
                "label": outcome.label,
                "earlier": int((earlier.level >= outcome).sum()),
                "later": int((later.level >= outcome).sum()),
            }
            for outcome in Outcome
        ],
    }


def _reliability(learnt: Learnt, later: Dataset, outcome: Outcome) -> Figures:
    """Said and seen in BINS equal parts of the held-out impressions, the least likely first."""
    said, came = learnt.chances(later), later.level >= outcome
    rows = []
    for part in np.array_split(np.argsort(said, kind="stable"), BINS):
        if len(part):
            rows.append(
                {
                    "count": len(part),
                    "said": float(said[part].mean()),
                    "seen": float(came[part].mean()),
                }
            )
    return {"rows": rows, "brier": float(((said - came) ** 2).mean())}
