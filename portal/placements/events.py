"""What this room announces; upper rooms listen."""

from django.dispatch import Signal

# Sent inside the write's transaction with `placement`.
placement_changed = Signal()
