from datetime import date, timedelta
from typing import Any

from django.apps import AppConfig


def _station_ended(sender: type, station: Any, on: date, by: Any, **kwargs: Any) -> None:
    from portal.accounts.actions import end_appointments_of

    end_appointments_of(station=station, by=by, on=on)


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from portal.accounts.guess_counts import delete_expired_counts
        from portal.core import scheduled_jobs
        from portal.stations.events import station_ended

        station_ended.connect(_station_ended, dispatch_uid="accounts.appointments")
        scheduled_jobs.register("accounts.sweep", every=timedelta(hours=6), run=delete_expired_counts)
