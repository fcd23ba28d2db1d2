from typing import Any

from django.apps import AppConfig


def _delete_findings(sender: Any, veteran: Any, **kwargs: Any) -> None:
    """Delete the findings about the person; the visits stay."""
    from portal.visits.models import Visit

    Visit.objects.filter(veteran=veteran).update(findings="")


class VisitsConfig(AppConfig):
    name = "portal.visits"
    verbose_name = "走访"

    def ready(self) -> None:
        from portal.veterans.events import veteran_record_anonymised

        veteran_record_anonymised.connect(_delete_findings, dispatch_uid="visits.anonymised")
