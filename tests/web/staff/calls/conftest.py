"""Stations, staff and a factory of follow-ups for the tests of the calls pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.follow_ups.enums import FollowUpKind
from portal.follow_ups.models import FollowUp
from portal.placements import actions
from portal.stations.models import Station
from portal.veterans.models import Veteran
from tests.factories import make_position, make_staff, make_stations, make_veteran

FollowUpFactory = Callable[..., FollowUp]


@pytest.fixture
def stations() -> dict[str, Station]:
    return make_stations()


@pytest.fixture
def clerk(stations: dict[str, Station]) -> User:
    return make_staff(stations["睦洲镇"], StationRole.CLERK, name="李秀珍")


@pytest.fixture
def operator(stations: dict[str, Station]) -> User:
    return make_staff(stations["江门市"], StationRole.OPERATOR, name="城操作")


@pytest.fixture
def make_call(stations: dict[str, Station], operator: User) -> FollowUpFactory:
    """Return a function that creates a follow-up as the only one of a new placement.

    Its arguments: `name` and `town` of a new veteran, or the `veteran`; `late`, the days since the call was
    due (negative for the future); `due_late`, the same for the due date where it differs; further fields.
    """
    position = make_position(headcount=500)

    def make(
        name: str = "",
        *,
        town: str = "睦洲镇",
        veteran: Veteran | None = None,
        late: int = 0,
        due_late: int | None = None,
        **fields: Any,
    ) -> FollowUp:
        name = name or f"{town[0]}某{FollowUp.objects.count()}"
        person = veteran or make_veteran(station=stations[town], name=name)
        placement = actions.declare(veteran=person, position=position, by=operator)
        FollowUp.objects.filter(placement=placement).delete()
        today = timezone.localdate()
        values = {"kind": FollowUpKind.AFTER_FAIR, "station": person.station} | fields
        return FollowUp.objects.create(
            placement=placement,
            due_on=today - timedelta(days=late if due_late is None else due_late),
            call_on=today - timedelta(days=late),
            **values,
        )

    return make
