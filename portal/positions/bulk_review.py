"""What a reviewer does in one go: many clean positions at once, or the second look and the approval."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.positions import actions
from portal.positions.models import Position
from portal.positions.wording_exceptions import confirm_exception

Left = list[tuple[Position, str]]


@transaction.atomic
def confirm_and_approve(*, position: Position, by: User) -> Position:
    """The second look at an exception, and the position goes public with it.

    Raises:
        ValidationError: as for `confirm_exception` and `approve`; then nothing of both is done.
    """
    confirm_exception(position=position, by=by)
    return actions.approve(position=position, by=by)


def approve_clean(*, positions: Iterable[Position], by: User) -> tuple[list[Position], Left]:
    """Approve those of `positions` in whose wording nothing was found; each on its own, so that one which
    cannot be approved does not hold the others back.

    Returns:
        The approved ones, and the others with why not.
    """
    approved: list[Position] = []
    left: Left = []
    for position in positions:
        if position.wording:
            left.append((position, "用语有标记，请打开逐条看"))
            continue
        try:
            approved.append(actions.approve(position=position, by=by))
        except ValidationError as error:
            left.append((position, "；".join(error.messages)))
        except TransitionRefused:
            left.append((position, f"现在是“{position.get_state_display()}”"))
        except PermissionDenied:
            left.append((position, "不在您审核的范围"))
    return approved, left
