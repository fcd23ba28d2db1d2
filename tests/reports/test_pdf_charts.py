"""Charts of the PDF report: lengths of bars, labels, and corners of the curve."""

from itertools import pairwise
from typing import Any

import pytest
from reportlab.graphics.shapes import PolyLine, Rect, String
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from portal.reports.funnels import Stage
from portal.reports.pdf_charts import draw_funnel, draw_retention_curve
from portal.reports.retention_curve import EmploymentSpell, estimate_retention_curve


def shapes(drawing: Any, kind: type) -> list[Any]:
    return [shape for shape in drawing.contents if isinstance(shape, kind)]


def test_bar_length_and_label_show_the_count() -> None:
    counts = (1_200, 600, 30, 0)
    stages = [Stage(f"第{n}步", count, None if not n else 0.5) for n, count in enumerate(counts)]
    drawing = draw_funnel(stages, 240)
    bars = shapes(drawing, Rect)
    assert [bar.width / bars[0].width for bar in bars] == pytest.approx([1, 0.5, 0.025])
    assert [bar.y for bar in bars] == sorted((bar.y for bar in bars), reverse=True)
    assert [one.text for one in shapes(drawing, String)][1::2] == [
        "1,200 份", "600 份（50%）", "30 份（50%）", "0 份（50%）",
    ]  # fmt: skip


def test_labels_fit_the_width() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    drawing = draw_funnel([Stage("在岗满12个月", 97_092, None), Stage("已面试", 97_092, 1.0)], 235)
    for label in shapes(drawing, String):
        assert label.x + pdfmetrics.stringWidth(label.text, label.fontName, label.fontSize) <= 235, label.text
    assert not shapes(draw_funnel([Stage("已登记意向", 0, None)], 235), Rect)


def test_curve_falls_at_events_and_ends_level() -> None:
    points = estimate_retention_curve(
        [
            EmploymentSpell(1, 50, left=True),
            EmploymentSpell(2, 120, left=True),
            *(EmploymentSpell(n, 200, left=False) for n in (3, 4)),
        ]
    )
    drawing = draw_retention_curve(points, 240, 140)
    *edges, line = shapes(drawing, PolyLine)
    corners = list(zip(line.points[::2], line.points[1::2], strict=True))
    assert len(edges) == 2
    assert all(x2 == x1 or y2 == y1 for (x1, y1), (x2, y2) in pairwise(corners))
    heights = [y for _, y in corners]
    bottom = heights[0] - (heights[0] - heights[-1]) * 2  # half are left at the end
    shares = [(y - bottom) / (heights[0] - bottom) for y in dict.fromkeys(heights)]
    assert shares == pytest.approx([1, 0.75, 0.5])
    assert [one.text for one in shapes(drawing, String) if "天" in one.text] == ["0天", "30天", "90天"]


def test_overlapping_day_labels_are_omitted() -> None:
    points = estimate_retention_curve([EmploymentSpell(n, 800, left=n == 1) for n in range(5)])
    days = [one.text for one in shapes(draw_retention_curve(points, 240, 140), String) if "天" in one.text]
    assert days == ["0天", "180天", "365天", "540天", "730天"]
