"""What this room announces; upper rooms (ranking, search) listen."""

from django.dispatch import Signal

# Sent inside the write's transaction with `veteran`.
veteran_file_changed = Signal()

# Sent once, inside the last transaction, after many files changed at once; names none of them.
veteran_files_changed = Signal()
