"""What this room announces; upper rooms (ranking, search) listen."""

from django.dispatch import Signal

# Sent inside the write's transaction with `veteran`.
veteran_file_changed = Signal()

# Sent once, inside the last transaction, after many files changed at once; names none of them.
veteran_files_changed = Signal()

# Files went from `from_station` to `to_station` from the day `on`; sent inside the transaction, `by` whom.
veteran_files_moved = Signal()

# Sent inside the write's transaction with `veteran`: whoever keeps text about the person empties it.
veteran_file_anonymised = Signal()
