from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db.models import Q

A_BATCH = 2_000
EMPTIED = "（已匿名）"


def _files_moved(sender: type, files: list[int], by: Any, **kwargs: Any) -> None:
    from portal.placements.duties import move_duties

    for start in range(0, len(files), A_BATCH):
        move_duties(of=Q(placement__veteran__in=files[start : start + A_BATCH]), by=by)


def _files_merging(sender: type, kept: Any, gone: Any, by: Any, **kwargs: Any) -> None:
    from portal.placements.closing import absorb_doubles

    absorb_doubles(kept=kept, gone=gone, by=by)


def _rows_moved(kept: Any, gone: Any, by: Any, moved: list[list[Any]]) -> None:
    """Placements went from one file to the other, and absences perhaps."""
    from portal.core.stored_names import stored_label
    from portal.placements.absences import repace
    from portal.placements.duties import move_duties
    from portal.placements.models import Placement

    if kept.station_id != gone.station_id:
        placements = [key for label, key, _ in moved if label == stored_label(Placement)]
        move_duties(of=Q(placement__in=placements), by=by)
    repace(veterans=[kept.pk, gone.pk], by=by)


def _files_merged(sender: type, kept: Any, gone: Any, by: Any, moved: list[list[Any]], **kwargs: Any) -> None:
    _rows_moved(kept, gone, by, moved)


def _files_parted(sender: type, kept: Any, gone: Any, by: Any, moved: list[list[Any]], **kwargs: Any) -> None:
    from portal.placements.closing import part_doubles

    _rows_moved(kept, gone, by, moved)
    part_doubles(files=[kept, gone], by=by)


def _file_closed(sender: type, veteran: Any, **kwargs: Any) -> None:
    from portal.placements.follow_ups import cancel_all

    cancel_all(veteran=veteran)


def _file_reopened(sender: type, veteran: Any, **kwargs: Any) -> None:
    from portal.placements.follow_ups import take_up_again

    take_up_again(veteran=veteran)


def _file_anonymised(sender: type, veteran: Any, **kwargs: Any) -> None:
    """What was written freely about the person goes; that something was, and that it happened, stays."""
    from portal.core.encryption import is_written
    from portal.placements.models import Absence, FollowUpAttempt, Placement, PlacementTransition

    for texts, name in (
        (Placement.objects.filter(veteran=veteran), "left_reason"),
        (Absence.objects.filter(veteran=veteran), "note"),
        (PlacementTransition.objects.filter(placement__veteran=veteran), "note"),
        (FollowUpAttempt.objects.filter(follow_up__placement__veteran=veteran), "note"),
    ):
        texts.filter(is_written(name)).update(**{name: EMPTIED})


def _phone_changed(sender: type, veteran: Any, by: Any, **kwargs: Any) -> None:
    from portal.placements.calling_again import call_new_number

    call_new_number(veteran=veteran, by=by)


class PlacementsConfig(AppConfig):
    name = "portal.placements"
    verbose_name = "安置跟踪"

    def ready(self) -> None:
        from portal.core import scheduled_jobs
        from portal.placements import falling_due
        from portal.veterans import events

        scheduled_jobs.register("placements.duties", every=timedelta(minutes=10), run=falling_due.run)

        events.veteran_files_moved.connect(_files_moved, dispatch_uid="placements.duties")
        events.veteran_files_merging.connect(_files_merging, dispatch_uid="placements.doubles")
        events.veteran_files_merged.connect(_files_merged, dispatch_uid="placements.duties")
        events.veteran_files_parted.connect(_files_parted, dispatch_uid="placements.duties")
        events.veteran_file_closed.connect(_file_closed, dispatch_uid="placements.duties")
        events.veteran_file_reopened.connect(_file_reopened, dispatch_uid="placements.duties")
        events.veteran_file_anonymised.connect(_file_anonymised, dispatch_uid="placements.anonymised")
        events.veteran_phone_changed.connect(_phone_changed, dispatch_uid="placements.duties")
