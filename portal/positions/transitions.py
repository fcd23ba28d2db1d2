"""Transition table of a position's states, and the function that takes a step in it."""

from typing import Any

from portal.accounts.models import User
from portal.core import audit
from portal.core.state_machine import TransitionTable
from portal.positions.enums import CLOSED_STATES, PUBLISHED_STATES, PositionState
from portal.positions.events import announce_position_changed
from portal.positions.models import Position

_SUBMITTABLE_STATES = frozenset(
    {PositionState.DRAFT, PositionState.REFUSED, PositionState.PAUSED, PositionState.EXPIRED}
)
# States in which a position may be changed; it returns to the draft, for only reviewed content is published.
_EDITABLE_STATES = frozenset(PositionState) - CLOSED_STATES
TRANSITIONS = TransitionTable(
    ("edit", {*_EDITABLE_STATES}, PositionState.DRAFT),
    ("submit", {*_SUBMITTABLE_STATES}, PositionState.IN_REVIEW),
    ("approve", {PositionState.IN_REVIEW}, PositionState.OPEN),
    ("refuse", {PositionState.IN_REVIEW}, PositionState.REFUSED),
    ("take_down", {*PUBLISHED_STATES}, PositionState.REFUSED),
    ("remove", {*PUBLISHED_STATES}, PositionState.WITHDRAWN),
    ("pause", {PositionState.OPEN}, PositionState.PAUSED),
    ("resume", {PositionState.PAUSED}, PositionState.OPEN),
    ("fill", {*PUBLISHED_STATES}, PositionState.FILLED),
    ("reopen", {PositionState.FILLED}, PositionState.OPEN),
    # The undo of an import gives the position back its earlier content and state.
    *(
        (f"restore_{state}", {PositionState.IN_REVIEW}, state)
        for state in sorted(_EDITABLE_STATES - {PositionState.IN_REVIEW})
    ),
    ("expire", {*PUBLISHED_STATES}, PositionState.EXPIRED),
    ("renew", {PositionState.OPEN, PositionState.EXPIRED}, PositionState.OPEN),
    (
        "withdraw",
        {PositionState.DRAFT, PositionState.IN_REVIEW, PositionState.OPEN, PositionState.PAUSED},
        PositionState.WITHDRAWN,
    ),
)


def take_step(position: Position, by: User | None, step: str, **data: Any) -> Position:
    """Take a step of a locked position inside the caller's transaction: save, audit with `data`, announce.

    Args:
        step: the name of a row of `TRANSITIONS`; the audit verb is `positions.<step>`.

    Raises:
        TransitionRefused: the step does not start from the position's state.
    """
    before = position.state
    position.state = TRANSITIONS.target(step, before)
    position.filled_by_count = position.filled_by_count and position.state == PositionState.FILLED
    position.save()
    audit.record(by=by, verb=f"positions.{step}", target=position, before=before, **data)
    announce_position_changed(position)
    return position
