"""Every ordered pair of actions of an aggregate, and pairs across aggregates: nothing is lost."""

import pytest

from tests.harness.must import Figure
from tests.races.employer_rows import COMPLAINTS, EMPLOYERS, POSITIONS
from tests.races.other_rows import ACCOUNTS, FAIRS, IMPORTS, RANKING, STATIONS
from tests.races.person_rows import PLACEMENTS, RECORDS
from tests.races.racing import (
    IS_DELETED,
    Aggregate,
    Row,
    World,
    actions_of_the_code,
    is_stale,
    run_serially,
    snapshot,
)
from tests.races.sign_in_rows import SIGN_IN

AGGREGATES = [
    POSITIONS,
    COMPLAINTS,
    EMPLOYERS,
    RECORDS,
    PLACEMENTS,
    FAIRS,
    STATIONS,
    ACCOUNTS,
    RANKING,
    IMPORTS,
    SIGN_IN,
]


def compare_orders(aggregate: Aggregate, world: World, rival: Row, row: Row) -> str:
    """Return what is wrong when `row` has read its rows before `rival` wrote; '' if nothing."""
    stale = run_serially(aggregate, world, rival, row, stale=True)
    fresh = run_serially(aggregate, world, rival, row, stale=False)
    if crashes := stale.crashes + fresh.crashes:
        return crashes[0]
    if is_stale(stale.outcomes[1]):
        return ""
    if stale.outcomes != fresh.outcomes and fresh.outcomes[1] != IS_DELETED:
        return f"with rows read before {stale.outcomes}, with fresh rows {fresh.outcomes}"
    different = [name for name, rows in stale.tables.items() if rows != fresh.tables[name]]
    return f"differs from a call with fresh rows in {different}" if different else ""


# Actions that are not raced, each with the reason.
NOT_RACED = {
    "portal.accounts.actions.end_appointments_of": "in the transaction of a station's end, under its lock",
    "portal.follow_ups.absences.reschedule_for_absences": "in the transactions of others, under their lock",
    "portal.follow_ups.assignment.move_follow_ups": "in the transactions of others, under their lock",
    "portal.imports.actions.choose_worksheet": "reads the file anew under the lock that set_columns takes",
    "portal.imports.actions.upload": "makes a run, which nobody else knows",
    "portal.learning.actions.store_report": "makes a report, which nobody else knows",
    "portal.reports.actions.export_table": "writes nothing but its event",
    "portal.veterans.record_export.export_records": "writes nothing but its events",
    "portal.veterans.record_export.log_api_page": "writes nothing but its events",
}


@pytest.mark.must("hold.4")
def test_every_action_has_a_row() -> None:
    raced = {row.action for aggregate in AGGREGATES for row in aggregate.rows}
    assert raced | NOT_RACED.keys() == actions_of_the_code()
    assert not raced & NOT_RACED.keys()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.must("hold.4")
@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.name)
def test_a_call_with_old_rows_is_the_same_as_one_with_fresh_rows(
    aggregate: Aggregate, figure: Figure
) -> None:
    faults, count = [], 0
    for start in dict.fromkeys(row.start for row in aggregate.rows):
        world = aggregate.build(start)
        for row in aggregate.rows:
            for rival in aggregate.rows:
                if start not in {row.start, rival.start} or not _fits(world, row, rival):
                    continue
                count += 1
                if fault := compare_orders(aggregate, world, rival, row):
                    faults.append(f"{start}: {rival.action} then {row.action}: {fault}")
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:40])
    words = f"{aggregate.name}: {count} ordered pairs, each as with fresh rows or refused"
    figure(words, count, at_least=len(aggregate.rows))


def _fits(world: World, *rows: Row) -> bool:
    """Return whether the world has the rows that these actions are about."""
    for row in rows:
        try:
            row.prepare(world)
        except KeyError:
            return False
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.name)
def test_each_action_succeeds_from_its_starting_state(aggregate: Aggregate) -> None:
    faults = []
    for row in aggregate.rows:
        world = aggregate.build(row.start)
        before = snapshot(aggregate.tables, world)
        result = run_serially(aggregate, world, row, row, stale=False)
        if result.outcomes[0] != "done":
            faults.append(f"{row.action} from {row.start}: {result.outcomes[0]}")
        elif result.tables == before:
            faults.append(f"{row.action} from {row.start}: nothing was written")
    assert not faults, "\n".join(faults)
