"""Vector charts for the PDF report, with their values as text and readable on a black-and-white copy."""

from collections.abc import Sequence

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors

from portal.reports.funnels import Stage
from portal.reports.retention_curve import CurvePoint

FONT = "STSong-Light"
GREEN = colors.HexColor("#1d5a40")
LINE = colors.HexColor("#cdd6d0")
INK = colors.HexColor("#1c2420")
GREY = colors.HexColor("#47534c")
_FONT_SIZE = 8.5
_ROW_HEIGHT = 17  # of a bar with its margins
_AXIS_DAYS = (0, 30, 90, 180, 365, 540, 730)


def draw_funnel(stages: Sequence[Stage], width: float) -> Drawing:
    """Draw a bar for each stage, with its count and its share of the stage before; `width` in points."""
    label_width, value_width = 62, 76
    max_count = max([stage.count for stage in stages] + [1])
    drawing = Drawing(width, _ROW_HEIGHT * len(stages))
    for i, stage in enumerate(stages):
        bottom = _ROW_HEIGHT * (len(stages) - 1 - i)
        length = (width - label_width - value_width) * stage.count / max_count
        drawing.add(_text(0, bottom + 5, stage.label))
        drawing.add(
            Line(label_width, bottom, label_width, bottom + _ROW_HEIGHT, strokeColor=LINE, strokeWidth=0.75)
        )
        if stage.count:
            drawing.add(
                Rect(label_width, bottom + 3, length, _ROW_HEIGHT - 6, fillColor=GREEN, strokeColor=None)
            )
        share = "" if stage.share is None else f"（{stage.share:.0%}）"
        drawing.add(_text(label_width + length + 4, bottom + 5, f"{stage.count:,} 份{share}"))
    return drawing


def draw_retention_curve(points: Sequence[CurvePoint], width: float, height: float) -> Drawing:
    """Draw the share still employed as a step line, with a dashed confidence interval; sizes in points."""
    left, bottom, top, right = 30, 18, height - 6, width - 12
    last_day = max([*(point.days for point in points), _AXIS_DAYS[1]])
    drawing = Drawing(width, height)

    def x(days: float) -> float:
        return left + (right - left) * days / last_day

    def y(share: float) -> float:
        return bottom + (top - bottom) * share

    for quarter in range(5):
        level = y(quarter / 4)
        drawing.add(Line(left, level, right, level, strokeColor=LINE, strokeWidth=0.5))
        drawing.add(_text(left - 4, level - 3, f"{quarter * 25}%", anchor="end", ink=GREY))
    last_label_x = -99.0
    for day in (day for day in _AXIS_DAYS if day <= last_day):
        drawing.add(Line(x(day), bottom, x(day), bottom - 3, strokeColor=GREY, strokeWidth=0.5))
        if x(day) - last_label_x >= 28:  # labels must not overlap
            drawing.add(_text(x(day), 4, f"{day}天", anchor="middle", ink=GREY))
            last_label_x = x(day)
    interval_edges = (
        [(point.days, point.low) for point in points if point.low is not None],
        [(point.days, point.high) for point in points if point.high is not None],
    )
    for edge in interval_edges:
        if edge:
            line = [value for day, share in _step_corners(edge, last_day) for value in (x(day), y(share))]
            drawing.add(PolyLine(line, strokeColor=GREY, strokeWidth=0.75, strokeDashArray=(3, 2)))
    line = [
        value
        for day, share in _step_corners([(one.days, one.share) for one in points], last_day)
        for value in (x(day), y(share))
    ]
    drawing.add(PolyLine(line, strokeColor=GREEN, strokeWidth=1.75, strokeLineJoin=0))
    return drawing


def _step_corners(points: Sequence[tuple[int, float]], last_day: int) -> list[tuple[int, float]]:
    """Return the corners of a line that falls at each point and is level between, up to `last_day`."""
    corners: list[tuple[int, float]] = []
    for day, share in points:
        if corners:
            corners.append((day, corners[-1][1]))
        corners.append((day, share))
    return [*corners, (last_day, corners[-1][1])]


def _text(x: float, y: float, text: str, *, anchor: str = "start", ink: colors.Color = INK) -> String:
    return String(x, y, text, fontName=FONT, fontSize=_FONT_SIZE, fillColor=ink, textAnchor=anchor)
