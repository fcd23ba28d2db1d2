"""What lists showed, written down after the answer has gone out: one insert a list, nobody waits for it.

A page that shows a list says so (`note`); when the request is over the rows are written (`flush`). A row
tells nothing that the lists do not tell, changes nothing that a reader sees, and is lost rather than
waited for when the database is busy.
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

_AT_ONCE = 5_000

logger = logging.getLogger(__name__)
_request = Local()


@dataclass(frozen=True, slots=True)
class Shown:
    """A place of a list: who beside which position, its rank from 1, and the chance that it stood there."""

    veteran_id: int
    position_id: int
    rank: int
    measures: Measures
    propensity: float = 1.0


def impression(
    surface: Surface, place: Shown, *, list_id: uuid.UUID, version: str = BUILT_IN, **fields: Any
) -> Impression:
    """An unsaved row. `fields`: `at` and `day` (now, unless given) and `context`."""
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


def note(
    surface: Surface, places: Iterable[Shown], *, version: str = BUILT_IN, context: int | None = None
) -> None:
    """Have a list written down when this request is over."""
    list_id = uuid.uuid4()
    rows = [impression(surface, place, list_id=list_id, version=version, context=context) for place in places]
    _request.rows = [*getattr(_request, "rows", []), *rows]


def flush() -> int:
    """Write what was noted, for those who agreed to matching; how many rows were offered.

    A position that a person saw on this kind of list today already keeps its first row.
    """
    rows: list[Impression] = getattr(_request, "rows", [])
    forget()
    if not rows:
        return 0
    try:
        people = {row.veteran_id for row in rows}
        agreed = set(
            Veteran.objects.filter(
                pk__in=people,
                account__in=Consent.objects.in_force().filter(purpose=ConsentPurpose.MATCHING).values("user"),
            ).values_list("pk", flat=True)
        )
        kept = [row for row in rows if row.veteran_id in agreed]
        with transaction.atomic():
            Impression.objects.bulk_create(kept, ignore_conflicts=True)
    except DatabaseError as error:
        logger.warning("%d impressions were not written: %s", len(rows), error)
        return 0
    return len(kept)


def forget() -> None:
    """Drop what was noted and not written."""
    _request.rows = []


def purge() -> int:
    """Delete what is older than IMPRESSION_DAYS, and all of people who withdrew their consent; how many."""
    old = Impression.objects.filter(day__lt=timezone.localdate() - timedelta(days=settings.IMPRESSION_DAYS))
    return sum(_delete(rows) for rows in (old, Impression.objects.not_agreed()))


def _delete(rows: Any) -> int:
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:_AT_ONCE]):
        deleted += Impression.objects.filter(pk__in=keys).delete()[0]
    return deleted
