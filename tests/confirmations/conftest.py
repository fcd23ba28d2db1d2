"""Veteran and employer with one intention, and staff who follow it up."""

from types import SimpleNamespace
from typing import Any

import pytest

from portal.accounts.senders import MemorySender
from portal.placements import actions
from tests.factories import make_employer, make_position, make_staff, make_stations, make_user, make_veteran


@pytest.fixture(autouse=True)
def _no_old_messages() -> None:
    MemorySender.links.clear()
    MemorySender.outbox.clear()


@pytest.fixture
def town() -> Any:
    stations = make_stations()
    person, member = make_user("陈建国", phone="13800004321"), make_user("吴晓彤")
    veteran = make_veteran(account=person, station=stations["睦洲镇"], name="陈建国")
    employer = make_employer(name="江门市远航物流有限公司", member=member, contact_phone="13700008888")
    position = make_position(employer=employer, headcount=30)
    clerk = make_staff(stations["睦洲镇"])
    placement = actions.declare(veteran=veteran, position=position, by=clerk)
    actions.confirm(placement=placement, by=person)
    placement.refresh_from_db()
    return SimpleNamespace(
        stations=stations,
        person=person,
        member=member,
        veteran=veteran,
        employer=employer,
        position=position,
        clerk=clerk,
        neighbour=make_staff(stations["司前镇"], name="梁伟强"),
        placement=placement,
    )
