"""Every action locks the rows that it writes."""

import pytest

from tests.house.locks import idle_lockers, read_functions, unlocked_actions


def test_every_action_locks_the_rows_it_writes() -> None:
    functions = read_functions()
    assert not unlocked_actions(functions), "call portal.core.locking.locked first"
    assert not idle_lockers(functions), "a helper named lock_… locks"


@pytest.mark.parametrize(
    "action",
    [
        "portal.positions.actions.approve",  # locked by a helper, written by a helper
        "portal.veterans.record_closing.close_record",  # locked and written here
        "portal.fairs.actions.cancel_registration",
        "portal.placements.actions.advance",
        "portal.employers.members.remove",  # deleted
    ],
)
def test_an_action_without_its_lock_is_named(action: str) -> None:
    functions = read_functions()
    functions[action].locks.clear()
    assert [line for line in unlocked_actions(functions) if line.startswith(f"{action}:")]
