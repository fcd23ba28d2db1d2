"""Pairs of actions at the same moment on two connections of PostgreSQL: as if one came after the other."""

from collections.abc import Callable
from itertools import combinations_with_replacement

import pytest
from django.db import connection

from tests.harness.needs import postgres_bin, refuse
from tests.postgres import figure_on_postgres
from tests.races.employer_rows import COMPLAINTS, EMPLOYERS, POSITIONS
from tests.races.other_rows import ACCOUNTS, FAIRS
from tests.races.person_rows import PLACEMENTS, RECORDS
from tests.races.racing import Aggregate, Row, perform, run_at_once, snapshot, watermarks
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


def run_pair(aggregate: Aggregate, rows: tuple[Row, Row], order: str) -> tuple[list[str], dict[str, object]]:
    """Run both actions in a new world, with rows read before either.

    Args:
        order: 'first', 'second' (which of them comes first) or 'at once'.
    """
    since = watermarks(aggregate.tables)
    world = aggregate.build(rows[0].start)
    calls = [row.prepare(world) for row in rows]
    if order == "at once":
        outcomes = run_at_once(calls)
    elif order == "first":
        outcomes = [perform(call) for call in calls]
    else:
        outcomes = [perform(call) for call in reversed(calls)][::-1]
    return outcomes, dict(snapshot(aggregate.tables, world, since))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="run by the test below")
def test_actions_at_once_are_as_one_after_the_other() -> None:
    faults, count, refusal_count = [], 0, 0
    for aggregate in AGGREGATES:
        rows = [row for row in aggregate.rows if row.action not in ON_ALL_ROWS]
        for pair in combinations_with_replacement(rows, 2):
            if pair[0].start != pair[1].start:
                continue
            count += 1
            serial_results = [run_pair(aggregate, pair, order) for order in ("first", "second")]
            result = run_pair(aggregate, pair, "at once")
            refusal_count += any(outcome != "done" for outcome in result[0])
            if result not in serial_results or any(outcome.startswith("CRASHED") for outcome in result[0]):
                names = " and ".join(row.action for row in pair)
                serial = [outcomes for outcomes, _ in serial_results]
                faults.append(f"{names} from {pair[0].start}: {result[0]}, one after the other {serial}")
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:40])
    print(f"\npostgresql: {count} pairs at once as one after the other, one refused in {refusal_count}")


@pytest.mark.slow
@pytest.mark.must("hold.4")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it starts PostgreSQL itself")
def test_actions_at_once_on_postgresql(figure: Callable[[str], None]) -> None:
    if postgres_bin() is None:
        refuse("no PostgreSQL on this machine: install Debian's postgresql")
    figure(figure_on_postgres(f"{__file__}::test_actions_at_once_are_as_one_after_the_other"))
