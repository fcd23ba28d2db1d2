"""Placement tracking (安置意向跟踪): from an intention at a booth to a year in the job."""

from portal.placements.models.follow_ups import (
    Absence,
    AttemptTakenBack,
    Cover,
    DutyEvent,
    FollowUp,
    FollowUpAttempt,
    FollowUpAttemptQuerySet,
    FollowUpQuerySet,
    FollowUpRule,
)
from portal.placements.models.placements import (
    Filling,
    Placement,
    PlacementQuerySet,
    PlacementTransition,
)

__all__ = [
    "Absence",
    "AttemptTakenBack",
    "Cover",
    "DutyEvent",
    "Filling",
    "FollowUp",
    "FollowUpAttempt",
    "FollowUpAttemptQuerySet",
    "FollowUpQuerySet",
    "FollowUpRule",
    "Placement",
    "PlacementQuerySet",
    "PlacementTransition",
]
