"""Covers (代班): a clerk makes another clerk's calls for some days."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.day_bounds import PLANNED_WITHIN, latest_planned_day, require_between
from portal.core.locking import locked
from portal.follow_ups.models import Cover
from portal.follow_ups.permissions import can_arrange_cover, station_paths_on


@transaction.atomic
def arrange_cover(
    *, clerk: User, cover: User, starts_on: date, ends_on: date, by: User, reason: str = ""
) -> Cover:
    """Assign the clerk's calls to `cover` from `starts_on` to `ends_on`, both included.

    Raises:
        PermissionDenied: `by` is neither the clerk nor leads one of the clerk's stations.
        ValidationError: impossible days, another cover in that period, or `cover` does not serve the clerk's
            stations.
    """
    if not can_arrange_cover(by, clerk):
        raise PermissionDenied("neither the clerk nor the clerk's head")
    locked(clerk)  # serialises arrangements for one clerk
    if ends_on < starts_on or ends_on < timezone.localdate():
        raise ValidationError({"ends_on": "结束日期不能早于开始日期，也不能早于今天。"})
    require_between("starts_on", starts_on, timezone.localdate() - PLANNED_WITHIN, ends_on, "开始日期")
    require_between("ends_on", ends_on, starts_on, latest_planned_day(), "结束日期")
    if clerk == cover:
        raise ValidationError({"cover": "不能由本人代班。"})
    clerk_paths = station_paths_on(clerk, max(starts_on, timezone.localdate()))
    cover_paths = station_paths_on(cover, max(starts_on, timezone.localdate()))
    if not clerk_paths:
        raise ValidationError({"clerk": f"{clerk.name}没有负责回访的服务站。"})
    if not cover.is_active or not all(
        any(path.startswith(cover_path) for cover_path in cover_paths) for path in clerk_paths
    ):
        raise ValidationError({"cover": f"{cover.name}不负责{clerk.name}的服务站，看不到这些人的档案。"})
    if Cover.objects.filter(clerk=clerk, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise ValidationError({"starts_on": f"{clerk.name}在这几天已经安排了代班。"})
    row = Cover(clerk=clerk, cover=cover, starts_on=starts_on, ends_on=ends_on, by=by, reason=reason.strip())
    row.full_clean()
    row.save()
    audit.record(
        by=by, verb="placements.cover_arranged", target=row, subject=clerk.pk, on=starts_on.isoformat()
    )
    return row


@transaction.atomic
def end_cover(*, cover: Cover, by: User) -> None:
    """End a cover as of today; one that has not begun before today is deleted.

    Raises:
        PermissionDenied: `by` is neither of the two clerks nor leads one of the absent clerk's stations.
        ValidationError: the cover is over.
    """
    cover = locked(cover, "clerk", "cover")
    if by != cover.cover and not can_arrange_cover(by, cover.clerk):
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
