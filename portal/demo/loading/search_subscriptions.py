"""Saved searches of two people, and the notifications about new matches."""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.core.encryption import hash_phone
from portal.demo import logins
from portal.positions.models import Position
from search import indexing, saved_searches
from search.models import SavedSearch
from search.params import SearchParams
from search.query import Kind

_LAST_SEEN = timedelta(days=5)  # long enough for new matches in the small demo
_SAVED_SEARCHES = (
    (logins.DRIVER, "司机，6000 元以上", SearchParams(q="司机", low=6000)),
    (logins.RADAR, "江海区，6000 元以上", SearchParams(region="440704", low=6000)),
)


def load_saved_searches() -> None:
    """Load the searches. Comes after all changes of positions, which the notifications list."""
    now = timezone.localtime()
    if now.time() < saved_searches.EARLIEST_TIME:  # no notifications at night: use the evening before
        now = (now - timedelta(days=1)).replace(hour=20)
    since = now - _LAST_SEEN
    for login, name, params in _SAVED_SEARCHES:
        user = User.objects.get(phone_hash=hash_phone(login.phone))
        row = saved_searches.save(by=user, params=params, name=name)
        SavedSearch.objects.filter(pk=row.pk).update(seen_at=since)
    # The whole index is built later; notifications need the recent positions only.
    recent = Position.objects.open_at().filter(published_at__gte=since)
    indexing.refresh(Kind.POSITION, list(recent.values_list("pk", flat=True)))
    saved_searches.notify_new_matches(now)
