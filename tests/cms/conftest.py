"""Set-up site, and an editor and a moderator of the city."""

import pytest

from cms.models import FairIndexPage, HomePage
from cms.site_setup import setup_site
from portal.accounts.models import User
from portal.accounts.roles import StationRole
from portal.stations.models import Station
from tests.factories import make_staff, make_stations


@pytest.fixture
def stations(db: None) -> dict[str, Station]:
    return make_stations()


@pytest.fixture
def home(stations: dict[str, Station]) -> HomePage:
    return setup_site()


@pytest.fixture
def fair_index(home: HomePage) -> FairIndexPage:
    return FairIndexPage.objects.get()


@pytest.fixture
def editor(stations: dict[str, Station]) -> User:
    return make_staff(stations["江门市"], StationRole.EDITOR, name="何婉仪")


@pytest.fixture
def moderator(stations: dict[str, Station]) -> User:
    return make_staff(stations["江门市"], StationRole.OPERATOR, name="周敏")
