"""Transactional outbox of pending index updates.

A change is sent by a task after its commit. Updates left by an outage, a restart or a lost task are sent by
`synchronise_server`, which runs every minute; a server without an index gets a new one.
"""

from collections.abc import Collection
from itertools import groupby
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from search import indexing
from search.backends import server_engine
from search.backends.base import Backend, Unavailable
from search.models import PendingIndexUpdate
from search.query import Kind

BATCH_SIZE = 500  # records


def record_changes(kind: Kind, object_ids: Collection[int]) -> None:
    """Record changed records as pending; call it in the transaction of the change."""
    PendingIndexUpdate.objects.bulk_create(
        [
            PendingIndexUpdate(kind=kind.value, object_id=object_id, change=uuid4())
            for object_id in object_ids
        ],
        batch_size=BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["change"],
    )


def send_pending(backend: Backend) -> int:
    """Send all pending updates to the server, the oldest first; return the number of records.

    Raises:
        Unavailable: the server does not respond; unsent updates stay pending.
    """
    count, last_id = 0, 0
    started_at = timezone.now()
    while rows := list(
        PendingIndexUpdate.objects.filter(pk__gt=last_id, since__lte=started_at).order_by("pk")[:BATCH_SIZE]
    ):
        by_kind = sorted(rows, key=lambda row: row.kind)
        for kind, rows_of_kind in groupby(by_kind, key=lambda row: row.kind):
            indexing.refresh(Kind(kind), [row.object_id for row in rows_of_kind], backend=backend)
        # A record that changed again meanwhile has another `change` and stays pending.
        unchanged = Q()
        for row in rows:
            unchanged |= Q(pk=row.pk, change=row.change)
        PendingIndexUpdate.objects.filter(unchanged).delete()
        count, last_id = count + len(rows), rows[-1].pk
    return count


def synchronise_server() -> int:
    """Bring the server up to date, if one is selected; return the number of records sent.

    Raises:
        Unavailable: the server does not respond.
    """
    backend = server_engine()
    if backend is None:
        PendingIndexUpdate.objects.all().delete()  # left from an earlier selection
        return 0
    if backend.is_built():
        return send_pending(backend)
    count = indexing.rebuild(backend=backend)
    return count + send_pending(backend)


def synchronise_if_available() -> int | str:
    """Run `synchronise_server` as a periodic job; an outage of the server is logged elsewhere."""
    try:
        return synchronise_server()
    except Unavailable:
        return "the server does not answer"
