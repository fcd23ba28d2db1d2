"""Person of a town, the town's clerk and the city's operator."""

import pytest

from portal.accounts.roles import StationRole
from tests.factories import make_staff, make_stations, make_veteran


@pytest.fixture
def tree():
    return make_stations()


@pytest.fixture
def clerk(tree):
    return make_staff(tree["睦洲镇"])


@pytest.fixture
def operator(tree):
    return make_staff(tree["江门市"], StationRole.OPERATOR)


@pytest.fixture
def person(tree):
    return make_veteran(station=tree["睦洲镇"])
