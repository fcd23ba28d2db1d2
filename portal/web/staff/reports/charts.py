"""Charts as SVG inside the page: drawn by pygal, coloured by our stylesheet, named for who does not see them.

What pygal adds for its own scripts and styles is taken out: the Content-Security-Policy would refuse it.
Every page puts a table with the same numbers behind its chart.
"""

import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import pygal
from django.utils.safestring import SafeString
from pygal.style import Style

from portal.reports.retention_curve import CurvePoint

# pygal's finder of its plug-ins stands in the way of every later import and warns at each; we use none.
sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]

WIDTH, HEIGHT = 720, 340
NARROW = 380  # as wide as a phone: no need to scroll sideways
_SVG = "{http://www.w3.org/2000/svg}"
# Sizes only, so that pygal leaves room for the words; colours stand in the stylesheet.
_STYLE = Style(label_font_size=15, major_label_font_size=15, value_font_size=14, legend_font_size=15)
_UNWANTED = ("defs", "title", "desc", "script", "style")


def _config(**more: Any) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "style": _STYLE,
        "js": [],
        "show_legend": False,
        "margin": 12,
        "no_data_text": "没有数据",
        **more,
    }


def _drawn(chart: Any, name: str, title: str, description: str, look: str = "chart") -> SafeString:
    """`name` tells the charts of one page apart; `look`: classes of the stylesheet."""
    root: ET.Element = chart.render_tree()
    _strip(root)
    for key in ("id", "width", "height"):
        root.attrib.pop(key, None)
    ids = f"{name}-title {name}-desc"
    root.attrib.update({"class": look, "role": "img", "aria-labelledby": ids, "focusable": "false"})
    for tag, words in (("desc", description), ("title", title)):
        told = ET.Element(tag, {"id": f"{name}-{tag}"})
        told.text = words
        root.insert(0, told)
    return SafeString(ET.tostring(root, encoding="unicode", method="xml"))


def _strip(node: ET.Element) -> None:
    """Take out comments, and what a strict page refuses or a reader trips over."""
    node.attrib.pop("style", None)
    for child in list(node):
        if not isinstance(child.tag, str) or child.tag.removeprefix(_SVG) in _UNWANTED:
            node.remove(child)
        else:
            _strip(child)


def retention(points: Sequence[CurvePoint], title: str) -> SafeString:
    """The curve of people in post, as steps, between the edges of its confidence interval."""
    last = max([*(point.days for point in points), 30])
    chart = pygal.XY(
        **_config(
            show_dots=False,
            range=(0, 100),
            xrange=(0, last),
            y_labels=[{"value": share, "label": f"{share}%"} for share in (0, 25, 50, 75, 100)],
            x_value_formatter=lambda value: f"{value:.0f}天",
            x_labels=[day for day in (0, 30, 90, 180, 365, 540, 730) if day <= last],
            show_x_guides=False,
        )
    )
    chart.add("在岗", _steps([(point.days, point.share) for point in points], last))
    for name, edge in (("下限", "low"), ("上限", "high")):
        known = [(point.days, getattr(point, edge)) for point in points if getattr(point, edge) is not None]
        if known:
            chart.add(name, _steps(known, last))
    ends = points[-1]
    told = f"横轴是入职后的天数，纵轴是仍在岗的比例，从 100% 降到第 {ends.days} 天的 {ends.share:.0%}。"
    return _drawn(chart, "retention", title, f"{told}虚线是 95% 置信区间。数字见下方表格。", "chart curve")


def _steps(points: Sequence[tuple[int, float]], last: int) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for day, share in points:
        if found:
            found.append((day, found[-1][1]))
        found.append((day, share * 100))
    if found:
        found.append((last, found[-1][1]))
    return found


def prediction(pairs: Sequence[tuple[float, float]], title: str) -> SafeString:
    """Said against seen, as shares (0..1): dots, beside the line on which both are the same."""
    dots = [(said * 100, seen * 100) for said, seen in pairs]
    most = max([0.1, *(value for dot in dots for value in dot)]) * 1.05
    chart = pygal.XY(
        **_config(
            show_legend=True,
            legend_at_bottom=True,
            legend_at_bottom_columns=2,
            range=(0, most),
            xrange=(0, most),
            dots_size=5,
            truncate_label=-1,
            value_formatter=lambda value: f"{round(value, 1):g}%",
            x_value_formatter=lambda value: f"{round(value, 1):g}%",
        )
    )
    chart.add("实际", dots, stroke=False)
    chart.add("完全准确", [(0, 0), (most, most)], show_dots=False)
    return _drawn(chart, "prediction", title, "横轴是预计，纵轴是实际，越靠近斜线越准。数字见下方表格。")


def bars(
    name: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[int]]],
    *,
    narrow: bool = False,
) -> SafeString:
    """Bars beside each other: for each label one of each series, with its number above. `narrow`: few enough
    for a phone.
    """
    chart = pygal.Bar(
        **_config(
            width=NARROW if narrow else WIDTH,
            show_legend=len(series) > 1,
            legend_at_bottom=True,
            legend_at_bottom_columns=len(series),
            print_values=True,
            print_values_position="top",
            formatter=lambda value: f"{value:,.0f}" if value is not None else "",
            show_y_labels=False,
            x_labels=list(labels),
        )
    )
    for label, values in series:
        chart.add(label, list(values))
    told = "、".join(label for label, _ in series)
    look = "chart chart-narrow" if narrow else "chart"
    return _drawn(chart, name, title, f"每组柱子是{told}。数字见下方表格。", look)


def lines_of(
    name: str, title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]
) -> SafeString:
    """Bars that lie, for names that are long."""
    chart = pygal.HorizontalBar(
        **_config(
            height=120 + 46 * len(labels),
            show_legend=len(series) > 1,
            legend_at_bottom=True,
            legend_at_bottom_columns=len(series),
            print_values=True,
            formatter=lambda value: f"{value:,.0f}" if value is not None else "",
            print_values_position="top",
            x_labels=list(reversed(labels)),
        )
    )
    for label, values in series:
        chart.add(label, list(reversed(values)))
    told = "、".join(label for label, _ in series)
    return _drawn(chart, name, title, f"每组横条是{told}。数字见下方表格。")
