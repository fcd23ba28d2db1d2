from datetime import timedelta
from typing import Any

from django.apps import AppConfig


def _station_ended(sender: type, station: Any, into: Any, by: Any, **kwargs: Any) -> None:
    from portal.employers.actions import hand_over_employers

    hand_over_employers(station=station, into=into, by=by)


class EmployersConfig(AppConfig):
    name = "portal.employers"
    verbose_name = "用人单位"

    def ready(self) -> None:
        from portal.core import scheduled_jobs
        from portal.employers.notifications import remind_of_renewal
        from portal.stations.events import station_ended

        scheduled_jobs.register(
            "employers.remind_of_renewal", every=timedelta(hours=6), run=remind_of_renewal
        )
        station_ended.connect(_station_ended, dispatch_uid="employers.station")
