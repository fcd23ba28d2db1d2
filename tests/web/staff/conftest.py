"""Scene of two neighbouring towns: a clerk, a veteran, a placement and a due follow-up in each."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.roles import StationRole
from portal.placements import actions as placements
from portal.placements.models import Placement
from portal.ranking import ranking_index
from tests.factories import make_position, make_staff, make_stations, make_veteran
from tests.harness.optional import require


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> Iterator[Any]:
    settings.MATCHING_INDEX_DIR = tmp_path / "matching"
    yield
    ranking_index.clear_caches()


def make_due() -> None:
    """Move the earliest follow-up of every placement to today."""
    for placement in Placement.objects.all():
        first = placement.follow_ups.order_by("due_on").first()
        require(first).due_on = require(first).call_on = timezone.localdate()
        require(first).save()


@pytest.fixture
def towns(db: None) -> Any:
    stations = make_stations()
    scene = SimpleNamespace(
        stations=stations,
        clerk=make_staff(stations["睦洲镇"], StationRole.CLERK, name="李秀珍"),
        neighbour=make_staff(stations["司前镇"], StationRole.CLERK, name="梁伟强"),
        ours=make_veteran(station=stations["睦洲镇"], name="陈建国"),
        theirs=make_veteran(station=stations["司前镇"], name="黄志明"),
    )
    scene.our_intention = placements.declare(veteran=scene.ours, position=make_position(), by=scene.clerk)
    scene.their_intention = placements.declare(
        veteran=scene.theirs, position=make_position(), by=scene.neighbour
    )
    make_due()
    scene.our_call = scene.our_intention.follow_ups.earliest("due_on")
    scene.their_call = scene.their_intention.follow_ups.earliest("due_on")
    return scene
