"""A re-weighting learnt from outcomes: a logistic regression over the figures of the match, calibrated.

The rank is a figure too while learning, so that what the place did is not put down to the match; what serves
leaves it out. Which strength of regularisation is best is asked of folds that keep a person's rows together.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

from portal.learning.dataset import Dataset, Doubles
from portal.learning.enums import Outcome
from portal.learning.position_bias import centre_and_spread, standardised
from portal.ranking.reweighting import FEATURES, Reweighting

FOLDS = 5
_STRETCHED = 10.0
SOLVER = "newton-cholesky"  # many rows, few columns
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
LEAST_SCORE = 0.5
"""Weight, at least, of the score's log-odds, in units of which all else is told: outcomes move the ranking,
they do not replace it."""


@dataclass(frozen=True)
class Learnt:
    """`reweighting` serves; `chances` is for the report. `effects`: log-odds of one standard deviation."""

    reweighting: Reweighting
    effects: dict[str, float]
    strength: float
    model: CalibratedClassifierCV
    centre: Doubles
    spread: Doubles

    def chances(self, data: Dataset) -> Doubles:
        """f64[n]: calibrated probability of the outcome for each impression at its rank."""
        found: Doubles = self.model.predict_proba(_design(data, self.centre, self.spread))[:, 1]
        return found


def _design(data: Dataset, centre: Doubles, spread: Doubles) -> Doubles:
    """Score and rank are stretched, so that regularisation hardly holds them: what little data cannot tell
    stays with the present ranking, not with none."""
    columns = np.column_stack([standardised(data.table, centre, spread), np.log(data.rank)])
    columns[:, [0, -1]] *= _STRETCHED
    return columns


def learn(data: Dataset, outcome: Outcome) -> Learnt:
    """The re-weighting for `outcome`.

    Raises:
        ValueError: fewer people than folds, or the outcome never or always came about.
    """
    centre, spread = centre_and_spread(data.table)
    design, came = _design(data, centre, spread), data.level >= outcome
    folds = list(GroupKFold(FOLDS).split(design, came, data.person))
    if not all(came[rows].any() for rows, _ in folds) or came.all():
        raise ValueError("the outcome has to come about, and fail to, in every fold")
    weight = 1 / data.propensity
    base = LogisticRegression(solver=SOLVER, max_iter=200)
    search = GridSearchCV(base, {"C": list(STRENGTHS)}, scoring="neg_log_loss", cv=folds)
    strength = float(search.fit(design, came, sample_weight=weight).best_params_["C"])
    model = CalibratedClassifierCV(
        LogisticRegression(C=strength, solver=SOLVER, max_iter=200),
        method="sigmoid",
        cv=folds,
        ensemble=False,
    )
    model.fit(design, came, sample_weight=weight)
    effects = model.calibrated_classifiers_[0].estimator.coef_[0][: len(FEATURES)].copy()
    effects[0] *= _STRETCHED
    raw = effects / spread
    unit = max(float(raw[0]), LEAST_SCORE)
    weights = {name: float(raw[place] / unit) for place, name in enumerate(FEATURES) if place}
    middle = {name: float(centre[place]) for place, name in enumerate(FEATURES) if place}
    return Learnt(
        reweighting=Reweighting(weights, middle),
        effects=dict(zip(FEATURES, map(float, effects), strict=True)),
        strength=strength,
        model=model,
        centre=centre,
        spread=spread,
    )
