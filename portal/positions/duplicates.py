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
from portal.positions.enums import PositionState
from portal.positions.models import Position, PositionQuerySet
from portal.positions.permissions import can_edit

# A post in one of these states may have a double; a paused one comes back, so it counts.
LIVE = frozenset({PositionState.OPEN, PositionState.IN_REVIEW, PositionState.PAUSED})
_ASIDE = re.compile(r"[\s（）()\[\]【】·、,，.。!！-]+")


class Likeness(NamedTuple):
    """What two posts must share to look like one."""

    title: str
    region: str
    pay_from: int
    pay_to: int
    occupation: str


def likeness(
    title: str, region: str, pay_from: Decimal | int, pay_to: Decimal | int, occupation: str
) -> Likeness:
    plain = _ASIDE.sub("", unicodedata.normalize("NFKC", title)).casefold()
    return Likeness(plain, region, int(pay_from), int(pay_to), occupation)


def likeness_of(position: Position) -> Likeness:
    return likeness(
        position.title, position.region_id, position.pay_from, position.pay_to, position.occupation_id
    )


def live_posts(employer: Employer) -> PositionQuerySet:
    return Position.objects.filter(employer=employer, state__in=LIVE)


def similar_to(position: Position) -> list[Position]:
    """The employer's other live posts that look like this one (saved or not)."""
    rows = live_posts(position.employer).filter(
        region=position.region_id,
        pay_from=position.pay_from,
        pay_to=position.pay_to,
        occupation=position.occupation_id,
    )
    wanted = likeness_of(position)
    found = rows.exclude(pk=position.pk).with_details().order_by("pk")
    return [row for row in found if likeness_of(row) == wanted]


@transaction.atomic
def keep_beside(*, position: Position, by: User, similar: Iterable[Position]) -> None:
    """Note that somebody looked at the similar posts and said that this is another one."""
    assert can_edit(by, position)
    audit.record(by=by, verb="positions.kept_beside", target=position, similar=[row.pk for row in similar])
