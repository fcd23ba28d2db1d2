"""The site's frame, as `setup_cms` makes it."""

import pytest

from cms.actions import setup_site
from cms.models import HomePage
from tests.factories import make_stations


@pytest.fixture
def home(db: None) -> HomePage:
    make_stations()
    return setup_site()
