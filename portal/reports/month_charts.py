"""Shapes of the month report's charts, as shares and days; `month_report.typ` draws them."""

from collections.abc import Sequence
from typing import TypedDict

from portal.reports.funnels import Stage
from portal.reports.retention_curve import CurvePoint

_AXIS_DAYS = (0, 30, 90, 180, 365, 540, 730)
_LABEL_WIDTH = 0.14  # of the axis: labels closer than this would overlap

Corner = tuple[int, float]


class FunnelBar(TypedDict):
    """One bar: `length` is the share of the longest bar."""

    label: str
    length: float
    text: str


class RetentionLines(TypedDict):
    """Lines of the retention curve; a corner is (day, share). `days`: days labelled on the axis."""

    last_day: int
    days: list[int]
    line: list[Corner]
    low: list[Corner]
    high: list[Corner]


def funnel_bars(stages: Sequence[Stage]) -> list[FunnelBar]:
    """Return a bar for each stage, with its count and its share of the stage before as text."""
    max_count = max([stage.count for stage in stages] + [1])
    return [
        FunnelBar(
            label=stage.label,
            length=stage.count / max_count,
            text=f"{stage.count:,} 份" + ("" if stage.share is None else f"（{stage.share:.0%}）"),
        )
        for stage in stages
    ]


def retention_lines(points: Sequence[CurvePoint]) -> RetentionLines:
    """Return the share still employed as a step line, with the edges of its confidence interval."""
    last_day = max([*(point.days for point in points), _AXIS_DAYS[1]])
    return RetentionLines(
        last_day=last_day,
        days=_axis_days(last_day),
        line=_step_corners([(point.days, point.share) for point in points], last_day),
        low=_step_corners([(point.days, point.low) for point in points if point.low is not None], last_day),
        high=_step_corners(
            [(point.days, point.high) for point in points if point.high is not None], last_day
        ),
    )


def _axis_days(last_day: int) -> list[int]:
    days: list[int] = []
    for day in _AXIS_DAYS:
        if day <= last_day and (not days or (day - days[-1]) / last_day >= _LABEL_WIDTH):
            days.append(day)
    return days


def _step_corners(points: Sequence[Corner], last_day: int) -> list[Corner]:
    """Return the corners of a line that falls at each point and is level between, up to `last_day`."""
    corners: list[Corner] = []
    for day, share in points:
        if corners:
            corners.append((day, corners[-1][1]))
        corners.append((day, share))
    return [*corners, (last_day, corners[-1][1])] if corners else []
