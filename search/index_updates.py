"""Index updates after a write to a record.

The database index changes in the transaction of the write, whichever engine is selected, as it is the
fallback of a server. A server is updated by a task after the commit.
"""

from collections.abc import Collection

from django.db import transaction
from wagtail.models import Page

from portal.employers.models import Employer
from portal.positions.models import Position
from search import indexing, outbox
from search.backends import database_engine, server_engine
from search.page_documents import SOURCES
from search.query import Kind
from search.tasks import send_pending_updates


def update_index(kind: Kind, object_ids: Collection[int]) -> None:
    """Update records in the database index, and record them as pending for a server."""
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
    """Update an employer with all its positions, which its verification shows or hides."""
    update_index(Kind.EMPLOYER, [employer.pk])
    update_index(Kind.POSITION, Position.objects.filter(employer=employer).values_list("pk", flat=True))


def update_page(page: Page) -> None:
    """Update a page of the CMS."""
    kind = next(kind for kind, source in SOURCES.items() if isinstance(page, source.model))
    update_index(kind, [page.pk])
