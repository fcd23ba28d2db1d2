from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = "内容"

    def ready(self) -> None:
        from django.core.management import call_command

        from portal.core import scheduled_jobs
        from portal.stations.events import station_ended

        scheduled_jobs.register(
            "cms.publish_scheduled",
            every=timedelta(seconds=30),
            run=lambda: call_command("publish_scheduled", verbosity=0),
        )
        user_logged_in.connect(_sync_groups_at_sign_in, dispatch_uid="cms.groups")
        station_ended.connect(_hand_over_fairs, dispatch_uid="cms.organisers")


def _sync_groups_at_sign_in(sender: Any, user: Any, **kwargs: Any) -> None:
    """Adjust the CMS groups to the current appointments at each sign-in."""
    from cms.actions import sync_groups

    sync_groups(user=user)


def _hand_over_fairs(sender: Any, station: Any, into: Any, by: Any, **kwargs: Any) -> None:
    from cms.actions import hand_over_fairs

    hand_over_fairs(station=station, into=into, by=by)
