"""Events of the station network, sent inside the action's transaction."""

from django.dispatch import Signal

# A station was merged or closed: `station`, `into` (receives its people), `on` (first day without it), `by`.
station_ended = Signal()

# Regions moved to another station: `station` (from), `into`, `regions` (codes), `on`, `by`.
regions_moved = Signal()
