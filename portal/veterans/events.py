"""Events of veterans' records, for apps above; every event is sent inside the write's transaction."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import Signal

from portal.veterans.models import Veteran

# A record changed. Arguments: `veteran`.
veteran_record_changed = Signal()

# Many records changed at once; sent once, in the last transaction, and names no record. No arguments.
veteran_records_changed = Signal()

# Phone numbers of people changed, by whatever path. Arguments: `veterans`, `by`.
veteran_phone_changed = Signal()

# Records moved to another station. Arguments: `veteran_ids`, `from_station`, `to_station`, `on` (the first
# day at the new station), `by`.
veteran_records_moved = Signal()

# Two records are about to be merged; listeners resolve what both have once. Arguments: `target`, `source`,
# `by`.
veteran_records_merging = Signal()

# Two records were merged: rows of `source` refer to `target` now. Arguments: `target`, `source`, `by`,
# `moved_rows` ([stored label, key, field] of each row).
veteran_records_merged = Signal()

# A merge was undone. Arguments as of `veteran_records_merged`; the rows refer to `source` again.
veteran_merge_undone = Signal()

# A record was anonymised; listeners delete text about the person. Arguments: `veteran`.
veteran_record_anonymised = Signal()

# A record was closed. Arguments: `veteran`, `by`.
veteran_record_closed = Signal()

# A closed record was reopened. Arguments: `veteran`, `by`.
veteran_record_reopened = Signal()


def announce_change(*veterans: Veteran) -> None:
    """Send `veteran_record_changed` for each record. Every write to a single record ends with it."""
    for veteran in veterans:
        veteran_record_changed.send(sender=Veteran, veteran=veteran)


def announce_phone_changes(veterans: Sequence[Veteran], *, by: Any) -> None:
    """Send `veteran_phone_changed` for these records, unless there are none."""
    if veterans:
        veteran_phone_changed.send(sender=Veteran, veterans=veterans, by=by)
