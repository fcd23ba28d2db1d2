"""Review actions in one request: approve many positions, or confirm an exception and approve."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.core.state_machine import TransitionRefused
from portal.positions import actions
from portal.positions.models import Position
from portal.positions.wording_exceptions import confirm_exception

# Positions that were not approved, each with the reason.
Skipped = list[tuple[Position, str]]


@transaction.atomic
def confirm_and_approve(*, position: Position, by: User, seen_token: str = "") -> Position:
    """Confirm the wording exception of a position and approve it, both or neither.

    Raises:
        ValidationError: as for `confirm_exception` and `approve`.
    """
    confirm_exception(position=position, by=by, seen_token=seen_token)
    return actions.approve(position=position, by=by, seen_token=seen_token)


def approve_clean(
    *, positions: Iterable[Position], by: User, seen_tokens: Mapping[int, str] | None = None
) -> tuple[list[Position], Skipped]:
    """Approve the positions whose wording has no finding, each in a transaction of its own.

    Args:
        seen_tokens: `review_token` of what the reviewer saw, by primary key.

    Returns:
        The approved positions, and the others with the reason.
    """
    tokens = seen_tokens or {}
    approvals: list[Position] = []
    skipped: Skipped = []
    for position in positions:
        if position.wording:
            skipped.append((position, "用语有标记，请打开逐条看"))
            continue
        try:
            approvals.append(
                actions.approve(position=position, by=by, seen_token=tokens.get(position.pk, ""))
            )
        except ValidationError as error:
            skipped.append((position, "；".join(error.messages)))
        except TransitionRefused:
            skipped.append((position, f"现在是“{position.get_state_display()}”"))
        except PermissionDenied:
            skipped.append((position, "不在您审核的范围"))
    return approvals, skipped
