"""Hiring outcomes: the employer reports on a closed position whether and with whom it was filled."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.core import audit
from portal.placements.enums import HiringResult
from portal.placements.models import HiringOutcome, Placement, PlacementQuerySet
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.positions.position_locks import lock_own

CLOSED_STATES = frozenset({PositionState.FILLED, PositionState.EXPIRED, PositionState.WITHDRAWN})


def needs_outcome(position: Position) -> bool:
    """Return whether the position was published once and is closed now."""
    return position.state in CLOSED_STATES and position.published_at is not None


def selectable_placements(position: Position, user: User) -> PlacementQuerySet:
    """Return placements that a member may select: confirmed by the person, who does not hide."""
    placements = Placement.objects.visible_to(user).filter(
        position=position, veteran_confirmed_at__isnull=False
    )
    return placements.with_details().order_by("pk")


@transaction.atomic
def record_outcome(
    *,
    position: Position,
    by: User,
    result: HiringResult,
    placements: Iterable[Placement] = (),
    reason: str = "",
) -> HiringOutcome:
    """Record the employer's report; a later one replaces it.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: the position is not closed, no placement is selected, or no reason is given.
    """
    position = lock_own(position, by)
    if not needs_outcome(position):
        raise ValidationError("岗位结束后再回答是否招到人。")
    selected = list(placements) if result == HiringResult.THROUGH_PORTAL else []
    selectable = set(selectable_placements(position, by).values_list("pk", flat=True))
    if any(placement.pk not in selectable for placement in selected):
        raise ValidationError({"placements": "只能选择这个岗位的人员。"})
    reason = reason.strip() if result == HiringResult.NOT_FILLED else ""
    if result == HiringResult.THROUGH_PORTAL and not selected:
        raise ValidationError({"placements": "请选择招到的人；名单里没有的，请联系服务站补登意向。"})
    if result == HiringResult.NOT_FILLED and not reason:
        raise ValidationError({"reason": "请写明没有招到的原因，方便改进服务。"})
    outcome = HiringOutcome.objects.filter(position=position).first() or HiringOutcome(position=position)
    outcome.result, outcome.reason, outcome.answered_by = result, reason, by
    outcome.full_clean()
    outcome.save()
    outcome.placements.set(selected)
    audit.record(
        by=by,
        verb="placements.filling_answered",
        target=outcome,
        position=position.pk,
        result=result,
        placements=[placement.pk for placement in selected],
    )
    return outcome
