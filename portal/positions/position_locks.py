"""Locks on a position, and the token of the content that a page showed."""

from django.core.exceptions import PermissionDenied

from portal.accounts.models import User
from portal.core.locking import locked
from portal.core.seen_values import require_unchanged, seal_fields, seal_whole
from portal.positions.field_rules import POSITION_RULES
from portal.positions.models import Position
from portal.positions.permissions import can_edit, can_review

# Fields that a form, an import row or an API call may set; the certainty comes with a guessed occupation.
EDITABLE_FIELDS = frozenset(POSITION_RULES) | {"occupation_certainty"}
STALE_CONTENT = "单位刚刚改过这个岗位的内容，请看过现在的内容再决定。"


def lock_position(position: Position) -> Position:
    """Lock the position's employer, then the position; bring both up to date and return the position.

    The employer's verification decides whether the position is public: a suspension waits, or is seen.
    """
    locked(position.employer)
    employer_id = position.employer_id
    position = locked(position)
    assert position.employer_id == employer_id  # a position never changes its employer
    return position


def lock_own(position: Position, by: User) -> Position:
    """Return the locked position if `by` acts for its employer."""
    position = lock_position(position)
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    return position


def lock_for_review(position: Position, by: User, seen_token: str = "") -> Position:
    """Return the locked position if `by` reviews its employer.

    Args:
        seen_token: `review_token` of what the reviewer saw.

    Raises:
        PermissionDenied: `by` does not review this employer.
        ValidationError: its employer changed the content since then.
    """
    position = lock_position(position)
    if not can_review(by, position):
        raise PermissionDenied("not a reviewer of this employer's station")
    require_unchanged(seen_token, position, EDITABLE_FIELDS, STALE_CONTENT)
    return position


def content_token(position: Position) -> str:
    """Return the token of the content that a form shows, field by field: see `portal.core.seen_values`."""
    return seal_fields(position, EDITABLE_FIELDS)


def review_token(position: Position) -> str:
    """Return the token of the content as a whole that a reviewer decides on."""
    return seal_whole(position, EDITABLE_FIELDS)
