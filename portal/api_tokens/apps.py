from datetime import timedelta

from django.apps import AppConfig


class ApiTokensConfig(AppConfig):
    name = "portal.api_tokens"
    verbose_name = "接口对接"

    def ready(self) -> None:
        from portal.api_tokens.request_counts import delete_expired_counts
        from portal.core.scheduled_jobs import register

        register("integrators.sweep", every=timedelta(hours=1), run=delete_expired_counts)
