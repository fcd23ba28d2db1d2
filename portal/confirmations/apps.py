from datetime import timedelta
from typing import Any

from django.apps import AppConfig


def _file_anonymised(sender: Any, veteran: Any, **kwargs: Any) -> None:
    """Empty free text about the person; the answers stay."""
    from portal.confirmations.models import Answer

    Answer.objects.filter(placement__veteran=veteran).update(reason="", words="")


def _placement_changed(sender: Any, placement: Any, **kwargs: Any) -> None:
    from portal.confirmations.answer_comparison import complete_checks

    complete_checks(placement)


class ConfirmationsConfig(AppConfig):
    name = "portal.confirmations"
    verbose_name = "双方确认"

    def ready(self) -> None:
        from portal.confirmations.reminders import send_reminders
        from portal.core import scheduled_jobs
        from portal.placements.events import placement_changed
        from portal.veterans.events import veteran_record_anonymised

        placement_changed.connect(_placement_changed, dispatch_uid="confirmations.settled")
        veteran_record_anonymised.connect(_file_anonymised, dispatch_uid="confirmations.anonymised")
        scheduled_jobs.register("confirmations.ask_who_is_due", every=timedelta(hours=1), run=send_reminders)
