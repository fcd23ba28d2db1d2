"""Charts of the printed month report: lengths of bars, labels, and corners of the curve."""

from itertools import pairwise

import pytest

from portal.reports.funnels import Stage
from portal.reports.month_charts import funnel_bars, retention_lines
from portal.reports.retention_curve import EmploymentSpell, estimate_retention_curve


def test_bar_length_and_label_show_the_count() -> None:
    counts = (1_200, 600, 30, 0)
    bars = funnel_bars([Stage(f"第{n}步", count, None if not n else 0.5) for n, count in enumerate(counts)])
    assert [bar["length"] for bar in bars] == pytest.approx([1, 0.5, 0.025, 0])
    assert [bar["text"] for bar in bars] == ["1,200 份", "600 份（50%）", "30 份（50%）", "0 份（50%）"]
    assert [bar["length"] for bar in funnel_bars([Stage("已登记意向", 0, None)])] == [0]


def test_curve_falls_at_events_and_ends_level() -> None:
    points = estimate_retention_curve(
        [
            EmploymentSpell(1, 50, left=True),
            EmploymentSpell(2, 120, left=True),
            *(EmploymentSpell(n, 200, left=False) for n in (3, 4)),
        ]
    )
    lines = retention_lines(points)
    corners = lines["line"]
    assert all(day2 == day1 or share2 == share1 for (day1, share1), (day2, share2) in pairwise(corners))
    assert list(dict.fromkeys(share for _, share in corners)) == pytest.approx([1, 0.75, 0.5])
    assert corners[-1] == (lines["last_day"], 0.5)
    assert lines["days"] == [0, 30, 90]
    assert all(low <= high for (_, low), (_, high) in zip(lines["low"], lines["high"], strict=True))


def test_overlapping_day_labels_are_omitted() -> None:
    points = estimate_retention_curve([EmploymentSpell(n, 800, left=n == 1) for n in range(5)])
    assert retention_lines(points)["days"] == [0, 180, 365, 540, 730]
