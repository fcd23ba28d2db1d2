"""What this room announces, inside the change's transaction; upper rooms move what hangs on a station."""

from django.dispatch import Signal

# A station was merged or closed: `station`, `into` (who receives its people), `on` (the first day without
# it), `by`.
station_ended = Signal()

# Regions went to another station: `station` (from), `into`, `regions` (codes), `on`, `by`.
regions_moved = Signal()
