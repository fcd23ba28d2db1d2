"""Idempotent writes of positions by an employer's own system, identified by external id."""

from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.core import audit
from portal.core.field_rules import MISSING
from portal.core.locking import locked
from portal.employers.models import Employer
from portal.positions import actions, lifecycle
from portal.positions.duplicates import submit_unless_duplicate
from portal.positions.enums import CLOSED_STATES, PositionState
from portal.positions.field_rules import POSITION_RULES
from portal.positions.models import Position
from portal.positions.position_locks import lock_position


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class PositionEnded(Exception):
    """Refusal to change a position that was filled or withdrawn."""

    def __init__(self, position: Position) -> None:
        super().__init__(position.pk)
        self.position = position


@transaction.atomic
def create(*, employer: Employer, by: User, token: int, distinct: bool = False, **fields: Any) -> Position:
    """Create a position and submit it for review.

    Args:
        token: primary key of the API token, for the audit log.
        distinct: the sender's confirmation that it differs from a position with the same key.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        DuplicatePosition: with the similar live positions; nothing is written.
        ValidationError: by field; an external id already in use is reported under `external_id`.
    """
    position = actions.draft(employer=employer, by=by, **fields)
    submit_unless_duplicate(position=position, by=by, distinct=distinct)
    _record(position, by, token, Outcome.CREATED)
    return position


@transaction.atomic
def create_or_change(
    *, employer: Employer, by: User, token: int, external_id: str, distinct: bool = False, **fields: Any
) -> tuple[Position, Outcome]:
    """Create the position with this external id, or change it where it differs and submit it again.

    Equal content changes nothing, so an open position stays open.

    Raises:
        ValidationError: by field.
        DuplicatePosition: as for `create`.
        PositionEnded: the position differs and was filled or withdrawn.
    """
    locked(employer)  # two first calls with one external id come one after the other
    external_id = POSITION_RULES.clean({"external_id": external_id})["external_id"]
    if not external_id:
        raise ValidationError({"external_id": ValidationError(MISSING, code="required")})
    existing = Position.objects.filter(employer=employer, external_id=external_id).with_details().first()
    if existing is not None:
        return change(position=existing, by=by, token=token, distinct=distinct, **fields)
    position = create(
        employer=employer, by=by, token=token, external_id=external_id, distinct=distinct, **fields
    )
    return position, Outcome.CREATED


@transaction.atomic
def change(
    *, position: Position, by: User, token: int, distinct: bool = False, **fields: Any
) -> tuple[Position, Outcome]:
    """Change only the given fields of an existing position; otherwise as `create_or_change`."""
    position = lock_position(position)
    if not actions.changed_values(position, fields):
        return position, Outcome.UNCHANGED
    if position.state in CLOSED_STATES:
        raise PositionEnded(position)
    position = actions.edit(position=position, by=by, **fields)
    if position.state == PositionState.DRAFT:
        submit_unless_duplicate(position=position, by=by, distinct=distinct)
    _record(position, by, token, Outcome.CHANGED)
    return position, Outcome.CHANGED


STEPS = {
    "submit": submit_unless_duplicate,
    "pause": actions.pause,
    "resume": lifecycle.resume,
    "renew": lifecycle.renew,
    "withdraw": actions.withdraw,
}
# Target state of each idempotent step. `renew` has its own check for repeats.
_TARGET_STATES = {
    "submit": PositionState.IN_REVIEW,
    "pause": PositionState.PAUSED,
    "resume": PositionState.OPEN,
    "withdraw": PositionState.WITHDRAWN,
}


@transaction.atomic
def take_step(*, position: Position, by: User, token: int, name: str) -> Position:
    """Take the step `name` of `STEPS`; a repeated step changes nothing.

    Raises:
        TransitionRefused: the step does not start from the position's state.
        ValidationError: the step's own checks.
        DuplicatePosition: `submit`, and the position is a duplicate.
        KeyError: no such step.
    """
    position = lock_position(position)
    if position.state == _TARGET_STATES.get(name):
        return position
    position = STEPS[name](position=position, by=by)
    _record(position, by, token, Outcome.CHANGED)
    return position


def _record(position: Position, by: User, token: int, outcome: Outcome) -> None:
    audit.record(by=by, verb="positions.sent", target=position, token=token, outcome=outcome)
