from datetime import date
from typing import Any

from django.apps import AppConfig


def _station_ended(sender: type, station: Any, into: Any, on: date, by: Any, **kwargs: Any) -> None:
    from portal.veterans.enums import MoveReason
    from portal.veterans.models import Veteran
    from portal.veterans.record_moves import move_records

    records = Veteran.objects.filter(station=station)
    move_records(records=records, station=station, into=into, on=on, reason=MoveReason.MERGED, by=by)


def _regions_moved(
    sender: type, station: Any, into: Any, regions: list[str], on: date, by: Any, **kwargs: Any
) -> None:
    from portal.veterans.enums import MoveReason
    from portal.veterans.record_moves import move_records, records_living_in

    records = records_living_in(station, regions)
    move_records(records=records, station=station, into=into, on=on, reason=MoveReason.SPLIT, by=by)


class VeteransConfig(AppConfig):
    name = "portal.veterans"
    verbose_name = "退役军人"

    def ready(self) -> None:
        from portal.imports.import_kinds import register_kind
        from portal.stations.events import regions_moved, station_ended
        from portal.veterans.import_rows import VETERAN_IMPORT

        register_kind(VETERAN_IMPORT)
        station_ended.connect(_station_ended, dispatch_uid="veterans.files")
        regions_moved.connect(_regions_moved, dispatch_uid="veterans.files")
