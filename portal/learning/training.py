"""Train a re-weighting on outcomes: a calibrated logistic regression over the features of a match.

The rank is a feature during training, so that position bias is not attributed to the match; the served
re-weighting leaves it out. Regularisation is tuned by cross-validation that keeps a person's rows together.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from portal.learning.dataset import Dataset, Doubles
from portal.learning.enums import Outcome
from portal.learning.position_bias import column_centre_and_spread, standardise
from portal.ranking.reweighting import FEATURES, Reweighting

if TYPE_CHECKING:
    from sklearn.calibration import CalibratedClassifierCV

FOLDS = 5
_UNPENALISED_SCALE = 10.0
SOLVER = "newton-cholesky"  # many rows, few columns
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
MIN_SCORE_WEIGHT = 0.5
"""Minimum weight of the score's log-odds, the unit of all other weights: outcomes adjust the ranking and do
not replace it."""


@dataclass(frozen=True)
class TrainedModel:
    """Result of a training run.

    Attributes:
        reweighting: served version.
        effects: log-odds of one standard deviation, by feature.
        strength: inverse regularisation strength C.
        model: calibrated classifier, for the report alone.
        centre: f64[features], means of the training data.
        spread: f64[features], standard deviations of the training data.
    """

    reweighting: Reweighting
    effects: dict[str, float]
    strength: float
    model: "CalibratedClassifierCV"
    centre: Doubles
    spread: Doubles

    def predict(self, data: Dataset) -> Doubles:
        """Return the calibrated probability of the outcome, f64[n], of each impression at its rank."""
        probabilities: Doubles = self.model.predict_proba(_design(data, self.centre, self.spread))[:, 1]
        return probabilities


def _design(data: Dataset, centre: Doubles, spread: Doubles) -> Doubles:
    """Return the design matrix.

    Score and rank are scaled up, so that they are hardly penalised: with little data the model stays close
    to the present ranking.
    """
    columns = np.column_stack([standardise(data.table, centre, spread), np.log(data.rank)])
    columns[:, [0, -1]] *= _UNPENALISED_SCALE
    return columns


def train(data: Dataset, outcome: Outcome) -> TrainedModel:
    """Train a re-weighting for `outcome`.

    Raises:
        ValueError: fewer people than folds, or the outcome occurs never or always in a fold.
    """
    from sklearn.calibration import CalibratedClassifierCV  # noqa: PLC0415 - needed by the worker alone
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.model_selection import GridSearchCV, GroupKFold  # noqa: PLC0415

    centre, spread = column_centre_and_spread(data.table)
    design, has_outcome = _design(data, centre, spread), data.level >= outcome
    folds = list(GroupKFold(FOLDS).split(design, has_outcome, data.person))
    if not all(has_outcome[rows].any() for rows, _ in folds) or has_outcome.all():
        raise ValueError("the outcome must both occur and fail to occur in every fold")
    weight = 1 / data.propensity
    base = LogisticRegression(solver=SOLVER, max_iter=200)
    search = GridSearchCV(base, {"C": list(STRENGTHS)}, scoring="neg_log_loss", cv=folds)
    strength = float(search.fit(design, has_outcome, sample_weight=weight).best_params_["C"])
    model = CalibratedClassifierCV(
        LogisticRegression(C=strength, solver=SOLVER, max_iter=200),
        method="sigmoid",
        cv=folds,
        ensemble=False,
    )
    model.fit(design, has_outcome, sample_weight=weight)
    effects = model.calibrated_classifiers_[0].estimator.coef_[0][: len(FEATURES)].copy()
    effects[0] *= _UNPENALISED_SCALE
    raw = effects / spread
    unit = max(float(raw[0]), MIN_SCORE_WEIGHT)
    weights = {name: float(raw[index] / unit) for index, name in enumerate(FEATURES) if index}
    middle = {name: float(centre[index]) for index, name in enumerate(FEATURES) if index}
    return TrainedModel(
        reweighting=Reweighting(weights, middle),
        effects=dict(zip(FEATURES, map(float, effects), strict=True)),
        strength=strength,
        model=model,
        centre=centre,
        spread=spread,
    )
