"""Any sequence of steps, corrections, calls, absences, moves, merges of files and of stations, and days that
pass: the portal says what an independent model says, after each.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.harness.needs import postgres_bin
from tests.placements.ground import START, Clock, Ground
from tests.placements.machine import Tracking

ROOT = Path(__file__).resolve().parents[2]
SAID = (
    "onboard", "retain_3m", "leave", "correct", "reopen", "absorb", "refused", "merges of files", "undone",
    "stations ended", "moved", "paused", "fell_due", "escalated", "called again", "tries taken back",
    "degrees",
)  # fmt: skip


@pytest.fixture
def machine(db, monkeypatch) -> Iterator[type[Tracking]]:
    monkeypatch.setattr(timezone, "now", Clock.now)
    Clock.day = START
    Tracking.ground, Tracking.tally = Ground(), Counter()
    yield Tracking
    del Tracking.ground


def walk(machine: type[Tracking], examples: int, steps: int) -> None:
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


def test_portal_agrees_with_the_independent_model(machine) -> None:
    walk(machine, examples=10, steps=20)
    assert machine.tally["examples"] >= 10


@pytest.mark.must("tracking.1")
@pytest.mark.slow
def test_portal_agrees_with_the_model_in_long_histories(machine, figure) -> None:
    walk(machine, examples=60, steps=40)
    tally = machine.tally
    said = (
        f"{connection.vendor}: {tally['examples']} sequences, {tally['placements']} placements,"
        f" {tally['calls']} calls; " + ", ".join(f"{name} {tally[name]}" for name in SAID)
    )
    figure(said)
    print(f"\n{said}")


@pytest.mark.must("tracking.1")
@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the long run is on PostgreSQL itself")
@pytest.mark.skipif(postgres_bin() is None, reason="no PostgreSQL here")
def test_portal_agrees_with_the_model_on_postgresql(figure) -> None:
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "--slow",
        f"{__file__}::test_portal_agrees_with_the_model_in_long_histories",
    ]
    ours = {"DATABASE_URL", "PORTAL_DATA", "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres", "--", *words],
        cwd=ROOT, check=False, capture_output=True, text=True,
        env={name: value for name, value in os.environ.items() if name not in ours},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4_000:]
    figure(next(line for line in done.stdout.splitlines() if line.startswith("postgresql:")))
