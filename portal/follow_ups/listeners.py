"""Reactions of follow-ups to events of placements and of veterans' records."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from portal.core.encryption import is_written
from portal.core.stored_names import stored_label
from portal.follow_ups.absences import reschedule_for_absences
from portal.follow_ups.assignment import move_follow_ups
from portal.follow_ups.models import Absence, FollowUpAttempt
from portal.follow_ups.next_calls import schedule_calls_to_new_numbers
from portal.follow_ups.scheduling import cancel_for_closed_record, reschedule, reschedule_for_reopened_record
from portal.placements.models import Placement

BATCH_SIZE = 2_000
ANONYMISED_TEXT = "（已匿名）"


def on_placement_changed(sender: Any, placement: Placement, step: str, on: date, **kwargs: Any) -> None:
    """Adapt the follow-ups to the new state; a new intention ends those about the search that led to it."""
    if step == "confirm":
        return
    reschedule(placement, since=on)
    if step == "declare" and placement.follows is not None:
        reschedule(placement.follows, since=on)


def on_records_moved(sender: Any, veteran_ids: list[int], by: Any, **kwargs: Any) -> None:
    """Move the follow-ups of records that went to another station."""
    for start in range(0, len(veteran_ids), BATCH_SIZE):
        batch = veteran_ids[start : start + BATCH_SIZE]
        move_follow_ups(condition=Q(placement__veteran__in=batch), by=by)


def on_rows_moved(
    sender: Any, target: Any, source: Any, by: Any, moved_rows: list[list[Any]], **kwargs: Any
) -> None:
    """Adapt the follow-ups of placements and absences that a merge or its undoing moved to another record."""
    if target.station_id != source.station_id:
        placement_ids = [key for label, key, _ in moved_rows if label == stored_label(Placement)]
        move_follow_ups(condition=Q(placement__in=placement_ids), by=by)
    reschedule_for_absences(veteran_ids=[target.pk, source.pk], by=by)


def on_record_closed(sender: Any, veteran: Any, **kwargs: Any) -> None:
    cancel_for_closed_record(veteran=veteran)


def on_record_reopened(sender: Any, veteran: Any, **kwargs: Any) -> None:
    reschedule_for_reopened_record(veteran=veteran)


def on_record_anonymised(sender: Any, veteran: Any, **kwargs: Any) -> None:
    """Replace free text about the person."""
    for rows in (
        Absence.objects.filter(veteran=veteran),
        FollowUpAttempt.objects.filter(follow_up__placement__veteran=veteran),
    ):
        rows.filter(is_written("note")).update(note=ANONYMISED_TEXT)


def on_phone_changed(sender: Any, veterans: Sequence[Any], by: Any, **kwargs: Any) -> None:
    """Call people at their new numbers; one without a number cannot be called."""
    for start in range(0, len(veterans), BATCH_SIZE):
        batch = [veteran for veteran in veterans[start : start + BATCH_SIZE] if veteran.phone_hash]
        schedule_calls_to_new_numbers(veterans=batch, by=by)
