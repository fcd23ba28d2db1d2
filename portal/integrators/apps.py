from datetime import timedelta

from django.apps import AppConfig


class IntegratorsConfig(AppConfig):
    name = "portal.integrators"
    verbose_name = "接口对接"

    def ready(self) -> None:
        from portal.core.periodic import register
        from portal.integrators.counting import sweep

        register("integrators.sweep", every=timedelta(hours=1), run=sweep)
