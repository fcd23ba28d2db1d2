"""Duplicate positions of one employer: same title, region, pay and occupation."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from portal.accounts.models import User
from portal.core import audit
from portal.employers.models import Employer
from portal.positions.actions import submit
from portal.positions.enums import PositionState
from portal.positions.models import Position, PositionQuerySet
from portal.positions.permissions import can_edit
from portal.positions.position_locks import lock_position

# States in which a position can have a duplicate. A paused one can be resumed, so it counts.
LIVE_STATES = frozenset({PositionState.OPEN, PositionState.IN_REVIEW, PositionState.PAUSED})
_IGNORED = re.compile(r"[\s（）()\[\]【】·、,，.。!！-]+")


class DuplicateKey(NamedTuple):
    """Values that two positions of one employer must share to be duplicates."""

    title: str
    region: str
    pay_from: int
    pay_to: int
    occupation: str


def build_duplicate_key(
    title: str, region: str, pay_from: Decimal | int, pay_to: Decimal | int, occupation: str
) -> DuplicateKey:
    """Return the key of these values; the title without case, width, spaces and punctuation."""
    plain_title = _IGNORED.sub("", unicodedata.normalize("NFKC", title)).casefold()
    return DuplicateKey(plain_title, region, int(pay_from), int(pay_to), occupation)


def duplicate_key(position: Position) -> DuplicateKey:
    return build_duplicate_key(
        position.title, position.region_id, position.pay_from, position.pay_to, position.occupation_id
    )


def live_positions(employer: Employer) -> PositionQuerySet:
    return Position.objects.filter(employer=employer, state__in=LIVE_STATES)


def find_similar(position: Position) -> list[Position]:
    """Return the employer's other live positions with the same key as this one (saved or not)."""
    candidates = live_positions(position.employer).filter(
        region=position.region_id,
        pay_from=position.pay_from,
        pay_to=position.pay_to,
        occupation=position.occupation_id,
    )
    key = duplicate_key(position)
    rows = candidates.exclude(pk=position.pk).with_details().order_by("pk")
    return [row for row in rows if duplicate_key(row) == key]


@transaction.atomic
def record_distinct(*, position: Position, by: User, similar: Iterable[Position]) -> None:
    """Record the confirmation of `by` that this position differs from the similar ones."""
    assert can_edit(by, position)
    audit.record(by=by, verb="positions.kept_beside", target=position, similar=[row.pk for row in similar])


class DuplicatePosition(Exception):
    """Refusal to submit a position that has the same key as others of its employer, in `similar`."""

    def __init__(self, similar: list[Position]) -> None:
        super().__init__(f"same key as {[position.pk for position in similar]}")
        self.similar = similar


@transaction.atomic
def submit_unless_duplicate(*, position: Position, by: User, distinct: bool = False) -> Position:
    """Submit a position for review, unless it is a duplicate.

    Args:
        distinct: the confirmation that a position with the same key is another one.

    Raises:
        DuplicatePosition: with the similar positions, when `distinct` is not given.
    """
    position = lock_position(position)
    similar = find_similar(position)
    if similar and not distinct:
        raise DuplicatePosition(similar)
    if similar:
        record_distinct(position=position, by=by, similar=similar)
    return submit(position=position, by=by)
