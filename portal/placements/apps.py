from typing import Any

from django.apps import AppConfig

ANONYMISED_TEXT = "（已匿名）"


def _absorb_duplicates(sender: Any, target: Any, source: Any, by: Any, **kwargs: Any) -> None:
    from portal.placements.closing import absorb_duplicates

    absorb_duplicates(into=target, source=source, by=by)


def _restore_duplicates(sender: Any, target: Any, source: Any, by: Any, **kwargs: Any) -> None:
    from portal.placements.closing import restore_duplicates

    restore_duplicates(veterans=[target, source], by=by)


def _anonymise(sender: Any, veteran: Any, **kwargs: Any) -> None:
    """Replace free text about the person."""
    from portal.core.encryption import is_written
    from portal.placements.models import Placement, PlacementTransition

    placements = Placement.objects.filter(veteran=veteran)
    placements.filter(is_written("left_reason")).update(left_reason=ANONYMISED_TEXT)
    transitions = PlacementTransition.objects.filter(placement__veteran=veteran)
    transitions.filter(is_written("note")).update(note=ANONYMISED_TEXT)


class PlacementsConfig(AppConfig):
    name = "portal.placements"
    verbose_name = "安置跟踪"

    def ready(self) -> None:
        from portal.veterans import events

        events.veteran_records_merging.connect(_absorb_duplicates, dispatch_uid="placements")
        events.veteran_merge_undone.connect(_restore_duplicates, dispatch_uid="placements")
        events.veteran_record_anonymised.connect(_anonymise, dispatch_uid="placements")
