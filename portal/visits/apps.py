from typing import Any

from django.apps import AppConfig


def _file_anonymised(sender: Any, veteran: Any, **kwargs: Any) -> None:
    """What staff noted about the person goes; that there was a visit stays."""
    from portal.visits.models import Visit

    Visit.objects.filter(veteran=veteran).update(findings="")


class VisitsConfig(AppConfig):
    name = "portal.visits"
    verbose_name = "走访"

    def ready(self) -> None:
        from portal.veterans.events import veteran_record_anonymised

        veteran_record_anonymised.connect(_file_anonymised, dispatch_uid="visits.anonymised")
