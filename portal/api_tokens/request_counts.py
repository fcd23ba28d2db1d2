"""How often a caller asked this minute: one counting row that every server process adds to.

Django's caches were tried for this: the default one counts for each process alone, the database one reads and
then writes, so that two processes lose each other's requests. One statement here does both.
"""

import time

from django.conf import settings
from django.db import connection

from portal.api_tokens.models import RequestCount
from portal.core.encryption import lookup_hash

MINUTE = 60
KEPT_MINUTES = 10  # minutes
_ADD = (
    "INSERT INTO api_tokens_requestcount (caller, minute, count) VALUES (%s, %s, 1)"
    " ON CONFLICT (caller, minute) DO UPDATE SET count = api_tokens_requestcount.count + 1 RETURNING count"
)


def count_request(kind: str, caller: str) -> bool:
    """Count one request of this caller; False when it is more than `settings.API_RATES[kind]` a minute."""
    hashed = lookup_hash(f"api:{kind}:{caller}")
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [hashed, int(time.time() // MINUTE)])
        (count,) = cursor.fetchone()
    return bool(count <= settings.API_RATES[kind])


def seconds_until_reset() -> int:
    """Until the next minute begins and everybody may ask again."""
    return MINUTE - int(time.time() % MINUTE)


def delete_expired_counts() -> int:
    """Delete the counts of minutes that are over; how many."""
    over = int(time.time() // MINUTE) - KEPT_MINUTES
    return RequestCount.objects.filter(minute__lt=over).delete()[0]
