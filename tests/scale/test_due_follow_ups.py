"""Thousands of calls fall due while the clock is killed again and again: none is lost, none comes twice."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.harness.needs import postgres_bin, refuse
from tests.postgres import scratch_server

ROOT = Path(__file__).resolve().parents[2]
DUTIES, KILLS = 5_000, 100
WEEK = timedelta(days=7)


def run(folder: Path, database: str | None) -> dict:
    folder.mkdir()
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    result = subprocess.run(
        [sys.executable, "-m", "tests.scale.due_follow_ups", str(DUTIES), str(KILLS)],
        cwd=ROOT, check=True, capture_output=True, text=True,
        env={**environment, "PORTAL_DATA": str(folder), **({"DATABASE_URL": database} if database else {})},
    )  # fmt: skip
    results: dict = json.loads(result.stdout.splitlines()[-1])
    return results


def expect_notifications(today: date, calls: list[tuple[int, str, int]]) -> Counter[tuple[int, str, str]]:
    """The events that there must be: one a call, and one for each week overdue while a level is above."""
    events: Counter[tuple[int, str, str]] = Counter()
    for pk, day, levels in calls:
        events[pk, "fell_due", day] += 1
        weeks = (today - date.fromisoformat(day)) // WEEK
        for week in range(1, min(weeks, levels) + 1):
            events[pk, "escalated", (date.fromisoformat(day) + week * WEEK).isoformat()] += 1
    return events


@pytest.mark.must("tracking.2")
@pytest.mark.slow
@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_killed_at_a_hundred_moments_nothing_is_lost_or_doubled(
    tmp_path: Path, figure: Any, vendor: Any
) -> None:
    today = timezone.localdate()
    if vendor == "sqlite":
        results = run(tmp_path / "portal", None)
    else:
        bin_folder = postgres_bin()
        if bin_folder is None:
            refuse("no PostgreSQL on this machine: install Debian's postgresql")
        assert bin_folder is not None
        with scratch_server(bin_folder) as (url, _):
            results = run(tmp_path / "portal", url)
    assert len(results["calls"]) == DUTIES
    expected_counts = expect_notifications(today, results["calls"])
    assert Counter(tuple(event) for event in results["events"]) == expected_counts
    notified = Counter(tuple(pair) for pair in results["told"])
    due_key, raised_key = f"duties.due.{today}", f"duties.raised.{today}"
    expected_messages = {(user, due_key) for user, _ in results["clerks"]}
    expected_messages |= {
        (user, raised_key) for user, has_stations_below in results["clerks"] if has_stations_below
    }
    assert notified == Counter(dict.fromkeys(expected_messages, 1)), "a notice was lost or came twice"
    assert results["while_waiting"] == KILLS, "the work was done before the last kill"
    kinds = Counter(kind for _, kind, _ in expected_counts)
    figure(
        f"{vendor}: {KILLS} kills, {results['wrote']} of them after something was written; "
        f"{kinds['fell_due']:,} fell due and {kinds['escalated']:,} moved up, each once; "
        f"{len(expected_messages)} notices, none lost"
    )
