"""Events of positions, for apps above this one (ranking, search).

Every write path calls one of the two announcing functions inside its transaction. Receivers defer their work
with `transaction.on_commit`.
"""

from django.dispatch import Signal

from portal.positions.models import Position

# Arguments: `position`, the saved row.
position_changed = Signal()

# Arguments: `position_ids`, the primary keys of many rows that one write changed.
positions_changed = Signal()


def announce_position_changed(position: Position) -> None:
    """Announce that one position was created or changed."""
    position_changed.send(sender=Position, position=position)


def announce_positions_changed(position_ids: list[int]) -> None:
    """Announce that one write changed many positions; do nothing for an empty list."""
    if position_ids:
        positions_changed.send(sender=Position, position_ids=position_ids)
