"""Models of follow-ups (回访): dated calls about a placement, absences, covers and rules."""

from portal.follow_ups.models.absence import Absence, AbsenceQuerySet
from portal.follow_ups.models.cover import Cover, CoverQuerySet
from portal.follow_ups.models.follow_up import (
    AttemptReversal,
    FollowUp,
    FollowUpAttempt,
    FollowUpAttemptQuerySet,
    FollowUpEvent,
    FollowUpQuerySet,
)
from portal.follow_ups.models.follow_up_rule import FollowUpRule

__all__ = [
    "Absence",
    "AbsenceQuerySet",
    "AttemptReversal",
    "Cover",
    "CoverQuerySet",
    "FollowUp",
    "FollowUpAttempt",
    "FollowUpAttemptQuerySet",
    "FollowUpEvent",
    "FollowUpQuerySet",
    "FollowUpRule",
]
