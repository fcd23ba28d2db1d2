"""Pairs of actions at the same moment on two connections of PostgreSQL: as if one came after the other."""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TypeAlias

import pytest
from django.db import connection

from tests.harness.must import Figure
from tests.harness.needs import postgres_bin, refuse
from tests.postgres import figure_on_postgres
from tests.races.employer_rows import COMPLAINTS, EMPLOYERS, POSITIONS
from tests.races.other_rows import ACCOUNTS, FAIRS
from tests.races.person_rows import PLACEMENTS, RECORDS
from tests.races.racing import Aggregate, Row, perform, run_at_once, snapshot, watermarks, world_rows
from tests.races.sign_in_rows import SIGN_IN

AGGREGATES = [POSITIONS, COMPLAINTS, EMPLOYERS, RECORDS, PLACEMENTS, FAIRS, ACCOUNTS, SIGN_IN]
# They act on rows of every example, or on one number that only the first example can use.
ON_ALL_ROWS = frozenset(
    {
        "portal.employers.actions.hand_over_employers", "portal.employers.actions.register",
        "portal.veterans.record_moves.move_records", "portal.veterans.actions.open_record",
        "portal.follow_ups.follow_up_rules.set_rule", "portal.accounts.phone_changes.change_phone",
    }
)  # fmt: skip


Tables: TypeAlias = dict[str, list[tuple[str, ...]]]
_LONG = 6  # characters; shorter numbers also stand inside other values
# Numbered through all worlds.
_CONTINUED = "visits.ReturnRegistration"


@dataclass(frozen=True)
class Run:
    """Outcomes of a pair of actions, and what the tables of its world hold before and after."""

    outcomes: list[str]
    before: Tables
    after: Tables


def run_pair(aggregate: Aggregate, rows: tuple[Row, Row], order: str) -> Run:
    """Run both actions in a new world, with rows read before either.

    Args:
        order: 'first', 'second' (which of them comes first) or 'at once'.
    """
    since = watermarks(aggregate.tables)
    world = aggregate.build(rows[0].start)
    before = snapshot(aggregate.tables, world, since) | {"world": world_rows(world)}
    calls = [row.prepare(world) for row in rows]
    if order == "at once":
        outcomes = run_at_once(calls)
    elif order == "first":
        outcomes = [perform(call) for call in calls]
    else:
        outcomes = [perform(call) for call in reversed(calls)][::-1]
    return Run(outcomes, before, snapshot(aggregate.tables, world, since))


def comparable(runs: list[Run]) -> list[Tables]:
    """Return the tables after each run, sorted, with a name for each value that the factories numbered.

    Such a value differs between the worlds before anything is done.
    """
    made_values: list[dict[str, str]] = [{} for _ in runs]
    for table in runs[0].before:
        for at, rows in enumerate(zip(*(run.before[table] for run in runs), strict=True)):
            for cells in zip(*rows, strict=True):
                if len(set(cells)) > 1:
                    column = cells[0].partition("=")[0]
                    for values, cell in zip(made_values, cells, strict=True):
                        values[cell] = f"{column}=<{table} {at}>"
    return [_replace_made_values(run.after, values) for run, values in zip(runs, made_values, strict=True)]


def _replace_made_values(tables: Tables, made_values: dict[str, str]) -> Tables:
    long_values = [
        (value, name.partition("=")[2])
        for cell, name in made_values.items()
        if len(value := cell.partition("=")[2]) >= _LONG
    ]

    def name(table: str, cell: str) -> str:
        if table == _CONTINUED and cell.startswith("number="):
            return "number"
        if cell in made_values:
            return made_values[cell]
        for value, placeholder in long_values:
            cell = cell.replace(value, placeholder)
        return cell

    return {
        table: sorted(tuple(name(table, cell) for cell in row) for row in rows)
        for table, rows in tables.items()
    }


def _differences(tables: list[Tables], order: int) -> str:
    """Return the first cells that the run at once (the last) and a serial one have alone."""
    lines = []
    for name, rows in tables[-1].items():
        cells = {cell for row in rows for cell in row}
        others = {cell for row in tables[order][name] for cell in row}
        if rows != tables[order][name]:
            lines.append(f"\n    {name}: {sorted(cells - others)[:5]} for {sorted(others - cells)[:5]}")
    return "".join(lines)[:600]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="run by the test below")
def test_actions_at_once_are_as_one_after_the_other() -> None:
    faults, count, refusal_count = [], 0, 0
    for aggregate in AGGREGATES:
        rows = [row for row in aggregate.rows if row.action not in ON_ALL_ROWS]
        for start in sorted({row.start for row in rows}):
            aggregate.build(start)  # makes what later worlds share
        for pair in combinations_with_replacement(rows, 2):
            if pair[0].start != pair[1].start:
                continue
            count += 1
            runs = [run_pair(aggregate, pair, order) for order in ("first", "second", "at once")]
            tables = comparable(runs)
            *serial, outcomes = [run.outcomes for run in runs]
            refusal_count += any(outcome != "done" for outcome in outcomes)
            is_serial = (outcomes, tables[2]) in zip(serial, tables[:2], strict=True)
            if not is_serial or any(outcome.startswith("CRASHED") for outcome in outcomes):
                names = " and ".join(row.action for row in pair)
                faults.append(
                    f"{names} from {pair[0].start}: {outcomes}, one after the other {serial}"
                    f"{_differences(tables, serial.index(outcomes) if outcomes in serial else 0)}"
                )
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:40])
    print(f"\npostgresql: {count} pairs at once as one after the other, one refused in {refusal_count}")


@pytest.mark.slow
@pytest.mark.must("hold.4")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it starts PostgreSQL itself")
def test_actions_at_once_on_postgresql(figure: Figure) -> None:
    if postgres_bin() is None:
        refuse("no PostgreSQL on this machine: install Debian's postgresql")
    words = figure_on_postgres(f"{__file__}::test_actions_at_once_are_as_one_after_the_other")
    figure(words, int(words.split()[1]), at_least=900)
