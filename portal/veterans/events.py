"""What this room announces; upper rooms (ranking, search) listen."""

from django.dispatch import Signal

# Sent inside the write's transaction with `veteran`.
veteran_record_changed = Signal()

# Sent inside the write's transaction with `veteran` and `by`: there is another number to call.
veteran_phone_changed = Signal()

# Sent once, inside the last transaction, after many files changed at once; names none of them.
veteran_records_changed = Signal()

# The files `files` (their numbers) went from `from_station` to `to_station` from the day `on`; sent inside
# the transaction, `by` whom.
veteran_records_moved = Signal()

# Two files are about to become one: `kept`, `gone`, `by`. What both have once may be settled now.
veteran_records_merging = Signal()

# They became one, or two again: `kept`, `gone`, `by`, and `moved`: [model, key, field] of each row that was
# pointed at the other file.
veteran_records_merged = Signal()
veteran_merge_undone = Signal()

# Sent inside the write's transaction with `veteran`: whoever keeps text about the person empties it.
veteran_record_anonymised = Signal()

# Sent inside the write's transaction with `veteran` and `by`: the file is kept up no longer, or again.
veteran_record_closed = Signal()
veteran_record_reopened = Signal()
