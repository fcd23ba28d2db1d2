"""Following the writes below: an entry changes with its record.

An engine in the database changes inside the write's own transaction; one elsewhere by a task after it.
"""

from collections.abc import Collection

from django.db import transaction

from cms.models import JobFairPage
from portal.employers.models import Employer
from portal.positions.models import Position
from search import get_backend, indexing
from search.query import Kind
from search.tasks import refresh_entries


def follow(kind: Kind, object_ids: Collection[int]) -> None:
    """Bring these records up to date, now or on commit, as the engine asks."""
    ids = sorted(object_ids)
    if not ids:
        return
    if get_backend().transactional:
        indexing.refresh(kind, ids)
    else:
        transaction.on_commit(lambda: refresh_entries.enqueue(kind.value, ids))


def position_changed(position: Position) -> None:
    follow(Kind.POSITION, [position.pk])


def positions_changed(position_ids: Collection[int]) -> None:
    follow(Kind.POSITION, position_ids)


def employer_changed(employer: Employer) -> None:
    """A verification opens or closes all of a firm's posts with it."""
    follow(Kind.EMPLOYER, [employer.pk])
    follow(Kind.POSITION, Position.objects.filter(employer=employer).values_list("pk", flat=True))


def fair_changed(page: JobFairPage) -> None:
    follow(Kind.FAIR, [page.pk])
