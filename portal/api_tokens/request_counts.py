"""Request counts of API callers per minute, shared by all server processes.

Django's caches do not fit: the local-memory cache counts per process, and the database cache reads before it
writes, so that two processes lose counts. One upsert does both.
"""

import time

from django.conf import settings
from django.db import connection

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
    caller_hash = lookup_hash(f"api:{kind}:{caller}")
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [caller_hash, int(time.time() // _SECONDS)])
        (count,) = cursor.fetchone()
    return bool(count <= settings.API_RATES[kind])


def seconds_until_reset() -> int:
    """Return the seconds until the counts start again."""
    return _SECONDS - int(time.time() % _SECONDS)


def delete_expired_counts() -> int:
    """Delete the counts of past minutes; return their number."""
    oldest = int(time.time() // _SECONDS) - RETENTION_MINUTES
    return RequestCount.objects.filter(minute__lt=oldest).delete()[0]
