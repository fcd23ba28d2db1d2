"""Charts as inline SVG: drawn by pygal, coloured by our stylesheet, with a text alternative.

The scripts and styles that pygal adds are removed, because the Content-Security-Policy blocks them.
Every page shows the same numbers in a table below the chart.
"""

import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.utils.safestring import SafeString

from portal.reports.retention_curve import CurvePoint

WIDTH, HEIGHT = 720, 340
NARROW_WIDTH = 380  # fits a phone without horizontal scrolling
_SVG = "{http://www.w3.org/2000/svg}"
_REMOVED_TAGS = ("defs", "title", "desc", "script", "style")


@cache
def _load_pygal() -> Any:
    """Import pygal with the first chart of a process."""
    import pygal  # noqa: PLC0415
    import pygal.style  # noqa: PLC0415

    # pygal installs a plug-in finder that warns at every later import; we use no plug-ins.
    fixer = pygal.PluginImportFixer
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, fixer)]
    return pygal


def _config(**options: Any) -> dict[str, Any]:
    # Font sizes for pygal's layout; colours are in the stylesheet.
    style = _load_pygal().style.Style(
        label_font_size=15, major_label_font_size=15, value_font_size=14, legend_font_size=15
    )
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "style": style,
        "js": [],
        "show_legend": False,
        "margin": 12,
        "no_data_text": "没有数据",
        **options,
    }


def _render(chart: Any, name: str, title: str, description: str, css_class: str = "chart") -> SafeString:
    """Return the SVG element; `name` makes its element ids unique on the page."""
    root: ET.Element = chart.render_tree()
    _strip(root)
    for key in ("id", "width", "height"):
        root.attrib.pop(key, None)
    ids = f"{name}-title {name}-desc"
    root.attrib.update({"class": css_class, "role": "img", "aria-labelledby": ids, "focusable": "false"})
    for tag, text in (("desc", description), ("title", title)):
        element = ET.Element(tag, {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(0, element)
    return SafeString(ET.tostring(root, encoding="unicode", method="xml"))


def _strip(node: ET.Element) -> None:
    """Remove comments, and the styles and elements that the Content-Security-Policy blocks."""
    node.attrib.pop("style", None)
    for child in list(node):
        if not isinstance(child.tag, str) or child.tag.removeprefix(_SVG) in _REMOVED_TAGS:
            node.remove(child)
        else:
            _strip(child)


def retention(points: Sequence[CurvePoint], title: str) -> SafeString:
    """Draw the retention curve as steps, with the bounds of its confidence interval."""
    last = max([*(point.days for point in points), 30])
    chart = _load_pygal().XY(
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
        bounds = [(point.days, getattr(point, edge)) for point in points if getattr(point, edge) is not None]
        if bounds:
            chart.add(name, _steps(bounds, last))
    end = points[-1]
    description = f"横轴是入职后的天数，纵轴是仍在岗的比例，从 100% 降到第 {end.days} 天的 {end.share:.0%}。"
    return _render(
        chart, "retention", title, f"{description}虚线是 95% 置信区间。数字见下方表格。", "chart curve"
    )


def _steps(points: Sequence[tuple[int, float]], last: int) -> list[tuple[float, float]]:
    steps: list[tuple[float, float]] = []
    for day, share in points:
        if steps:
            steps.append((day, steps[-1][1]))
        steps.append((day, share * 100))
    if steps:
        steps.append((last, steps[-1][1]))
    return steps


def prediction(pairs: Sequence[tuple[float, float]], title: str) -> SafeString:
    """Draw (predicted, observed) shares (0 to 1) as dots, with the diagonal of a perfect prediction."""
    dots = [(predicted * 100, observed * 100) for predicted, observed in pairs]
    upper = max([0.1, *(value for dot in dots for value in dot)]) * 1.05
    chart = _load_pygal().XY(
        **_config(
            show_legend=True,
            legend_at_bottom=True,
            legend_at_bottom_columns=2,
            range=(0, upper),
            xrange=(0, upper),
            dots_size=5,
            truncate_label=-1,
            value_formatter=lambda value: f"{round(value, 1):g}%",
            x_value_formatter=lambda value: f"{round(value, 1):g}%",
        )
    )
    chart.add("实际", dots, stroke=False)
    chart.add("完全准确", [(0, 0), (upper, upper)], show_dots=False)
    return _render(chart, "prediction", title, "横轴是预计，纵轴是实际，越靠近斜线越准。数字见下方表格。")


def bars(
    name: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[int]]],
    *,
    narrow: bool = False,
) -> SafeString:
    """Draw grouped vertical bars with their values.

    Args:
        name: prefix of the element ids, unique on the page.
        title: title for screen readers.
        labels: label of each group.
        series: (label, value per group) of each series.
        narrow: draw at the width of a phone.
    """
    chart = _load_pygal().Bar(
        **_config(
            width=NARROW_WIDTH if narrow else WIDTH,
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
    series_labels = "、".join(label for label, _ in series)
    css_class = "chart chart-narrow" if narrow else "chart"
    return _render(chart, name, title, f"每组柱子是{series_labels}。数字见下方表格。", css_class)


def horizontal_bars(
    name: str, title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]
) -> SafeString:
    """Draw grouped horizontal bars, for long labels."""
    chart = _load_pygal().HorizontalBar(
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
    series_labels = "、".join(label for label, _ in series)
    return _render(chart, name, title, f"每组横条是{series_labels}。数字见下方表格。")
