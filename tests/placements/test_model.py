"""Comparison of the portal with an independent model of the placement rules, by random sequences of steps.

The steps are the rules of tracking_machine.py: steps and corrections of placements, calls, absences, moves,
merges of records, changes of stations, and days that pass.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.harness.needs import postgres_bin, refuse
from tests.placements.example_rows import START, Clock, ExampleRows
from tests.placements.tracking_machine import PlacementTracking
from tests.postgres import figure_on_postgres

TALLY_KEYS = (
    "onboard", "retain_3m", "leave", "correct", "reopen", "absorb", "refused", "merges", "undone merges",
    "closed stations", "moved", "paused", "fell_due", "escalated", "next calls", "reversed attempts",
    "satisfaction answers",
)  # fmt: skip
# How often each must at least have happened in the long run; once where none is given.
FLOORS = {"onboard": 20, "correct": 50, "refused": 200, "fell_due": 50, "escalated": 20}


@pytest.fixture
def machine(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[PlacementTracking]]:
    monkeypatch.setattr(timezone, "now", Clock.now)
    Clock.day = START
    PlacementTracking.rows, PlacementTracking.tally = ExampleRows(), Counter()
    yield PlacementTracking
    del PlacementTracking.rows


def run_examples(machine: type[PlacementTracking], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )


def test_portal_agrees_with_the_independent_model(machine: type[PlacementTracking]) -> None:
    run_examples(machine, examples=10, steps=20)
    assert machine.tally["examples"] >= 10


@pytest.mark.must("tracking.1")
@pytest.mark.slow
def test_portal_agrees_with_the_model_in_long_histories(
    machine: type[PlacementTracking], figure: Any
) -> None:
    run_examples(machine, examples=60, steps=40)
    tally = machine.tally
    summary = (
        f"{connection.vendor}: {tally['examples']} sequences, {tally['placements']} placements,"
        f" {tally['follow-ups']} follow-ups; " + ", ".join(f"{name} {tally[name]}" for name in TALLY_KEYS)
    )
    rare = {name: tally[name] for name in TALLY_KEYS if tally[name] < FLOORS.get(name, 1)}
    assert not rare, f"hardly happened, so nothing was compared: {rare}"
    figure(summary)
    print(f"\n{summary}")


@pytest.mark.must("tracking.1")
@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the long run is on PostgreSQL itself")
def test_portal_agrees_with_the_model_on_postgresql(figure: Any) -> None:
    if postgres_bin() is None:
        refuse("no PostgreSQL on this machine: install Debian's postgresql")
    figure(figure_on_postgres(f"{__file__}::test_portal_agrees_with_the_model_in_long_histories"))
