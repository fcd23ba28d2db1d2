"""What this room announces; upper rooms (ranking, search) listen."""

from django.dispatch import Signal

# Sent inside the write's transaction with `position`.
position_changed = Signal()

# Sent once inside the write's transaction with `position_ids`: many at a time.
positions_changed = Signal()
