"""Request counts of API callers per minute, shared by all server processes.

Django's caches do not fit: the local-memory cache counts per process, and the database cache reads before it
writes, so that two processes lose counts. One upsert does both.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.api_tokens.models import RequestCount
from portal.core.encryption import lookup_hash

_SECONDS = 60
RETENTION_MINUTES = 10
_UPSERT = (
    "INSERT INTO api_tokens_requestcount (caller, minute, count) VALUES (%s, %s, 1)"
    " ON CONFLICT (caller, minute) DO UPDATE SET count = api_tokens_requestcount.count + 1 RETURNING count"
)


def count_request(kind: str, caller: str) -> bool:
    """Count a request; return False when the caller exceeds `settings.API_RATES[kind]` in this minute.

    Args:
        kind: 'token', 'person', 'address', 'anonymous', 'feed' or 'confirmation'.
        caller: identifies the caller; stored as a keyed hash.
    """
    return _count(kind, caller, int(time.time() // _SECONDS)) <= settings.API_RATES[kind]


def count_request_of_day(kind: str, caller: str, limit: int) -> bool:
    """Count a request; return False when it exceeds `limit` today.

    Stored under the last minute of the day, so that it is deleted after that.

    Args:
        kind: 'upload'.
        caller: identifies the caller; stored as a keyed hash.
    """
    tomorrow = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
    last_minute = int(timezone.make_aware(tomorrow).timestamp() // _SECONDS) - 1
    return _count(kind, caller, last_minute) <= limit


def _count(kind: str, caller: str, minute: int) -> int:
    caller_hash = lookup_hash(f"api:{kind}:{caller}")
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [caller_hash, minute])
        (count,) = cursor.fetchone()
    return int(count)


def seconds_until_reset() -> int:
    """Return the seconds until the counts start again."""
    return _SECONDS - int(time.time() % _SECONDS)


def delete_expired_counts() -> int:
    """Delete the counts of past minutes; return their number."""
    oldest = int(time.time() // _SECONDS) - RETENTION_MINUTES
    return RequestCount.objects.filter(minute__lt=oldest).delete()[0]
