"""Placements that walked through the table on days that a test names."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.placements import actions
from portal.placements.models import Placement
from portal.positions.models import Position
from portal.reports.report_scope import ReportScope, report_scope_of
from tests.factories import make_position, make_staff, make_stations, make_veteran


@pytest.fixture
def operator(db) -> User:
    return make_staff(make_stations()["江门市"], StationRole.OPERATOR, name="周敏")


@pytest.fixture
def city(operator) -> ReportScope:
    return report_scope_of(operator)


def long_open_position(**fields) -> Position:
    """A position that has been open for years."""
    now = timezone.now()
    return make_position(
        **{"published_at": now - timedelta(days=1_500), "expires_at": now + timedelta(days=30), **fields}
    )


@pytest.fixture
def walk(operator) -> Callable[..., Placement]:
    """`walk(("interview", 20), ("offer", 15), ("onboard", 10))` -> a placement with these steps so many days
    ago, written down a day before the first of them, or `began` days ago.
    """
    assert operator.current_appointments  # read today, though the clock is put back below

    def made(*steps: tuple[str, int], began: int | None = None, veteran=None, position=None, fair=None):
        began = began if began is not None else (steps[0][1] if steps else 0) + 1
        then = timezone.now() - timedelta(days=began)
        veteran, position = veteran or make_veteran(), position or long_open_position(headcount=50)
        with patch("django.utils.timezone.now", return_value=then):
            placement = actions.declare(veteran=veteran, position=position, by=operator, fair=fair)
        for step, ago in steps:
            on = timezone.localdate() - timedelta(days=ago)
            placement = actions.advance(placement=placement, step=step, by=operator, on=on, note="换了工作")
        return placement

    return made
