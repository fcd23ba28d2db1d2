"""Assignment of pending follow-ups to a station and to a clerk."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.follow_ups.enums import FollowUpEventKind, FollowUpState
from portal.follow_ups.models import FollowUp, FollowUpEvent
from portal.follow_ups.permissions import can_assign
from portal.veterans.permissions import serves

BATCH_SIZE = 500


@transaction.atomic
def move_follow_ups(*, condition: Q, by: User | None) -> int:
    """Restart pending follow-ups, without a clerk, at the station where their person lives now.

    Follow-ups that have just been opened there are left alone.

    Args:
        condition: selects the follow-ups, e.g. Q(placement__veteran__in=…).

    Returns:
        The number of follow-ups that were moved.
    """
    today, now = timezone.localdate(), timezone.now()
    new_there = Q(station=F("placement__veteran__station"), escalation_level=0, owned_since=today, clerk=None)
    follow_ups = list(
        FollowUp.objects.pending()
        .filter(condition)
        .exclude(new_there)
        .select_related("placement__veteran")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for follow_up in follow_ups:
        follow_up.station_id = follow_up.placement.veteran.station_id
        follow_up.escalation_level, follow_up.owned_since = 0, today
        follow_up.clerk, follow_up.updated_at = None, now
    FollowUp.objects.bulk_update(
        follow_ups,
        ["station", "escalation_level", "owned_since", "clerk", "updated_at"],
        batch_size=BATCH_SIZE,
    )
    FollowUpEvent.objects.bulk_create(
        (
            FollowUpEvent(
                follow_up=follow_up,
                kind=FollowUpEventKind.MOVED,
                at=now,
                on=today,
                by=by,
                station_id=follow_up.station_id,
            )
            for follow_up in follow_ups
        ),
        batch_size=BATCH_SIZE,
    )
    return len(follow_ups)


@transaction.atomic
def assign_follow_up(*, follow_up: FollowUp, clerk: User | None, by: User) -> FollowUp:
    """Assign a pending follow-up to a clerk; None: to any clerk of its station.

    Raises:
        PermissionDenied: see `can_assign`.
        ValidationError: no longer pending, or the clerk does not serve the person.
    """
    follow_up = locked(follow_up, "placement__veteran__station")
    if not can_assign(by, follow_up, clerk):
        raise PermissionDenied("neither leads this person's station nor takes the call")
    if follow_up.state != FollowUpState.PENDING:
        raise ValidationError("这条回访已经完成或取消。")
    if clerk is not None and not (clerk.is_active and serves(clerk, follow_up.placement.veteran)):
        raise ValidationError({"clerk": f"{clerk.name}不负责此人所在的服务站。"})
    if follow_up.clerk_id == (clerk.pk if clerk else None):
        return follow_up
    follow_up.clerk = clerk
    follow_up.save(update_fields=["clerk", "updated_at"])
    FollowUpEvent.objects.create(
        follow_up=follow_up,
        kind=FollowUpEventKind.ASSIGNED,
        at=timezone.now(),
        on=timezone.localdate(),
        by=by,
        station_id=follow_up.station_id,
        note=clerk.name if clerk else "不指定",
    )
    audit.record(
        by=by, verb="placements.duty_assigned", target=follow_up, subject=clerk.pk if clerk else None
    )
    return follow_up


@transaction.atomic
def assign_follow_ups(*, follow_ups: Iterable[FollowUp], clerk: User | None, by: User) -> int:
    """Assign several pending follow-ups, all or none, and return their number.

    Raises:
        PermissionDenied, ValidationError: as `assign_follow_up`, for any of them.
    """
    return len([assign_follow_up(follow_up=follow_up, clerk=clerk, by=by) for follow_up in follow_ups])
