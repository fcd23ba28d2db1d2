"""Headcount of a position: it accepts as many hires as it asks for, counted from the placements."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts.models import User
from portal.placements.models import Placement
from portal.placements.workflow import EMPLOYED_STATES
from portal.positions.enums import PositionState
from portal.positions.lifecycle import close_filled, record_vacancy, reopen_vacant
from portal.positions.models import Position
from portal.positions.position_locks import lock_position


def _lock_position(placement: Placement) -> Position:
    """Lock the position until the transaction ends: concurrent onboardings are counted in turn."""
    return lock_position(placement.position)


def employed_count(position: Position) -> int:
    """Return the number of people employed in the position."""
    return Placement.objects.filter(position=position, state__in=EMPLOYED_STATES).count()


def require_vacancy(placement: Placement) -> None:
    """Check, before an onboarding, that the position is not full.

    Raises:
        ValidationError: as many people are employed as the position asks for.
    """
    position = _lock_position(placement)
    count = employed_count(position)
    if count >= position.headcount:
        raise ValidationError(
            f"“{position.title}”招 {position.headcount} 人，已有 {count} 人入职。"
            "请先由用人单位在“岗位管理”中增加招聘人数，再登记入职。",
            code="full",
        )


def close_if_full(placement: Placement, by: User) -> None:
    """Close the position, after an onboarding, when it is full."""
    position = _lock_position(placement)
    if (
        position.state in {PositionState.OPEN, PositionState.PAUSED}
        and employed_count(position) >= position.headcount
    ):
        close_filled(position=position, by=by)


def reopen_if_vacant(placement: Placement, by: User) -> None:
    """Reopen an unexpired position that was closed as full, after a correction revoked an onboarding."""
    position = _lock_position(placement)
    ends = position.expires_at
    if position.filled_by_count and ends is not None and ends > timezone.now():
        reopen_vacant(position=position, by=by)


def notify_of_vacancy(placement: Placement, by: User) -> None:
    """Notify the employer, after somebody left a full position, who decides whether to reopen it."""
    position = _lock_position(placement)
    if position.filled_by_count:
        record_vacancy(position=position, by=by)
