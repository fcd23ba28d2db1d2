"""Person of a town, the town's clerk and the city's operator."""

from typing import Any

import pytest

from portal.accounts.roles import StationRole
from tests.factories import make_staff, make_stations, make_veteran


@pytest.fixture
def tree() -> Any:
    return make_stations()


@pytest.fixture
def clerk(tree: Any) -> Any:
    return make_staff(tree["睦洲镇"])


@pytest.fixture
def operator(tree: Any) -> Any:
    return make_staff(tree["江门市"], StationRole.OPERATOR)


@pytest.fixture
def person(tree: Any) -> Any:
    return make_veteran(station=tree["睦洲镇"])
