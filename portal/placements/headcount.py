"""A position takes in as many people as it asks for: counted from the people in post, one at a time."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts.models import User
from portal.placements.models import Placement
from portal.placements.workflow import IN_POST_STATES
from portal.positions.enums import PositionState
from portal.positions.lifecycle import close_filled, record_vacancy, reopen_vacant
from portal.positions.models import Position


def _held(placement: Placement) -> Position:
    """The position, held until the transaction ends: two onboardings count one after the other."""
    return Position.objects.select_for_update(of=("self",)).with_details().get(pk=placement.position_id)


def taken(position: Position) -> int:
    """How many people are in post."""
    return Placement.objects.filter(position=position, state__in=IN_POST_STATES).count()


def require_place(placement: Placement) -> None:
    """Call before somebody is put in post.

    Raises:
        ValidationError: everybody asked for is in post.
    """
    position = _held(placement)
    count = taken(position)
    if count >= position.headcount:
        raise ValidationError(
            f"“{position.title}”招 {position.headcount} 人，已有 {count} 人入职。"
            "请先由用人单位在“岗位管理”中增加招聘人数，再登记入职。",
            code="full",
        )


def close_if_full(placement: Placement, by: User) -> None:
    """Call after somebody was put in post: the last one closes the position."""
    position = _held(placement)
    if position.state in {PositionState.OPEN, PositionState.PAUSED} and taken(position) >= position.headcount:
        close_filled(position=position, by=by)


def open_if_freed(placement: Placement, by: User) -> None:
    """Call after a correction took somebody out of post: what only the count had closed opens again, while it
    lasts.
    """
    position = _held(placement)
    ends = position.expires_at
    if position.filled_by_count and ends is not None and ends > timezone.now():
        reopen_vacant(position=position, by=by)


def tell_of_free_place(placement: Placement, by: User) -> None:
    """Call after somebody left: the employer says whether it looks for another."""
    position = _held(placement)
    if position.filled_by_count:
        record_vacancy(position=position, by=by)
