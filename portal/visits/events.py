"""What this room announces; upper rooms (duties, reports) listen."""

from django.dispatch import Signal

# Sent inside the write's transaction with `visit`: one that was recorded, or one that corrects another.
visit_recorded = Signal()
# Sent inside the write's transaction with `registration`.
return_registered = Signal()
