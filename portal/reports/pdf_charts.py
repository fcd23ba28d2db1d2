"""Charts on paper: vectors with their numbers beside them, black on white enough for a copier."""

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
_SIZE = 8.5
_ROW = 17  # height of a bar with what stands around it
_DAYS = (0, 30, 90, 180, 365, 540, 730)


def draw_funnel(stages: Sequence[Stage], width: float) -> Drawing:
    """A bar for each stage, as long as its count; count and share of the stage before at its end."""
    label, said = 62, 76  # room for words on both sides
    most = max([stage.count for stage in stages] + [1])
    drawing = Drawing(width, _ROW * len(stages))
    for i, stage in enumerate(stages):
        bottom = _ROW * (len(stages) - 1 - i)
        length = (width - label - said) * stage.count / most
        drawing.add(_words(0, bottom + 5, stage.label))
        drawing.add(Line(label, bottom, label, bottom + _ROW, strokeColor=LINE, strokeWidth=0.75))
        if stage.count:
            drawing.add(Rect(label, bottom + 3, length, _ROW - 6, fillColor=GREEN, strokeColor=None))
        share = "" if stage.share is None else f"（{stage.share:.0%}）"
        drawing.add(_words(label + length + 4, bottom + 5, f"{stage.count:,} 份{share}"))
    return drawing


def draw_retention_curve(points: Sequence[CurvePoint], width: float, height: float) -> Drawing:
    """The share still in post as steps, between the dashed edges of its confidence interval."""
    left, bottom, top, right = 30, 18, height - 6, width - 12
    last = max([*(point.days for point in points), _DAYS[1]])
    drawing = Drawing(width, height)

    def x(days: float) -> float:
        return left + (right - left) * days / last

    def y(share: float) -> float:
        return bottom + (top - bottom) * share

    for quarter in range(5):
        level = y(quarter / 4)
        drawing.add(Line(left, level, right, level, strokeColor=LINE, strokeWidth=0.5))
        drawing.add(_words(left - 4, level - 3, f"{quarter * 25}%", anchor="end", ink=GREY))
    shown = -99.0
    for day in (day for day in _DAYS if day <= last):
        drawing.add(Line(x(day), bottom, x(day), bottom - 3, strokeColor=GREY, strokeWidth=0.5))
        if x(day) - shown >= 28:  # else it would run into the one before
            drawing.add(_words(x(day), 4, f"{day}天", anchor="middle", ink=GREY))
            shown = x(day)
    edges = (
        [(point.days, point.low) for point in points if point.low is not None],
        [(point.days, point.high) for point in points if point.high is not None],
    )
    for edge in edges:
        if edge:
            way = [at for day, share in _steps(edge, last) for at in (x(day), y(share))]
            drawing.add(PolyLine(way, strokeColor=GREY, strokeWidth=0.75, strokeDashArray=(3, 2)))
    way = [
        at
        for day, share in _steps([(one.days, one.share) for one in points], last)
        for at in (x(day), y(share))
    ]
    drawing.add(PolyLine(way, strokeColor=GREEN, strokeWidth=1.75, strokeLineJoin=0))
    return drawing


def _steps(points: Sequence[tuple[int, float]], last: int) -> list[tuple[int, float]]:
    """The corners of a line that falls at each point and runs level between, up to `last`."""
    found: list[tuple[int, float]] = []
    for day, share in points:
        if found:
            found.append((day, found[-1][1]))
        found.append((day, share))
    return [*found, (last, found[-1][1])]


def _words(x: float, y: float, text: str, *, anchor: str = "start", ink: colors.Color = INK) -> String:
    return String(x, y, text, fontName=FONT, fontSize=_SIZE, fillColor=ink, textAnchor=anchor)
