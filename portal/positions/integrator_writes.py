"""Posts that an employer's own system sends: known by its own number, drafted and handed in at once."""

from enum import StrEnum
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.core import audit
from portal.employers.models import Employer
from portal.positions import actions, lifecycle
from portal.positions.duplicates import submit_unless_duplicate
from portal.positions.enums import PositionState
from portal.positions.models import Position


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Ended(Exception):
    """The post was filled or withdrawn; it is not changed any more."""

    def __init__(self, position: Position) -> None:
        super().__init__(position.pk)
        self.position = position


@transaction.atomic
def create(*, employer: Employer, by: User, token: int, distinct: bool = False, **fields: Any) -> Position:
    """Write a post and hand it in for review. `token`: number of what the sending program showed; `distinct`:
    the sender says that it is another post than one that looks like it.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        DuplicatePosition: with the employer's live posts that look like this one; nothing was written.
        ValidationError: by field; a number that the employer has used already names `external_id`.
    """
    position = actions.draft(employer=employer, by=by, **fields)
    submit_unless_duplicate(position=position, by=by, distinct=distinct)
    _note(position, by, token, Outcome.CREATED)
    return position


@transaction.atomic
def put(
    *, employer: Employer, by: User, token: int, external_id: str, distinct: bool = False, **fields: Any
) -> tuple[Position, Outcome]:
    """The post of this number as told: made when there is none, changed and handed in again where it differs.
    The same again changes nothing, so what is open stays open.

    Raises:
        ValidationError: by field.
        DuplicatePosition: as for `create`.
        Ended: the post differs and was filled or withdrawn.
    """
    found = Position.objects.select_for_update().filter(employer=employer, external_id=external_id).first()
    if found is None:
        made = create(
            employer=employer, by=by, token=token, external_id=external_id, distinct=distinct, **fields
        )
        return made, Outcome.CREATED
    return change(position=found, by=by, token=token, distinct=distinct, **fields)


@transaction.atomic
def change(
    *, position: Position, by: User, token: int, distinct: bool = False, **fields: Any
) -> tuple[Position, Outcome]:
    """As `put`, for a post that is there, with only what is told."""
    differing = {name: value for name, value in fields.items() if getattr(position, name) != value}
    if not differing:
        return position, Outcome.UNCHANGED
    if position.state in {PositionState.FILLED, PositionState.WITHDRAWN}:
        raise Ended(position)
    position = actions.edit(position=position, by=by, **differing)
    if position.state == PositionState.DRAFT:
        submit_unless_duplicate(position=position, by=by, distinct=distinct)
    _note(position, by, token, Outcome.CHANGED)
    return position, Outcome.CHANGED


STEPS = {
    "submit": submit_unless_duplicate,
    "pause": actions.pause,
    "resume": lifecycle.resume,
    "renew": lifecycle.renew,
    "withdraw": actions.withdraw,
}
# Where a step leads: asked for again, it changes nothing. A renewal that is too early is refused by itself.
_LEADS_TO = {
    "submit": PositionState.IN_REVIEW,
    "pause": PositionState.PAUSED,
    "resume": PositionState.OPEN,
    "withdraw": PositionState.WITHDRAWN,
}


@transaction.atomic
def step(*, position: Position, by: User, token: int, name: str) -> Position:
    """Take one of STEPS; one that was taken already changes nothing.

    Raises:
        TransitionRefused: the step does not start from the post's state.
        ValidationError: what it says, or when it is, stands against the step.
        DuplicatePosition: it was to be handed in, and looks like another.
        KeyError: there is no such step.
    """
    if position.state == _LEADS_TO.get(name):
        return position
    position = STEPS[name](position=position, by=by)
    _note(position, by, token, Outcome.CHANGED)
    return position


def _note(position: Position, by: User, token: int, outcome: Outcome) -> None:
    audit.record(by=by, verb="positions.sent", target=position, token=token, outcome=outcome)
