"""Two posts of one employer that look like one: same name, place, pay and occupation."""

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

# A post in one of these states may have a double; a paused one comes back, so it counts.
LIVE = frozenset({PositionState.OPEN, PositionState.IN_REVIEW, PositionState.PAUSED})
_ASIDE = re.compile(r"[\s（）()\[\]【】·、,，.。!！-]+")


class DuplicateKey(NamedTuple):
    """What two posts must share to look like one."""

    title: str
    region: str
    pay_from: int
    pay_to: int
    occupation: str


def build_duplicate_key(
    title: str, region: str, pay_from: Decimal | int, pay_to: Decimal | int, occupation: str
) -> DuplicateKey:
    plain = _ASIDE.sub("", unicodedata.normalize("NFKC", title)).casefold()
    return DuplicateKey(plain, region, int(pay_from), int(pay_to), occupation)


def duplicate_key(position: Position) -> DuplicateKey:
    return build_duplicate_key(
        position.title, position.region_id, position.pay_from, position.pay_to, position.occupation_id
    )


def live_positions(employer: Employer) -> PositionQuerySet:
    return Position.objects.filter(employer=employer, state__in=LIVE)


def find_similar(position: Position) -> list[Position]:
    """The employer's other live posts that look like this one (saved or not)."""
    rows = live_positions(position.employer).filter(
        region=position.region_id,
        pay_from=position.pay_from,
        pay_to=position.pay_to,
        occupation=position.occupation_id,
    )
    wanted = duplicate_key(position)
    found = rows.exclude(pk=position.pk).with_details().order_by("pk")
    return [row for row in found if duplicate_key(row) == wanted]


@transaction.atomic
def record_distinct(*, position: Position, by: User, similar: Iterable[Position]) -> None:
    """Note that somebody looked at the similar posts and said that this is another one."""
    assert can_edit(by, position)
    audit.record(by=by, verb="positions.kept_beside", target=position, similar=[row.pk for row in similar])


class DuplicatePosition(Exception):
    """The post looks like others of its employer; nothing was handed in."""

    def __init__(self, similar: list[Position]) -> None:
        super().__init__(f"looks like {[post.pk for post in similar]}")
        self.similar = similar


@transaction.atomic
def submit_unless_duplicate(*, position: Position, by: User, distinct: bool = False) -> Position:
    """Submit a post for review, unless it looks like another one and nobody said that it is not.

    Raises:
        DuplicatePosition: with those other posts.
    """
    Employer.objects.select_for_update().get(pk=position.employer_id)
    similar = find_similar(position)
    if similar and not distinct:
        raise DuplicatePosition(similar)
    if similar:
        record_distinct(position=position, by=by, similar=similar)
    return submit(position=position, by=by)
