"""Following the writes below: an entry changes with its record.

The database's index changes inside the write's own transaction, whichever engine is chosen: it answers when a
server does not. A server hears of the change by a task after it.
"""

from collections.abc import Collection

from django.db import transaction

from cms.models import JobFairPage
from portal.employers.models import Employer
from portal.positions.models import Position
from search import indexing, outbox
from search.backends import database_engine, server_engine
from search.query import Kind
from search.tasks import send_pending_updates


def update_index(kind: Kind, object_ids: Collection[int]) -> None:
    """Bring these records up to date in the database, and note down that a server is to be told."""
    ids = sorted(object_ids)
    if not ids:
        return
    indexing.refresh(kind, ids, backend=database_engine())
    if server_engine():
        outbox.record_changes(kind, ids)
        transaction.on_commit(send_pending_updates.enqueue)


def update_position(position: Position) -> None:
    update_index(Kind.POSITION, [position.pk])


def update_positions(position_ids: Collection[int]) -> None:
    update_index(Kind.POSITION, position_ids)


def update_employer(employer: Employer) -> None:
    """A verification opens or closes all of a firm's posts with it."""
    update_index(Kind.EMPLOYER, [employer.pk])
    update_index(Kind.POSITION, Position.objects.filter(employer=employer).values_list("pk", flat=True))


def update_fair(page: JobFairPage) -> None:
    update_index(Kind.FAIR, [page.pk])
