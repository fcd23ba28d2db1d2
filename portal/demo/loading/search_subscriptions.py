"""Searches that two of the demo's people keep, and what the portal told them of it."""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.core.encryption import lookup_hash
from portal.demo import logins
from portal.positions.models import Position
from search import indexing, saved_searches
from search.models import SavedSearch
from search.params import SearchParams
from search.query import Kind

_SEEN = timedelta(days=5)  # before: long enough for something new in the smallest demo
_KEPT = (
    (logins.DRIVER, "司机，6000 元以上", SearchParams(q="司机", low=6000)),
    (logins.RADAR, "江海区，6000 元以上", SearchParams(region="440704", low=6000)),
)


def load_saved_searches() -> None:
    """To be loaded when no post changes any more: a message says what is open and new by then."""
    now = timezone.localtime()
    if now.time() < saved_searches.EARLIEST_TIME:  # no messages at night: the evening before
        now = (now - timedelta(days=1)).replace(hour=20)
    since = now - _SEEN
    for login, name, asked in _KEPT:
        user = User.objects.get(phone_hash=lookup_hash(login.phone))
        row = saved_searches.save(by=user, params=asked, name=name)
        SavedSearch.objects.filter(pk=row.pk).update(seen_at=since)
    # The whole index is built later; to be told of what is new, what is new is enough.
    recent = Position.objects.open_at().filter(published_at__gte=since)
    indexing.refresh(Kind.POSITION, list(recent.values_list("pk", flat=True)))
    saved_searches.notify_new_matches(now)
