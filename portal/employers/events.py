"""What this room announces; upper rooms (positions' index entries, search) listen."""

from django.dispatch import Signal

# Sent inside the write's transaction with `employer`.
employer_changed = Signal()
