"""Permissions on placements."""

from datetime import datetime

from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.employers.permissions import acts_for, is_hidden_from
from portal.fairs.permissions import can_operate
from portal.placements.models import Placement
from portal.veterans.models import Veteran
from portal.veterans.permissions import can_edit, serves


def can_declare(user: User, veteran: Veteran, fair: JobFairPage | None) -> bool:
    """The person, staff of the person's station or above, or staff of the fair."""
    return can_edit(user, veteran) or (fair is not None and can_operate(user, fair))


def can_follow(user: User, placement: Placement) -> bool:
    """Staff of the person's station or above may record steps; so does the portal when both sides agree."""
    return user.is_portal or serves(user, placement.veteran)


def can_take_back(user: User, *, recorded_by_id: int, recorded_at: datetime) -> bool:
    """Return whether the user may reverse an attempt or undo a step: their own, on the day of its record."""
    return recorded_by_id == user.pk and timezone.localdate(recorded_at) == timezone.localdate()


def is_own(user: User, placement: Placement) -> bool:
    return placement.veteran.account_id == user.pk


def acts_for_employer(user: User, placement: Placement) -> bool:
    employer = placement.position.employer
    return acts_for(user, employer) and not is_hidden_from(placement.veteran, employer)
