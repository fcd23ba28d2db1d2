"""A learnt re-weighting of the ranking, as it serves: a few weights over the figures of a match.

The score of a match is moved in log-odds, so it stays between 0 and 1 and the move is a share of its own
beside the reasons: logit(new) = logit(score) + CAP * tanh(sum of weight * (value - centre) / CAP). Learnt in
portal/learning; this file knows neither where weights come from nor the database.
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
CAP = 1.5
"""The farthest that outcomes may move a score, in log-odds: from 30 % to between 9 % and 66 %."""
ADJUSTED = "outcomes"
"""Kind of the reason that tells the move."""
_SMALLEST = 1e-3
_HALF_WAY_KM = 10.0

Doubles = NDArray[np.float64]


def logit(share: Doubles) -> Doubles:
    kept = np.clip(share, _SMALLEST, 1 - _SMALLEST)
    odds: Doubles = np.log(kept / (1 - kept))
    return odds


def features(rows: Sequence[Measures]) -> Doubles:
    """f64[n, FEATURES]: the figures as the learner and the server see them; NaN where unknown."""
    return feature_table(
        {name: [getattr(row, name) for row in rows] for name in Measures.__dataclass_fields__}
    )


def feature_table(columns: Mapping[str, ArrayLike]) -> Doubles:
    """As `features`, from a column for each field of Measures."""
    of = {name: np.array(values, np.float64) for name, values in columns.items()}
    table: Doubles = np.column_stack(
        [
            logit(of["score"]),
            of["wish"],
            of["service"],
            of["own_words"],
            of["certificate"],
            _HALF_WAY_KM / (_HALF_WAY_KM + of["km"]),
            np.log(np.maximum(of["pay"], 1) / 5_000),
            np.clip(of["pay_margin"], -1, 2),
            of["shift"],
            of["travel"],
            np.minimum(of["asked_years"], 10) / 5,
        ]
    )
    return table


@dataclass(frozen=True)
class Reweighting:
    """`weights` and `centre` by feature, without 'score', whose weight is 1. What is unknown about a match
    counts as the centre, and so moves nothing."""

    weights: Mapping[str, float]
    centre: Mapping[str, float]
    cap: float = CAP

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> "Reweighting":
        """Back from `parameters`.

        Raises:
            ValueError: a feature that is not known here.
        """
        unknown = (set(parameters["weights"]) | set(parameters["centre"])) - set(FEATURES[1:])
        if unknown:
            raise ValueError(f"unknown features: {sorted(unknown)}")
        return cls(parameters["weights"], parameters["centre"], parameters["cap"])

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON."""
        return {"weights": dict(self.weights), "centre": dict(self.centre), "cap": self.cap}

    @cached_property
    def _columns(self) -> tuple[Doubles, Doubles]:
        weights = np.array([self.weights.get(name, 0.0) for name in FEATURES[1:]])
        return weights, np.array([self.centre.get(name, 0.0) for name in FEATURES[1:]])

    def moves(self, table: Doubles) -> Doubles:
        """f64[n]: how far each row of `features` moves, in log-odds."""
        weights, centre = self._columns
        away = np.nan_to_num(table[:, 1:] - centre, nan=0.0)
        moved: Doubles = self.cap * np.tanh(away @ weights / self.cap)
        return moved

    def scores(self, table: Doubles) -> Doubles:
        """f64[n]: the scores after the move, 0..1."""
        moved: Doubles = 1 / (1 + np.exp(-(table[:, 0] + self.moves(table))))
        return moved

    def _why(self, row: Doubles) -> str:
        """The one or two features that moved it most, in the direction of the move."""
        weights, centre = self._columns
        parts = np.nan_to_num((row[1:] - centre) * weights, nan=0.0)
        sign = 1.0 if parts.sum() >= 0 else -1.0
        telling = [place for place in np.argsort(-sign * parts)[:2] if sign * parts[place] > 0.05]
        named = "、".join(LABELS[FEATURES[1 + place]].removeprefix("其中：") for place in telling)
        word = "提高" if sign > 0 else "降低"
        return f"按历史结果{word}" + (f"（{named}）" if named else "")

    def moved(self, match: Match, row: Doubles) -> Match:
        """A match with the move as a share of its own, so that its reasons add up to its score again."""
        score, reasons = self._with(match.score, match.reasons, row)
        return replace(match, score=score, reasons=reasons)

    def applied(self, matches: Sequence[Match], table: Doubles) -> list[Match]:
        """`moved` for each, best first; equal scores by id."""
        moved = [self.moved(match, row) for match, row in zip(matches, table, strict=True)]
        return sorted(moved, key=lambda match: (-match.score, match.id))

    def told(self, verdict: Verdict, row: Doubles) -> Verdict:
        """As `moved`, for a verdict."""
        score, reasons = self._with(verdict.score, verdict.reasons, row)
        return replace(verdict, score=score, reasons=reasons)

    def _with(
        self, before: float, reasons: tuple[Reason, ...], row: Doubles
    ) -> tuple[float, tuple[Reason, ...]]:
        """The move stands among the reasons that carry a share, the greatest first."""
        after = float(self.scores(row[None])[0])
        move = Reason(ADJUSTED, self._why(row), after - before)
        shares = [reason for reason in reasons if reason.share]
        facts = [reason for reason in reasons if not reason.share]
        return after, (*sorted([*shares, move], key=lambda reason: -reason.share), *facts)
