"""Names of models as they are stored, decoupled from the names of classes and apps.

The audit log's hash chain covers the target type of each event, so a renamed class keeps the name it was
first stored under. A new model needs no row; a renamed one does.
"""

from functools import cache

from django.apps import apps
from django.db.models import Model

# Label of a class today -> the label that is stored.
MODEL_LABELS = {
    "accounts.Appointment": "accounts.StationMembership",
    "api_tokens.ApiToken": "integrators.ApiToken",
    "api_tokens.RequestCount": "integrators.RequestCount",
    "employers.HiddenRecord": "employers.HiddenFile",
    "fairs.DoorShift": "fairs.DoorDuty",
    "imports.ColumnMapping": "sheets.SheetMapping",
    "imports.ImportRow": "sheets.SheetRow",
    "imports.ImportRun": "sheets.SheetImport",
    "notifications.Notification": "notices.Notice",
    "placements.AttemptReversal": "placements.AttemptTakenBack",
    "placements.FollowUpEvent": "placements.DutyEvent",
    "placements.HiringOutcome": "placements.Filling",
    "ranking.Impression": "recommendations.Impression",
    "ranking.RankingChange": "recommendations.RankingChange",
    "ranking.RankingVersion": "recommendations.RankingVersion",
    "veterans.RecordClaim": "veterans.FileClaim",
    "veterans.RecordMerge": "veterans.FileMerge",
    "veterans.RecordMove": "veterans.FileMove",
}


def stored_label(model: type[Model] | Model) -> str:
    """Return the label under which rows of `model` are named in stored data, e.g. 'sheets.SheetImport'."""
    return MODEL_LABELS.get(model._meta.label, model._meta.label)


@cache
def _models_by_stored_label() -> dict[str, type[Model]]:
    return {stored_label(model).lower(): model for model in apps.get_models(include_auto_created=True)}


def model_by_stored_label(label: str) -> type[Model] | None:
    """Return the model that is stored as `label` (in any case), or None when there is none today."""
    return _models_by_stored_label().get(label.lower())
