"""Placements advanced through the transition table on given days."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias
from unittest.mock import patch

import pytest
from django.utils import timezone

from cms.models import JobFairPage
from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.placements import actions
from portal.placements.models import Placement
from portal.positions.models import Position
from portal.reports.report_scope import ReportScope, report_scope_of
from portal.veterans.models import Veteran
from tests.factories import make_position, make_staff, make_stations, make_veteran

Walk: TypeAlias = Callable[..., Placement]


@pytest.fixture
def operator(db: None) -> User:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="周敏")


@pytest.fixture
def city(operator: User) -> ReportScope:
    return report_scope_of(operator)


def long_open_position(**fields: Any) -> Position:
    """Return a position that has been open for years."""
    now = timezone.now()
    return make_position(
        **{"published_at": now - timedelta(days=1_500), "expires_at": now + timedelta(days=30), **fields}
    )


@pytest.fixture
def walk(operator: User) -> Walk:
    """Return a function that declares an intention and takes steps so many days ago.

    `walk(("interview", 20), ("offer", 15))` declares a day before the first step, or `began` days ago.
    """
    assert operator.current_appointments  # loaded today, because the clock is set back below

    def create_placement(
        *steps: tuple[str, int],
        began: int | None = None,
        veteran: Veteran | None = None,
        position: Position | None = None,
        fair: JobFairPage | None = None,
    ) -> Placement:
        began = began if began is not None else (steps[0][1] if steps else 0) + 1
        then = timezone.now() - timedelta(days=began)
        veteran, position = veteran or make_veteran(), position or long_open_position(headcount=50)
        with patch("django.utils.timezone.now", return_value=then):
            placement = actions.declare(veteran=veteran, position=position, by=operator, fair=fair)
        for step, ago in steps:
            on = timezone.localdate() - timedelta(days=ago)
            placement = actions.advance(placement=placement, step=step, by=operator, on=on, note="换了工作")
        return placement

    return create_placement
