"""Was it filled, and by whom? Asked of the employer once a position has closed."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.models import User
from portal.core import audit
from portal.placements.enums import HiringResult
from portal.placements.models import HiringOutcome, Placement, PlacementQuerySet
from portal.positions.enums import PositionState
from portal.positions.models import Position
from portal.positions.permissions import can_edit

CLOSED = frozenset({PositionState.FILLED, PositionState.EXPIRED, PositionState.WITHDRAWN})


def is_asked(position: Position) -> bool:
    """A post that was once shown and is closed now."""
    return position.state in CLOSED and position.published_at is not None


def people_of(position: Position, user: User) -> PlacementQuerySet:
    """Whom a member may name: who agreed to this position's intention and does not hide from the employer."""
    seen = Placement.objects.visible_to(user).filter(position=position, veteran_confirmed_at__isnull=False)
    return seen.with_details().order_by("pk")


@transaction.atomic
def answer(
    *,
    position: Position,
    by: User,
    result: HiringResult,
    placements: Iterable[Placement] = (),
    reason: str = "",
) -> HiringOutcome:
    """Write down what the employer says; a later answer takes the earlier one's place.

    Raises:
        PermissionDenied: `by` does not act for the employer.
        ValidationError: the position is not closed, nobody is named, or no reason is given.
    """
    if not can_edit(by, position):
        raise PermissionDenied("not a member of this employer")
    if not is_asked(position):
        raise ValidationError("岗位结束后再回答是否招到人。")
    chosen = list(placements) if result == HiringResult.THROUGH_PORTAL else []
    offered = set(people_of(position, by).values_list("pk", flat=True))
    if any(placement.pk not in offered for placement in chosen):
        raise ValidationError({"placements": "只能选择这个岗位的人员。"})
    reason = reason.strip() if result == HiringResult.NOT_FILLED else ""
    if result == HiringResult.THROUGH_PORTAL and not chosen:
        raise ValidationError({"placements": "请选择招到的人；名单里没有的，请联系服务站补登意向。"})
    if result == HiringResult.NOT_FILLED and not reason:
        raise ValidationError({"reason": "请写明没有招到的原因，方便改进服务。"})
    filling = HiringOutcome.objects.filter(position=position).first() or HiringOutcome(position=position)
    filling.result, filling.reason, filling.answered_by = result, reason, by
    filling.full_clean()
    filling.save()
    filling.placements.set(chosen)
    audit.record(
        by=by,
        verb="placements.filling_answered",
        target=filling,
        position=position.pk,
        result=result,
        placements=[placement.pk for placement in chosen],
    )
    return filling
