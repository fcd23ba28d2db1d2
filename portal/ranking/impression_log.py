"""Log of list impressions, written after the response is sent.

A page queues its list (`queue_list`); the rows are written when the request has finished (`write_queue`).
When the database is busy they are dropped, so that no response waits for the log.
"""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from asgiref.local import Local
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from matching import Measures
from portal.accounts.enums import ConsentPurpose
from portal.accounts.models import Consent
from portal.ranking.enums import Surface
from portal.ranking.models import BUILT_IN, Impression
from portal.veterans.models import Veteran

_DELETE_BATCH = 5_000

logger = logging.getLogger(__name__)
_request = Local()


@dataclass(frozen=True, slots=True)
class ListEntry:
    """Place of a position on a list for a person: rank from 1, and the probability of that rank."""

    veteran_id: int
    position_id: int
    rank: int
    measures: Measures
    propensity: float = 1.0


def build_impression(
    surface: Surface, place: ListEntry, *, list_id: uuid.UUID, version: str = BUILT_IN, **fields: Any
) -> Impression:
    """Build an unsaved row.

    Args:
        list_id: one view of one list.
        version: key of the ranking version.
        fields: `at` and `day` (the current time by default) and `context`.
    """
    now = timezone.now()
    return Impression(
        **{
            "veteran_id": place.veteran_id,
            "position_id": place.position_id,
            "surface": surface,
            "list_id": list_id,
            "rank": place.rank,
            "propensity": place.propensity,
            "version": version,
            "at": now,
            "day": timezone.localdate(now),
            **asdict(place.measures),
            **fields,
        }
    )


def queue_list(
    surface: Surface, places: Iterable[ListEntry], *, version: str = BUILT_IN, context: int | None = None
) -> None:
    """Queue a list, to be written when this request has finished."""
    list_id = uuid.uuid4()
    rows = [
        build_impression(surface, place, list_id=list_id, version=version, context=context)
        for place in places
    ]
    _request.rows = [*getattr(_request, "rows", []), *rows]


def write_queue() -> int:
    """Write the queued rows of people who consented to matching; return how many were submitted.

    Only the first impression per person, position, surface and day is kept.
    """
    rows: list[Impression] = getattr(_request, "rows", [])
    discard_queue()
    if not rows:
        return 0
    try:
        people = {row.veteran_id for row in rows}
        consenting_ids = set(
            Veteran.objects.filter(
                pk__in=people,
                account__in=Consent.objects.in_force().filter(purpose=ConsentPurpose.MATCHING).values("user"),
            ).values_list("pk", flat=True)
        )
        permitted = [row for row in rows if row.veteran_id in consenting_ids]
        with transaction.atomic():
            Impression.objects.bulk_create(permitted, ignore_conflicts=True)
    except DatabaseError as error:
        logger.warning("%d impressions were not written: %s", len(rows), error)
        return 0
    return len(permitted)


def discard_queue() -> None:
    """Drop the queued rows."""
    _request.rows = []


def purge_expired() -> int:
    """Delete rows older than IMPRESSION_DAYS and those of withdrawn consents; return the number of rows."""
    expired = Impression.objects.filter(
        day__lt=timezone.localdate() - timedelta(days=settings.IMPRESSION_DAYS)
    )
    return sum(_delete(rows) for rows in (expired, Impression.objects.not_agreed()))


def _delete(rows: Any) -> int:
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:_DELETE_BATCH]):
        deleted += Impression.objects.filter(pk__in=keys).delete()[0]
    return deleted
