"""Re-weighting of the ranking by weights trained on outcomes: a linear model over the features of a match.

The score of a match is shifted in log-odds, so that it stays between 0 and 1:
logit(new) = logit(score) + CAP * tanh(sum of weight * (value - centre) / CAP). The shift is a reason of its
own with its share. Training is in portal/learning; this module does not use the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching import Match, Measures, Reason, Verdict

FEATURES = (
    "score", "wish", "service", "own_words", "certificate", "nearness", "pay", "pay_margin", "shift",
    "travel", "asked_years",
)  # fmt: skip
LABELS = {
    "score": "文字相近程度",
    "wish": "其中：求职意愿",
    "service": "其中：服役专业",
    "own_words": "其中：技能和经历",
    "certificate": "其中：证书",
    "nearness": "离家近",
    "pay": "月薪高",
    "pay_margin": "超出期望月薪",
    "shift": "需要倒班",
    "travel": "需要出差",
    "asked_years": "要求工作年限",
}
# Limit of the shift in log-odds: a score of 30 % stays between 9 % and 66 %.
CAP = 1.5
# Kind of the reason that explains the shift.
REWEIGHTING_REASON = "outcomes"
_MIN_PROBABILITY = 1e-3
_HALF_NEARNESS_KM = 10.0

Doubles = NDArray[np.float64]


def logit(probability: Doubles) -> Doubles:
    """Return the log-odds of probabilities, which are first clipped away from 0 and 1."""
    clipped = np.clip(probability, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)
    odds: Doubles = np.log(clipped / (1 - clipped))
    return odds


def features_from_rows(rows: Sequence[Measures]) -> Doubles:
    """Return the features of one row per match, f64[n, len(FEATURES)]; NaN where unknown."""
    return features_from_columns(
        {name: [getattr(row, name) for row in rows] for name in Measures.__dataclass_fields__}
    )


def features_from_columns(columns: Mapping[str, ArrayLike]) -> Doubles:
    """Return the features, f64[n, len(FEATURES)], from a column for each field of `Measures`."""
    column = {name: np.array(values, np.float64) for name, values in columns.items()}
    table: Doubles = np.column_stack(
        [
            logit(column["score"]),
            column["wish"],
            column["service"],
            column["own_words"],
            column["certificate"],
            _HALF_NEARNESS_KM / (_HALF_NEARNESS_KM + column["km"]),
            np.log(np.maximum(column["pay"], 1) / 5_000),
            np.clip(column["pay_margin"], -1, 2),
            column["shift"],
            column["travel"],
            np.minimum(column["asked_years"], 10) / 5,
        ]
    )
    return table


@dataclass(frozen=True)
class Reweighting:
    """Weights of a ranking version.

    Attributes:
        weights: weight by feature, without 'score', whose weight is 1.
        centre: mean by feature; an unknown value counts as the mean and shifts nothing.
        cap: limit of the shift in log-odds.
    """

    weights: Mapping[str, float]
    centre: Mapping[str, float]
    cap: float = CAP

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> "Reweighting":
        """Build a re-weighting from its stored `parameters`.

        Raises:
            ValueError: an unknown feature.
        """
        unknown = (set(parameters["weights"]) | set(parameters["centre"])) - set(FEATURES[1:])
        if unknown:
            raise ValueError(f"unknown features: {sorted(unknown)}")
        return cls(parameters["weights"], parameters["centre"], parameters["cap"])

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters as stored in JSON."""
        return {"weights": dict(self.weights), "centre": dict(self.centre), "cap": self.cap}

    @cached_property
    def _columns(self) -> tuple[Doubles, Doubles]:
        weights = np.array([self.weights.get(name, 0.0) for name in FEATURES[1:]])
        return weights, np.array([self.centre.get(name, 0.0) for name in FEATURES[1:]])

    def log_odds_shifts(self, table: Doubles) -> Doubles:
        """Return the shift of each row of `features_from_rows`, f64[n], in log-odds."""
        weights, centre = self._columns
        deviations = np.nan_to_num(table[:, 1:] - centre, nan=0.0)
        shifts: Doubles = self.cap * np.tanh(deviations @ weights / self.cap)
        return shifts

    def scores(self, table: Doubles) -> Doubles:
        """Return the scores after the shift, f64[n], 0 to 1."""
        scores_after: Doubles = 1 / (1 + np.exp(-(table[:, 0] + self.log_odds_shifts(table))))
        return scores_after

    def _explain_shift(self, row: Doubles) -> str:
        """Return a text with the one or two features that contributed most to the shift."""
        weights, centre = self._columns
        parts = np.nan_to_num((row[1:] - centre) * weights, nan=0.0)
        sign = 1.0 if parts.sum() >= 0 else -1.0
        strongest = [index for index in np.argsort(-sign * parts)[:2] if sign * parts[index] > 0.05]
        names = "、".join(LABELS[FEATURES[1 + index]].removeprefix("其中：") for index in strongest)
        word = "提高" if sign > 0 else "降低"
        return f"按历史结果{word}" + (f"（{names}）" if names else "")

    def reweight(self, match: Match, row: Doubles) -> Match:
        """Return a match with the shift as a reason of its own, so that shares add up to the score again."""
        score, reasons = self._add_shift(match.score, match.reasons, row)
        return replace(match, score=score, reasons=reasons)

    def rerank(self, matches: Sequence[Match], table: Doubles) -> list[Match]:
        """Return the matches re-weighted, best first; equal scores by id."""
        reweighted = [self.reweight(match, row) for match, row in zip(matches, table, strict=True)]
        return sorted(reweighted, key=lambda match: (-match.score, match.id))

    def reweight_verdict(self, verdict: Verdict, row: Doubles) -> Verdict:
        """Return a verdict with the shift as a reason of its own."""
        score, reasons = self._add_shift(verdict.score, verdict.reasons, row)
        return replace(verdict, score=score, reasons=reasons)

    def _add_shift(
        self, before: float, reasons: tuple[Reason, ...], row: Doubles
    ) -> tuple[float, tuple[Reason, ...]]:
        """Return the new score and the reasons: the shift and those with a share, sorted; then the others."""
        after = float(self.scores(row[None])[0])
        shift_reason = Reason(REWEIGHTING_REASON, self._explain_shift(row), after - before)
        with_share = [reason for reason in reasons if reason.share]
        others = [reason for reason in reasons if not reason.share]
        return after, (*sorted([*with_share, shift_reason], key=lambda reason: -reason.share), *others)
