from datetime import timedelta

from django.apps import AppConfig


class PositionsConfig(AppConfig):
    name = "portal.positions"
    verbose_name = "岗位"

    def ready(self) -> None:
        from portal.core import scheduled_jobs
        from portal.imports.import_kinds import register_kind
        from portal.positions.expiry import expire_due, remind_of_expiry
        from portal.positions.import_kind import POSITION_IMPORT

        register_kind(POSITION_IMPORT)
        scheduled_jobs.register("positions.expire_due", every=timedelta(minutes=10), run=expire_due)
        scheduled_jobs.register("positions.remind_of_expiry", every=timedelta(hours=6), run=remind_of_expiry)
