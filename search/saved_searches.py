"""Saved searches: save, change and remove them, and notify their owners of new matches once a day."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.core import audit
from portal.core.locking import locked
from portal.core.models import Region
from portal.notifications.actions import notify
from portal.notifications.enums import NotificationKind, NotificationTarget
from portal.notifications.models import TARGET_QUERY_LENGTH, Notification
from portal.veterans.models import Veteran
from search import get_backend
from search.models import LONGEST_ADDRESS, SavedSearch
from search.params import HOME, SearchParams
from search.query import LARGEST_PAGE, Kind, Sort

MAX_SAVED = 20  # of one person
EARLIEST_TIME = time(8)  # no messages at night
# A position becomes searchable a moment after `published_at`: its transaction must commit and the search
# server be updated.
SETTLING_TIME = timedelta(minutes=5)
MAX_TITLES = 3  # titles in a message


def params_of(saved_search: SavedSearch) -> SearchParams:
    return SearchParams.parse(saved_search.address)


def place_of(near: str, user: object) -> tuple[float, float] | None:
    """Return the location of `near`; HOME is known for veterans only. At most one query."""
    if not near:
        return None
    if near == HOME:
        if not isinstance(user, User):
            return None
        home = Veteran.objects.filter(account=user).select_related("living_region").first()
        return home.living_region.location if home and home.living_region else None
    region = Region.objects.filter(pk=near).first()
    return region.location if region else None


@transaction.atomic
def save(*, by: User, params: SearchParams, name: str = "", alerts: bool = True) -> SavedSearch:
    """Save a search; an identical saved search is returned unchanged.

    Raises:
        ValidationError: empty parameters, or too many saved searches.
    """
    address = urlencode(list(params.pairs()))
    if not address:
        raise ValidationError("请先输入要搜的词，或选一个条件。")
    if len(address) > LONGEST_ADDRESS:
        raise ValidationError("条件太多了，请去掉一些再保存。")
    locked(by)  # concurrent requests must not exceed MAX_SAVED
    rows = SavedSearch.objects.visible_to(by)
    existing = rows.filter(address=address).first()
    if existing is not None:
        return existing
    if rows.count() >= MAX_SAVED:
        raise ValidationError(f"最多保存 {MAX_SAVED} 个搜索，请先删除不用的。")
    saved_search = SavedSearch.objects.create(user=by, name=name[:60], address=address, alerts=alerts)
    audit.record(by=by, verb="search.saved", target=saved_search)
    return saved_search


def _lock_own(saved_search: SavedSearch, by: User) -> SavedSearch:
    saved_search = locked(saved_search)
    if saved_search.user_id != by.pk:
        raise PermissionDenied("somebody else's search")
    return saved_search


@transaction.atomic
def change(*, by: User, saved_search: SavedSearch, name: str, alerts: bool) -> SavedSearch:
    """Change name and alerts of a saved search. Matches of times without alerts are not reported."""
    saved_search = _lock_own(saved_search, by)
    if alerts and not saved_search.alerts:
        saved_search.seen_at = timezone.now()
    saved_search.name, saved_search.alerts = name, alerts
    saved_search.save(update_fields=["name", "alerts", "seen_at", "updated_at"])
    audit.record(by=by, verb="search.saved_changed", target=saved_search, alerts=alerts)
    return saved_search


@transaction.atomic
def remove(*, by: User, saved_search: SavedSearch) -> None:
    """Remove a saved search; nothing happens where it was removed meanwhile."""
    try:
        saved_search = _lock_own(saved_search, by)
    except ValidationError:
        return
    audit.record(by=by, verb="search.saved_removed", target=saved_search)
    saved_search.delete()


def notification_period(now: datetime) -> str:
    """Return the period that contains `now`: the local day. A user gets at most one message per period."""
    return timezone.localdate(now).isoformat()


def notify_new_matches(now: datetime | None = None) -> int:
    """Notify users of new matches of their saved searches, one message a day for all of them.

    The message and the time it covers are written in one transaction per user, so that an interrupted run
    continues without repeats. Returns the number of notified users.
    """
    now = now or timezone.now()
    if timezone.localtime(now).time() < EARLIEST_TIME:
        return 0
    users = User.objects.filter(pk__in=SavedSearch.objects.with_alerts().values("user")).order_by("pk")
    return sum(_notify_user(user, now) for user in users.iterator())


@transaction.atomic
def _notify_user(user: User, now: datetime) -> bool:
    rows = list(SavedSearch.objects.with_alerts().filter(user=user).select_for_update().order_by("pk"))
    # A user has one notification of a key.
    key = f"saved-searches.{notification_period(now)}"
    if Notification.objects.filter(user=user, key=key).exists():
        return False
    covered_until = now - SETTLING_TIME
    counts = [(row, *_count_new_matches(row, user, now, covered_until)) for row in rows]
    results = [(saved_search, count, titles) for saved_search, count, titles in counts if count]
    SavedSearch.objects.filter(pk__in=[row.pk for row in rows], seen_at__lt=covered_until).update(
        seen_at=covered_until
    )
    if not results:
        return False
    saved_search, count, titles = results[0]
    listed_titles = "、".join(titles) + ("等" if count > len(titles) else "")
    text = f"“{saved_search.name}”有 {count} 个新岗位：{listed_titles}。"
    if len(results) > 1:
        rest = sum(more for _, more, _ in results[1:])
        text += f"另外 {len(results) - 1} 个保存的搜索有 {rest} 个新岗位。"
    one_search = len(results) == 1 and len(saved_search.address) <= TARGET_QUERY_LENGTH
    notification = notify(
        user=user,
        kind=NotificationKind.SEARCH,
        text=text,
        key=key,
        target=NotificationTarget.SEARCH_RESULTS if one_search else NotificationTarget.SAVED_SEARCHES,
        target_query=saved_search.address if one_search else "",
    )
    return notification is not None


def _count_new_matches(
    saved_search: SavedSearch, user: User, now: datetime, covered_until: datetime
) -> tuple[int, list[str]]:
    """Return the number of positions published since `seen_at`, and up to MAX_TITLES of their titles."""
    params = params_of(saved_search)
    place = place_of(params.near, user)
    if (
        params.kind != Kind.POSITION
        or saved_search.seen_at >= covered_until
        or (params.near and place is None)
    ):
        return 0, []
    latest = replace(params, sort=Sort.NEWEST)
    result = get_backend().search(
        latest.query(place=place, now=now, since=saved_search.seen_at, size=LARGEST_PAGE)
    )
    if result.relaxed or result.corrected:
        return 0, []
    later = sum(hit.record.published_at >= covered_until for hit in result.hits)
    titles = [hit.title for hit in result.hits if hit.record.published_at < covered_until]
    return result.total - later, titles[:MAX_TITLES]
