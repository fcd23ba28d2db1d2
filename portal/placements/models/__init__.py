"""Placement tracking (安置意向跟踪): from an intention at a booth to a year in the job."""

from portal.placements.models.follow_ups import (
    Absence,
    AttemptReversal,
    Cover,
    FollowUp,
    FollowUpAttempt,
    FollowUpAttemptQuerySet,
    FollowUpEvent,
    FollowUpQuerySet,
    FollowUpRule,
)
from portal.placements.models.placements import (
    HiringOutcome,
    Placement,
    PlacementQuerySet,
    PlacementTransition,
)

__all__ = [
    "Absence",
    "AttemptReversal",
    "Cover",
    "FollowUp",
    "FollowUpAttempt",
    "FollowUpAttemptQuerySet",
    "FollowUpEvent",
    "FollowUpQuerySet",
    "FollowUpRule",
    "HiringOutcome",
    "Placement",
    "PlacementQuerySet",
    "PlacementTransition",
]
