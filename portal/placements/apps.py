from typing import Any

from django.apps import AppConfig


def _station_ended(sender: type, station: Any, into: Any, **kwargs: Any) -> None:
    from portal.placements.follow_ups import hand_over

    hand_over(station=station, into=into)


def _files_moved(sender: type, from_station: Any, to_station: Any, **kwargs: Any) -> None:
    from portal.placements.follow_ups import hand_over

    hand_over(station=from_station, into=to_station, of_its_people=True)


class PlacementsConfig(AppConfig):
    name = "portal.placements"
    verbose_name = "安置跟踪"

    def ready(self) -> None:
        from portal.stations.signals import station_ended
        from portal.veterans.signals import veteran_files_moved

        station_ended.connect(_station_ended, dispatch_uid="placements.follow_ups")
        veteran_files_moved.connect(_files_moved, dispatch_uid="placements.follow_ups")
