"""Whose duty a waiting follow-up is: of the station where the person lives, raised when it is overdue; of a
clerk by name, or of whoever covers that clerk.
"""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.core import audit
from portal.placements.enums import DutyEventKind, FollowUpState
from portal.placements.models import Cover, FollowUp, FollowUpEvent
from portal.stations.models import Station
from portal.veterans.models import Veteran
from portal.veterans.permissions import serves

# Who gives calls to others and arranges cover.
_BATCH = 500


@transaction.atomic
def move_duties(*, of: Q, by: User | None) -> int:
    """People went to other stations: their waiting calls begin there anew, with nobody's name; how many.

    Args:
        of: which follow-ups, e.g. Q(placement__veteran__in=…).
    """
    today, now = timezone.localdate(), timezone.now()
    calls = list(
        FollowUp.objects.pending()
        .filter(of)
        .select_related("placement__veteran")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for call in calls:
        call.station_id = call.placement.veteran.station_id
        call.raised, call.owned_since, call.clerk, call.updated_at = 0, today, None, now
    FollowUp.objects.bulk_update(
        calls, ["station", "raised", "owned_since", "clerk", "updated_at"], batch_size=_BATCH
    )
    FollowUpEvent.objects.bulk_create(
        (
            FollowUpEvent(
                follow_up=call, kind=DutyEventKind.MOVED, at=now, on=today, by=by, station_id=call.station_id
            )
            for call in calls
        ),
        batch_size=_BATCH,
    )
    return len(calls)


def leads(user: User, station: Station) -> bool:
    """Head or operator of the station or of one above it."""
    return user.has_permission_at(Permission.LEAD_TEAM, station)


def can_assign(user: User, follow_up: FollowUp, clerk: User | None) -> bool:
    """Heads and operators give a call to anybody, a clerk takes it or gives the own one back. Expects the
    person's station.
    """
    veteran: Veteran = follow_up.placement.veteran
    if leads(user, veteran.station):
        return True
    own = clerk == user if clerk is not None else follow_up.clerk_id == user.pk
    return own and serves(user, veteran)


@transaction.atomic
def assign(*, follow_up: FollowUp, clerk: User | None, by: User) -> FollowUp:
    """Put a name to a waiting call; None: whoever is there.

    Raises:
        PermissionDenied: see `can_assign`.
        ValidationError: no longer waiting, or the clerk does not serve the person.
    """
    follow_up = (
        FollowUp.objects.select_for_update(of=("self",))
        .select_related("placement__veteran__station")
        .get(pk=follow_up.pk)
    )
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
        kind=DutyEventKind.ASSIGNED,
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


def _desk_paths(user: User, day: date) -> list[str]:
    posts = Appointment.objects.current(day).with_permission(Permission.OPEN_RECORDS).filter(user=user)
    return list(posts.values_list("station__path", flat=True))


def can_arrange(user: User, clerk: User) -> bool:
    """The clerk, or who leads one of the clerk's stations."""
    above = user.station_paths(Permission.LEAD_TEAM)
    return user == clerk or any(
        own.startswith(path) for own in _desk_paths(clerk, timezone.localdate()) for path in above
    )


@transaction.atomic
def arrange_cover(
    *, clerk: User, cover: User, starts_on: date, ends_on: date, by: User, reason: str = ""
) -> Cover:
    """Have `cover` make the clerk's calls from `starts_on` to `ends_on`, both included.

    Raises:
        PermissionDenied: `by` is neither the clerk nor leads one of the clerk's stations.
        ValidationError: impossible days, somebody else covers then, or `cover` does not serve these stations.
    """
    if not can_arrange(by, clerk):
        raise PermissionDenied("neither the clerk nor the clerk's head")
    User.objects.select_for_update().get(pk=clerk.pk)  # two arrangements for one clerk follow each other
    if ends_on < starts_on or ends_on < timezone.localdate():
        raise ValidationError({"ends_on": "结束日期不能早于开始日期，也不能早于今天。"})
    if clerk == cover:
        raise ValidationError({"cover": "不能由本人代班。"})
    own = _desk_paths(clerk, max(starts_on, timezone.localdate()))
    others = _desk_paths(cover, max(starts_on, timezone.localdate()))
    if not own:
        raise ValidationError({"clerk": f"{clerk.name}没有负责回访的服务站。"})
    if not cover.is_active or not all(any(path.startswith(over) for over in others) for path in own):
        raise ValidationError({"cover": f"{cover.name}不负责{clerk.name}的服务站，看不到这些人的档案。"})
    if Cover.objects.filter(clerk=clerk, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise ValidationError({"starts_on": f"{clerk.name}在这几天已经安排了代班。"})
    made = Cover(clerk=clerk, cover=cover, starts_on=starts_on, ends_on=ends_on, by=by, reason=reason.strip())
    made.full_clean()
    made.save()
    audit.record(
        by=by, verb="placements.cover_arranged", target=made, subject=clerk.pk, on=starts_on.isoformat()
    )
    return made


@transaction.atomic
def end_cover(*, cover: Cover, by: User) -> None:
    """The clerk is back today; what had not begun before today is taken back.

    Raises:
        PermissionDenied: `by` is neither of the two nor leads one of the clerk's stations.
        ValidationError: it is over.
    """
    cover = Cover.objects.select_for_update(of=("self",)).select_related("clerk", "cover").get(pk=cover.pk)
    if by != cover.cover and not can_arrange(by, cover.clerk):
        raise PermissionDenied("neither of the two nor the clerk's head")
    today = timezone.localdate()
    if cover.ends_on < today:
        raise ValidationError("这次代班已经结束。")
    audit.record(by=by, verb="placements.cover_ended", target=cover, subject=cover.clerk_id)
    if cover.starts_on < today:
        cover.ends_on = today - timedelta(days=1)
        cover.save(update_fields=["ends_on", "updated_at"])
    else:
        cover.delete()
