"""Evaluation report: train on earlier fairs, evaluate on later ones, repeat with permuted outcomes."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from portal.learning.counterfactual_evaluation import REPLICATES, compare_rankings
from portal.learning.dataset import Dataset, split_by_fair
from portal.learning.enums import Outcome, Verdict
from portal.learning.position_bias import PositionBias, estimate_position_bias
from portal.learning.training import TrainedModel, train
from portal.ranking.reweighting import Reweighting

MIN_OUTCOMES = {
    Outcome.RETAINED: (400, 200),
    Outcome.ONBOARDED: (400, 200),
    Outcome.INTERVIEWED: (400, 200),
    Outcome.CHOSEN: (40, 20),
}
"""(earlier, later) counts an outcome needs to become the target: high for far outcomes, where a nearer one
can serve, and the bare minimum for choices."""
CONTROLS = 20
FALSE_POSITIVE_RATE = 0.025
"""Probability that a control is reported as better: the tail of a two-sided 95 % interval."""
BINS = 8
MAX_RANK = 12

Figures = dict[str, Any]
Progress = Callable[[Iterable[int]], Iterable[int]]


def select_target(earlier: Dataset, later: Dataset) -> Outcome | None:
    """Return the farthest outcome with enough rows in both parts, or None.

    Counted before training, so that the choice does not depend on any result.
    """
    for outcome, (min_earlier, min_later) in MIN_OUTCOMES.items():
        enough = (earlier.level >= outcome).sum() >= min_earlier
        if enough and (later.level[later.in_rank_order] >= outcome).sum() >= min_later:
            return outcome
    return None


def evaluate_ranking(
    data: Dataset,
    *,
    seed: int,
    current: Reweighting | None = None,
    controls: int = CONTROLS,
    replicates: int = REPLICATES,
    progress: Progress | None = None,
) -> Figures:
    """Evaluate a ranking trained on `data` against the one in use; return all figures of the page and JSON.

    The verdict is 'better' only when the lower ends of both intervals are above 0 and the controls are
    reported as better no more often than by chance (figure 'allowed', exceeded in one report of 100 at
    most); otherwise the estimates are not reliable.

    Args:
        seed: seed of the bootstrap; each control adds its number.
        current: re-weighting in use; None for the built-in ranking.
        controls: runs with permuted outcomes.
        replicates: bootstrap samples.
        progress: wraps the step numbers: the report itself, then each control.
    """
    from scipy.stats import binom  # noqa: PLC0415 - takes a second, needed by the worker alone

    steps = iter(progress(range(controls + 1)) if progress else range(controls + 1))
    next(steps)
    earlier, later = split_by_fair(data)
    figures = _dataset_counts(data, earlier, later, seed)
    outcome = select_target(earlier, later)
    figures["target"] = outcome
    trained = _train(earlier, later, outcome)
    if outcome is None or trained is None:
        for _ in steps:  # completes the progress bar
            pass
        return {**figures, "verdict": Verdict.TOO_FEW}
    model, bias = trained
    comparisons = {
        milestone: compare_rankings(
            later, model.reweighting, current, bias, milestone, seed=seed, replicates=replicates
        )
        for milestone in Outcome
    }
    better = comparisons[outcome].is_better
    better_controls = 0
    for number in steps:
        permuted = data.permute_outcomes(seed + number)
        better_controls += _is_control_better(*split_by_fair(permuted), current, seed + number, replicates)
    max_better = int(binom.ppf(0.99, controls, FALSE_POSITIVE_RATE)) if controls else 0
    return {
        **figures,
        "verdict": Verdict.BETTER if better and better_controls <= max_better else Verdict.NOT_SHOWN,
        "parameters": model.reweighting.parameters,
        "strength": model.strength,
        "effects": model.effects,
        "position": {
            "eta": bias.eta,
            "error": bias.standard_error,
            "low": bias.low,
            "looked_at": [float(share) for share in bias.examination(np.arange(1.0, MAX_RANK + 1))],
        },
        "comparisons": [
            {"outcome": milestone, "label": milestone.label, **asdict(row), "is_better": row.is_better}
            for milestone, row in comparisons.items()
        ],
        "reliability": _reliability(model, later, outcome),
        "controls": {"runs": controls, "found": better_controls, "allowed": max_better},
    }


def _train(
    earlier: Dataset, later: Dataset, outcome: Outcome | None
) -> tuple[TrainedModel, PositionBias] | None:
    """Train on the earlier fairs and estimate the position bias of the later ones, as it differs by fair."""
    if outcome is None:
        return None
    try:
        return train(earlier, outcome), estimate_position_bias(later.where(later.in_rank_order))
    except ValueError:  # the outcomes belong to too few people
        return None


def _is_control_better(
    earlier: Dataset, later: Dataset, current: Reweighting | None, seed: int, replicates: int
) -> bool:
    outcome = select_target(earlier, later)
    trained = _train(earlier, later, outcome)
    if outcome is None or trained is None:
        return False
    model, bias = trained
    row = compare_rankings(later, model.reweighting, current, bias, outcome, seed=seed, replicates=replicates)
    return row.is_better


def _dataset_counts(data: Dataset, earlier: Dataset, later: Dataset, seed: int) -> Figures:
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


def _reliability(model: TrainedModel, later: Dataset, outcome: Outcome) -> Figures:
    """Return predicted and observed shares in BINS equal parts of the held-out impressions, lowest first."""
    predicted, observed = model.predict(later), later.level >= outcome
    rows = []
    for part in np.array_split(np.argsort(predicted, kind="stable"), BINS):
        if len(part):
            rows.append(
                {
                    "count": len(part),
                    "said": float(predicted[part].mean()),
                    "seen": float(observed[part].mean()),
                }
            )
    return {"rows": rows, "brier": float(((predicted - observed) ** 2).mean())}
