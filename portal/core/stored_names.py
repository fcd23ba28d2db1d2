"""Names of models and background tasks as they are stored, decoupled from the names in the code.

The audit log's hash chain covers the target type of each event, so a renamed class keeps the name it was
first stored under; a queued task names its function by a path. A new model or task needs no row; a renamed
one does.
"""

from functools import cache

from django.apps import apps
from django.db.models import Model

# Label of a class today -> the label that is stored.
MODEL_LABELS = {
    "accounts.Appointment": "accounts.StationMembership",
    "api_tokens.ApiToken": "integrators.ApiToken",
    "api_tokens.RequestCount": "integrators.RequestCount",
    "core.ScheduledJobState": "core.PeriodicRun",
    "core.WorkerHeartbeat": "core.WorkerBeat",
    "documents.Document": "veterans.Evidence",  # the employers' documents were employers.EmployerPaper
    "employers.HiddenRecord": "employers.HiddenFile",
    "employers.ProfileChange": "employers.FactsChange",
    "employers.VerificationBasis": "employers.VerificationEvidence",
    "fairs.DoorShift": "fairs.DoorDuty",
    "follow_ups.Absence": "placements.Absence",
    "follow_ups.AttemptReversal": "placements.AttemptTakenBack",
    "follow_ups.Cover": "placements.Cover",
    "follow_ups.FollowUp": "placements.FollowUp",
    "follow_ups.FollowUpAttempt": "placements.FollowUpAttempt",
    "follow_ups.FollowUpEvent": "placements.DutyEvent",
    "follow_ups.FollowUpRule": "placements.FollowUpRule",
    "imports.ColumnMapping": "sheets.SheetMapping",
    "imports.ImportRow": "sheets.SheetRow",
    "imports.ImportRun": "sheets.SheetImport",
    "notifications.Notification": "notices.Notice",
    "placements.HiringOutcome": "placements.Filling",
    "ranking.Impression": "recommendations.Impression",
    "ranking.RankingChange": "recommendations.RankingChange",
    "ranking.RankingVersion": "recommendations.RankingVersion",
    "search.PendingIndexUpdate": "search.Unsent",
    "veterans.RecordClaim": "veterans.FileClaim",
    "veterans.RecordMerge": "veterans.FileMerge",
    "veterans.RecordMove": "veterans.FileMove",
}

# Path of a task's function today -> the path that is stored in the queue (DBTaskResult.task_path).
TASK_PATHS = {
    "portal.imports.tasks.check_import": "portal.sheets.tasks.check_import",
    "portal.imports.tasks.run_import": "portal.sheets.tasks.run_import",
    "portal.imports.tasks.undo_import": "portal.sheets.tasks.undo_import",
    "portal.ranking.tasks.refresh_people": "portal.recommendations.tasks.people_changed",
    "portal.ranking.tasks.refresh_employer_positions": "portal.recommendations.tasks.refresh_employer",
    "portal.ranking.tasks.refresh_position": "portal.recommendations.tasks.refresh_posting",
    "portal.ranking.tasks.refresh_positions": "portal.recommendations.tasks.refresh_postings",
    "search.tasks.send_pending_updates": "search.tasks.tell_server",
}
_TASK_PATHS_TODAY = {stored_path: path for path, stored_path in TASK_PATHS.items()}


def stored_task_path(path: str) -> str:
    """Return the path under which the task at `path` is stored in the queue."""
    return TASK_PATHS.get(path, path)


def task_path_today(path: str) -> str:
    """Return the path at which the task stored as `path` is imported today."""
    return _TASK_PATHS_TODAY.get(path, path)


def stored_label(model: type[Model] | Model) -> str:
    """Return the label under which rows of `model` are named in stored data, e.g. 'sheets.SheetImport'."""
    return MODEL_LABELS.get(model._meta.label, model._meta.label)


@cache
def _models_by_stored_label() -> dict[str, type[Model]]:
    return {stored_label(model).lower(): model for model in apps.get_models(include_auto_created=True)}


def model_by_stored_label(label: str) -> type[Model] | None:
    """Return the model that is stored as `label` (in any case), or None when there is none today."""
    return _models_by_stored_label().get(label.lower())
